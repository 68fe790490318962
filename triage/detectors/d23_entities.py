"""What a case is about, as D23 asks after it: accounts, hosts, addresses, domains, programs.

First what the case itself names. Of a kind it names nothing of, what its events name: an alert about an address, with a
log of whom it signed in as, is about those accounts too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import polars as pl

from triage.detectors.attempts import LOOPBACK, MACHINE_USERS
from triage.detectors.sides import Side

Kind = Literal["user", "host", "address", "domain", "program", "agent", "hash", "service"]

KIND_OF: Mapping[str, Kind] = {
    "user": "user",
    "email": "user",
    "mailbox": "user",
    "cloud_principal": "user",
    "host": "host",
    "asset": "host",
    "ip": "address",
    "cidr": "address",
    "domain": "domain",
    "url": "domain",
    "process": "program",
    "user_agent": "agent",
    "hash": "hash",
}
"""Types of observable → kinds. What stands for nobody and nothing that could be on record is left out."""

MOST_OF_EVENTS = 20
"""Of each kind, those with the most events."""


@dataclass(frozen=True)
class Entity:
    """``type`` is the observable's, by which the case store knows it; blank where only the events name it."""

    kind: Kind
    value: str
    type: str = ""


@dataclass(frozen=True)
class About:
    """All that is asked after, and how many names of the events there was no room for."""

    entities: tuple[Entity, ...]
    left_out: int = 0

    def of(self, kind: Kind) -> list[str]:
        return [one.value for one in self.entities if one.kind == kind]


def about(
    side: Side, named: Iterable[tuple[str, str, str]], *, kept: Callable[[Kind], bool], service: Callable[[str], bool]
) -> About:
    """``kept`` says of which kinds there is any record; ``service`` which services a change window names: of programs,
    user agents and services of the events, only what could be on record is asked after."""
    found: dict[tuple[Kind, str], Entity] = {}
    for type_, value, _role in named:
        if type_ in KIND_OF:
            one = Entity(KIND_OF[type_], _host_of_url(value) if type_ == "url" else value, type_)
            found.setdefault((one.kind, one.value.lower()), one)
    asked = {kind for kind, _ in found}
    left_out = 0
    for kind, values in _of_events(side.events).items():
        if kind in asked or (kind in ("program", "agent") and not kept(kind)):
            continue
        left_out += max(0, values.len() - MOST_OF_EVENTS)
        found |= {(kind, value.lower()): Entity(kind, value) for value in values.head(MOST_OF_EVENTS).to_list()}
    for value in _most(side.events, pl.col("service.name")).to_list():
        if service(value):
            found[("service", value.lower())] = Entity("service", value)
    return About(tuple(found.values()), left_out)


def _of_events(events: pl.DataFrame) -> dict[Kind, pl.Series]:
    """By kind, what the events name, the busiest first. A name that does not exist was tried, and is nobody."""
    user, source, program = pl.col("user.name"), pl.col("source.ip"), pl.col("process.command_line")
    somebody = (user != "") & ~user.str.ends_with("$") & ~user.is_in(MACHINE_USERS)
    return {
        "user": _most(events.filter(somebody & pl.col("user.exists").fill_null(True)), user),
        "host": _most(events, pl.col("host.name")),
        "address": _most(events.filter(~source.is_in(LOOPBACK)), source),
        "program": _most(
            events.filter(pl.col("event.category") == "process"), pl.coalesce(program, pl.col("process.name"))
        ),
        "agent": _most(events, pl.col("user_agent.original")),
    }


def _most(events: pl.DataFrame, what: pl.Expr) -> pl.Series:
    counted = events.lazy().select(what.alias("value")).drop_nulls().group_by("value").len()
    return counted.sort("len", "value", descending=[True, False]).collect()["value"]


def _host_of_url(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url
