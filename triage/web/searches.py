"""A step's saved searches, with the case's own entities and window filled in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from casebook.models import Case, Step

MARGIN = timedelta(hours=1)


@dataclass(frozen=True)
class Search:
    """A saved search with the case's own entities and window filled in."""

    system: str
    query: str


def searches(case: Case, step: Step, about: Iterable[tuple[str, str]]) -> Iterable[Search]:
    """Ready queries, by system. A place a query needs and the case does not know stays visible as such."""
    values: dict[str, str] = {}
    for kind, value in about:
        values.setdefault({"ip": "source_ip", "asset": "host"}.get(kind, kind), value)
    times = [at for at in (case.first_event_at, case.detected_at, case.received_at) if at]
    values |= {"from": f"{min(times) - MARGIN:%Y-%m-%dT%H:%M:%SZ}", "to": f"{max(times) + MARGIN:%Y-%m-%dT%H:%M:%SZ}"}
    for system, query in step.options.get("searches", {}).items():
        for name, value in values.items():
            query = query.replace("{" + name + "}", value.replace('"', r"\""))
        yield Search(system, query)
