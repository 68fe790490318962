"""Targets that were missed or have passed, each with where its clock says the time went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casebook.actor import Actor
from casebook.models import Case, Clock
from casebook.models.choices import Severity
from casebook.reports.scope import Scope, cases
from casebook.sla.read import stretches, view
from casebook.sla.reckoning import from_json

SHOWN = 50


@dataclass(frozen=True)
class Breach:
    """One clock past its target. ``took_s`` counts pauses out; ``ended`` is False while it still runs."""

    ref: str
    title: str
    severity: str
    owner: str
    target_s: int
    took_s: int
    ended: bool
    went: list[str]


def breaches(actor: Actor, scope: Scope, measure: str, now: datetime, limit: int = SHOWN) -> list[Breach]:
    """The breaches of a measure in a scope, newest first."""
    rows = (
        Clock.objects.filter(case__in=cases(actor, scope).values("pk"), measure=measure, breached_at__isnull=False)
        .exclude(state="cancelled")
        .select_related("case__owner")
        .order_by("-case_id")
    )
    return [_breach(clock, clock.case, now) for clock in rows[:limit]]


def _breach(clock: Clock, case: Case, now: datetime) -> Breach:
    shown = view(clock, now)
    segments = from_json(clock.segments, clock.started_at, clock.stopped_at)
    return Breach(
        ref=case.ref,
        title=case.title,
        severity=Severity(case.severity).word,
        owner=case.owner.get_username() if case.owner else "",
        target_s=clock.target_s,
        took_s=shown.elapsed_s,
        ended=shown.ended,
        went=stretches(segments, clock.stopped_at or now),
    )
