"""Events for detectors, made one by one: what a parser would have read, without a log to read it from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from tests.triage.detectors.conftest import located_frame
from triage.events.parsers.protocol import Event
from triage.events.schema import frame
from triage.events.store import located

MONDAY = datetime(2026, 3, 30, 10, tzinfo=UTC)
SOURCE = "203.0.113.7"


def login(at: float = 0, user: str | None = "ana", source: str | None = SOURCE, **fields: Any) -> Event:
    """A failed login so many seconds after Monday, 10:00 UTC, by a log whose clock is certain; ``won=True``: one that
    worked. Other fields by their names with ``__`` for the dot."""
    outcome = "success" if fields.pop("won", False) else "failure"
    told = {
        "@timestamp": MONDAY + timedelta(seconds=at),
        "time_basis": "exact",
        "event.category": "authentication",
        "event.outcome": outcome,
        "event.count": 1,
        "user.name": user,
        "source.ip": source,
        "host.name": "web-1",
    }
    given = {name.replace("__", "."): value for name, value in fields.items()}
    return {name: value for name, value in {**told, **given}.items() if value is not None}


def of_log(events: Iterable[Event], name: str = "auth.log") -> pl.DataFrame:
    """The events as one log, each on a line of its own."""
    return located_frame([{**event, "evidence.line": line} for line, event in enumerate(events, start=1)], name)


def of_alert(events: Iterable[Event], evidence: int = 7) -> pl.DataFrame:
    """The events as an alert carries them: at a place in its body."""
    told = [{**event, "evidence.pointer": f"/events/{place}"} for place, event in enumerate(events)]
    return located(frame(told), evidence_id=evidence, name=f"events of alert {evidence}")
