"""What the organisation knows of itself, as plain data for detectors. Guard rails read ranges and assets by their own
rules (`automation.containment.guard_rails`): there, what can be read two ways counts both ways.

A question about a team is answered from that team's context alone.
"""

from __future__ import annotations

import ipaddress
from datetime import date, datetime
from typing import Any

from casebook.models import AllowEntry, Asset, ChangeWindow, KnownPerson, NetworkRange

_ASSET = ("kind", "name", "label", "critical", "protected", "zone")
_ALLOWED = ("kind", "value", "reason", "owner", "expires")
_CHANGE = ("title", "reference", "hosts", "users", "services", "owner")


def as_data(team_id: int) -> dict[str, Any]:
    """The team's context as plain JSON, in a stable order: the same context gives the same digest.

    ``ranges`` are ``[cidr, label]`` by address, the wider before the narrower; all others are objects. ``assets`` have
    ``kind name label critical protected zone``; ``people`` ``names name role manager away`` (``[first day, last day]``
    or None) and ``country``; ``allowed`` ``kind value reason owner expires`` (a day or None); ``changes`` ``title
    reference from to hosts users services owner``. Nothing is left out for being past: what held when the events of a
    case happened is asked case by case.
    """
    return {
        "ranges": [list(one) for one in _ranges(team_id)],
        "assets": list(Asset.objects.filter(team_id=team_id).order_by("kind", "name").values(*_ASSET)),
        "people": [_person(one) for one in KnownPerson.objects.filter(team_id=team_id).order_by("pk")],
        "allowed": [_allowed(one) for one in AllowEntry.objects.filter(team_id=team_id).order_by("kind", "value")],
        "changes": [_change(one) for one in ChangeWindow.objects.filter(team_id=team_id).order_by("starts_at", "pk")],
    }


def _ranges(team_id: int) -> list[tuple[str, str]]:
    def by_address(row: tuple[str, str]) -> tuple[int, int, int]:
        network = ipaddress.ip_network(row[0])
        return network.version, int(network.network_address), network.prefixlen

    return sorted(NetworkRange.objects.filter(team_id=team_id).values_list("cidr", "label"), key=by_address)


def _person(one: KnownPerson) -> dict[str, Any]:
    away = [_told(one.away_from), _told(one.away_to)] if one.away_from else None
    about = {"names": one.names, "name": one.name, "role": one.role, "manager": one.manager}
    return about | {"away": away, "country": one.travel_country}


def _allowed(one: AllowEntry) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _ALLOWED} | {"expires": _told(one.expires)}


def _change(one: ChangeWindow) -> dict[str, Any]:
    window = {"from": _told(one.starts_at), "to": _told(one.ends_at)}
    return {name: getattr(one, name) for name in _CHANGE} | window


def _told(when: date | datetime | None) -> str | None:
    return when.isoformat() if when else None
