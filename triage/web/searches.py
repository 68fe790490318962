"""A step's saved searches, with the case's own entities and window filled in as each SIEM reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from automation.fetch.languages import epoch, escaped, iso
from casebook.models import Case, Step
from triage.wanted import window_of

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Search:
    """A saved search with the case's own entities and window filled in."""

    system: str
    query: str


@dataclass(frozen=True)
class Dialect:
    """How one system reads an instant (aware, UTC), and what stands between its quotes."""

    instant: Callable[[datetime], str]
    quoted: Callable[[str], str]


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%MZ}"


def _doubled(value: str) -> str:
    return value.replace("'", "''")


USUAL = Dialect(iso, escaped)
"""Elastic, Sentinel, Defender, Wazuh and most others: RFC 3339, and a backslash before what would end the string."""

SPLUNK = Dialect(epoch, escaped)
"""`earliest` and `latest` take seconds since 1970; a written time is read in the zone of whoever searches."""

DIALECTS: Mapping[str, Dialect] = {
    "splunk": SPLUNK,
    "splunk_es": SPLUNK,
    "qradar": Dialect(_minute, _doubled),
}
"""By the system's name in the card, in small letters. AQL's START and STOP know a zone with minutes only."""


def searches(case: Case, step: Step, about: Iterable[tuple[str, str]]) -> Iterable[Search]:
    """Ready queries, by system. A place a query needs and the case does not know stays visible as such."""
    known: dict[str, str] = {}
    for kind, value in about:
        known.setdefault({"ip": "source_ip", "asset": "host"}.get(kind, kind), value)
    start, end = window_of(case)
    window = {"from": start, "to": end}
    for system, query in step.options.get("searches", {}).items():
        yield Search(system, _filled(query, DIALECTS.get(system.lower(), USUAL), known, window))


def _filled(query: str, dialect: Dialect, known: Mapping[str, str], window: Mapping[str, datetime]) -> str:
    """In one pass, so that a value that looks like a place is a value."""
    said = {name: dialect.instant(at) for name, at in window.items()}
    said |= {name: dialect.quoted(value) for name, value in known.items() if name not in window}
    return _PLACE.sub(lambda place: said.get(place[1], place[0]), query)
