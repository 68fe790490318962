"""From a connector's row to the system it stands for."""

from __future__ import annotations

from automation.connectors.protocol import ConnectorType, Declined, Target
from automation.models import Connector
from casebook.plugins import load, table


def type_of(connector: Connector) -> ConnectorType:
    """The plug-in behind a row. Raises Declined where this installation has none by that name."""
    path = table("CONNECTORS").get(connector.kind)
    if path is None:
        raise Declined(f"{connector.name} is of kind {connector.kind}, which is not installed here")
    found: ConnectorType = load(path)
    return found


def opened(connector: Connector) -> Target:
    """Raises Declined with the reason, for a row that cannot be used as it stands."""
    if not connector.enabled:
        raise Declined(f"{connector.name} is switched off")
    try:
        return type_of(connector).open(connector.settings)
    except ValueError as error:
        raise Declined(f"{connector.name} is not set up: {error}") from error


def offering(connectors: list[Connector], kind: str) -> list[Connector]:
    """Those that can do a kind of action and are switched on, in the order given."""
    plugins = table("CONNECTORS")
    return [row for row in connectors if row.enabled and row.kind in plugins and kind in type_of(row).kinds]
