"""What the organisation knows of itself, as plain data for detectors. Guard rails read the same rows by their own
rules (`automation.containment.guard_rails`): there, what can be read two ways counts both ways.

A question about a team is answered from that team's context alone.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from casebook.models import Asset, NetworkRange


def as_data(team_id: int) -> dict[str, Any]:
    """The team's context as plain data, in a stable order: the same context gives the same digest.

    ``{"ranges": [[cidr, label]], "assets": [{"kind", "name", "label", "critical", "protected", "zone"}]}``, ranges by
    address, the wider before the narrower.
    """
    fields = ("kind", "name", "label", "critical", "protected", "zone")
    assets = Asset.objects.filter(team_id=team_id).order_by("kind", "name").values(*fields)
    return {"ranges": [list(one) for one in _ranges(team_id)], "assets": list(assets)}


def _ranges(team_id: int) -> list[tuple[str, str]]:
    def by_address(row: tuple[str, str]) -> tuple[int, int, int]:
        network = ipaddress.ip_network(row[0])
        return network.version, int(network.network_address), network.prefixlen

    return sorted(NetworkRange.objects.filter(team_id=team_id).values_list("cidr", "label"), key=by_address)
