"""What the organisation knows of an address, a host or an account. Asked by guard rails, detectors and pages.

A question about a team is answered from that team's context alone.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from casebook.context.addresses import Address, Network, plain_address
from casebook.context.names import spellings, stored
from casebook.models import Asset, NetworkRange


@dataclass(frozen=True)
class Range:
    """A range of ours, ready to compare."""

    cidr: str
    label: str
    network: Network


def ranges(team_id: int) -> list[Range]:
    """The team's ranges, by address."""
    rows = NetworkRange.objects.filter(team_id=team_id).values_list("cidr", "label")
    found = [Range(cidr, label, ipaddress.ip_network(cidr)) for cidr, label in rows]
    return sorted(found, key=lambda one: (one.network.version, one.network.network_address, one.network.prefixlen))


def range_of(address: str, known: Iterable[Range]) -> Range | None:
    """The narrowest of the known ranges an address lies in. What is no address lies in none."""
    parsed = _address(address)
    holding = [one for one in known if parsed is not None and parsed in one.network]
    return max(holding, key=lambda one: one.network.prefixlen, default=None)


def is_corporate(team_id: int, address: str) -> bool:
    """Whether an address lies in a range of the team. With no range configured nothing does: ask `ranges` first."""
    return range_of(address, ranges(team_id)) is not None


def asset_for(team_id: int, kind: str, name: str) -> Asset | None:
    """The asset a name means, in any spelling; where several do, the one that protects most."""
    rows = Asset.objects.filter(team_id=team_id, kind=kind)
    if kind == Asset.Kind.ADDRESS:
        parsed = _address(name)
        return rows.filter(name=str(parsed)).first() if parsed else None
    names = spellings(kind, name)
    matching = rows.filter(name__in=names)
    if kind == Asset.Kind.HOST and "." not in stored(kind, name):
        # A bare host name may be any of that name in any domain.
        matching = matching | rows.filter(name__startswith=f"{names[0]}.")
    return max(matching, key=lambda asset: (asset.protected, asset.critical, asset.name == names[0]), default=None)


def assets_in(team_id: int, network: Network) -> list[Asset]:
    """The critical and protected addresses that lie in a network: what blocking it would hit."""
    rows = Asset.objects.filter(team_id=team_id, kind=Asset.Kind.ADDRESS)
    return [asset for asset in rows if (asset.critical or asset.protected) and _lies_in(asset.name, network)]


def as_data(team_id: int) -> dict[str, Any]:
    """The team's context as plain data, in a stable order: the same context gives the same digest.

    ``{"ranges": [[cidr, label]], "assets": [{"kind", "name", "label", "critical", "protected", "zone"}]}``
    """
    fields = ("kind", "name", "label", "critical", "protected", "zone")
    assets = Asset.objects.filter(team_id=team_id).order_by("kind", "name").values(*fields)
    return {"ranges": [[one.cidr, one.label] for one in ranges(team_id)], "assets": list(assets)}


def _address(text: str) -> Address | None:
    try:
        return plain_address(ipaddress.ip_address(text.strip().strip("[]").partition("%")[0]))
    except ValueError:
        return None


def _lies_in(name: str, network: Network) -> bool:
    address = _address(name)
    return address is not None and address in network
