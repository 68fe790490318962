"""Cases with given instants and clocks in given states: what a report counts, without living it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casebook.models import Case, Clock, PlaybookVersion, SlaPolicy, Source, Team
from casebook.models.choices import Severity

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
INSTANTS = ("first_event", "detected", "received", "acknowledged", "decided", "escalated", "accepted", "contained")


@pytest.fixture
def put(blue: Team, source: Source) -> Callable[..., Case]:
    """``put(acknowledged=3, clocks={"time_to_acknowledge": "met"})``: instants in minutes from reception."""
    days = itertools.count()

    def one(
        *,
        severity: str = "high",
        day: int | None = None,
        team: Team | None = None,
        closed: float | None = None,
        clocks: dict[str, str] | None = None,
        **given: Any,
    ) -> Case:
        received = NOON + timedelta(days=next(days) % 5 if day is None else day)
        instants = {name: given.pop(name) for name in INSTANTS if name in given}
        fields: dict[str, Any] = {f"{name}_at": received + timedelta(minutes=at) for name, at in instants.items()}
        if closed is not None:
            when = received + timedelta(minutes=closed)
            fields |= {"resolved_at": when, "closed_at": when, "state": "closed", "verdict": "false_positive"}
        case = Case.objects.create(
            **{"source": source, "closed_how": "person" if closed is not None else ""}
            | fields
            | given
            | {
                "team": team or blue,
                "title": "A case of the report",
                "severity": Severity.of(severity),
                "received_at": received,
                "playbook_version": PlaybookVersion.objects.order_by("pk")[0],
            }
        )
        for measure, state in (clocks or {}).items():
            _clock(case, measure, state)
        return case

    return one


def _clock(case: Case, measure: str, state: str) -> None:
    due = case.received_at + timedelta(minutes=30)
    ended = state in ("met", "missed", "cancelled")
    Clock.objects.create(
        case=case,
        team=case.team,
        measure=measure,
        policy=SlaPolicy.objects.get(default=True),
        target_s=1800,
        state=state,
        started_at=case.received_at,
        due_at=due,
        stopped_at=due if ended else None,
        breached_at=due if state in ("missed", "breached") else None,
    )
