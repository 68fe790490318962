"""What ties entities: what alerts name, and who did what to whom by the events. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import pairwise
from typing import Any

from triage.timeline.graph import Entity, Tie

ACCOUNTS = ("user", "email", "cloud_principal", "mailbox")
SOURCES = ("ip", "cidr", "domain", "asn", "user_agent")
LONGEST_TITLE = 60


@dataclass(frozen=True)
class Named:
    """What alerts of one title name: an observable by its type, value and role, and in how many of them it stands."""

    title: str
    type: str
    value: str
    role: str
    alerts: int = 1


def entity_of(kind: str, value: str, role: str = "") -> Entity:
    """An observable as an entity: accounts are accounts; an address that is only a target is where it went."""
    if kind in ACCOUNTS:
        return ("account", kind, value)
    if kind in SOURCES and role != "target":
        return ("source", kind, value)
    return ("target", kind, value)


def of_alerts(named: Iterable[Named]) -> Iterator[Tie]:
    """An alert and each thing it names."""
    for one in named:
        alert: Entity = ("alert", "alert", one.title[:LONGEST_TITLE])
        yield Tie(alert, entity_of(one.type, one.value, one.role), "names it", one.alerts)


def of_events(ties: Iterable[Mapping[str, Any]]) -> Iterator[Tie]:
    """Ties as `triage.timeline.ties` counts them, two by two: where from to whom, who to where, who did it to whom."""
    for one in ties:
        source = _source(one["source"])
        user = ("account", "user", one["user"]) if one["user"] else None
        host = ("target", "host", one["host"]) if one["host"] else None
        said, tone = _said(one)
        chain = [entity for entity in (source, user, host) if entity]
        for left, right in pairwise(chain):
            yield _tie(left, right, said, tone, one)
        if user and one["actor"] and one["actor"] != one["user"]:
            yield _tie(("account", "user", one["actor"]), user, _words(one["action"]) or "did it to", "", one)
        if user and one["taken"] and one["taken"] != one["user"]:
            yield _tie(user, ("account", "user", one["taken"]), "took the rights of", tone, one)


def _tie(left: Entity, right: Entity, said: str, tone: str, one: Mapping[str, Any]) -> Tie:
    return Tie(left, right, said, one["count"], tone, one["first"], one["last"])


def _said(one: Mapping[str, Any]) -> tuple[str, str]:
    """What happened, in a word or two, and how it went."""
    action = _words(one["action"])
    if one["outcome"] == "failure":
        return f"{action} failed".strip(), "failed"
    if one["outcome"] == "success" and one["category"] == "authentication":
        return f"{action} accepted".strip(), "accepted"
    return action or "seen", ""


def _words(action: str | None) -> str:
    return (action or "").replace("_", " ").replace("-", " ")


def _source(value: str | None) -> Entity | None:
    if not value:
        return None
    return ("source", "ip" if _is_address(value) else "email" if "@" in value else "host", value)


def _is_address(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True
