"""Clocks as people see them: how one stands now, and where its time went."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from casebook.models import Case, Clock
from casebook.sla.measures import MEASURES, of_tier
from casebook.sla.reckoning import AT_RISK, BREACHED, CANCELLED, PAUSED, RUNNING, Segment, from_json, standing, used
from casebook.sla.words import span_words


@dataclass(frozen=True)
class ClockView:
    """One clock at one instant. ``elapsed_s`` is what counts against the target, ``wall_s`` all that has passed.

    ``label`` is what is counted down to ("qualify"), ``name`` the measure's ("Qualify"). ``state`` is as of now, also
    where the sweep has not written it yet. ``explain``: a sentence for each stretch, in order.
    """

    case_id: int
    measure: str
    name: str
    label: str
    state: str
    target_s: int
    elapsed_s: int
    wall_s: int
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    explain: list[str]

    @property
    def ended(self) -> bool:
        return self.stopped_at is not None


def of_case(case: Case, now: datetime | None = None) -> list[ClockView]:
    """The clocks of a case, in the order they started."""
    return of_cases([case.pk], now).get(case.pk, [])


def of_cases(case_ids: Iterable[int], now: datetime | None = None) -> dict[int, list[ClockView]]:
    """The clocks of many cases, by case, in one query. A case without clocks has no key."""
    instant = now or timezone.now()
    found: dict[int, list[ClockView]] = {}
    for clock in Clock.objects.filter(case_id__in=list(case_ids)).order_by("case_id", "id"):
        found.setdefault(clock.case_id, []).append(view(clock, instant))
    return found


def next_unmet(cases: Iterable[Case | int], tier: str, now: datetime | None = None) -> dict[int, ClockView]:
    """The clock each case's row shows to a tier: the next of its own to run out, else a late one, else a paused one.

    One query for all. A case with nothing left to meet has no key. `casebook.sla.measures.of_tier` says which count.
    """
    ids = [case.pk if isinstance(case, Case) else case for case in cases]
    instant = now or timezone.now()
    rows = Clock.objects.filter(case_id__in=ids, measure__in=of_tier(tier), stopped_at__isnull=True)
    found: dict[int, ClockView] = {}
    for shown in sorted((view(row, instant) for row in rows), key=_urgency):
        found.setdefault(shown.case_id, shown)
    return found


_RANK = {RUNNING: 0, AT_RISK: 0, BREACHED: 1, PAUSED: 2}


def _urgency(clock: ClockView) -> tuple[int, float]:
    return _RANK.get(clock.state, 3), clock.due_at.timestamp() if clock.due_at else float("inf")


def view(clock: Clock, now: datetime) -> ClockView:
    """One row as it stands at ``now``."""
    segments = from_json(clock.segments, clock.started_at, clock.stopped_at)
    facts = MEASURES[clock.measure]
    late = clock.breached_at is not None
    state = clock.state if clock.stopped_at else standing(segments, clock.target_s, now, breached=late)
    end = clock.stopped_at or now
    return ClockView(
        case_id=clock.case_id,
        measure=clock.measure,
        name=facts.label,
        label=facts.verb,
        state=state,
        target_s=clock.target_s,
        elapsed_s=int(used(segments, end).total_seconds()),
        wall_s=int((end - clock.started_at).total_seconds()),
        started_at=clock.started_at,
        due_at=clock.due_at,
        stopped_at=clock.stopped_at,
        breached_at=clock.breached_at or (clock.due_at if state == BREACHED else None),
        explain=explain(clock, segments, now),
    )


def stretches(segments: Iterable[Segment], now: datetime) -> list[str]:
    """``12 min in the queue``, ``40 min paused: asked the user``: where the time went."""
    return [
        f"{span_words((segment.until(now) - segment.start).total_seconds())} {_what(segment)}" for segment in segments
    ]


def _what(segment: Segment) -> str:
    if segment.state == PAUSED:
        return f"paused: {segment.why}"
    return f"not counted: {segment.why}" if segment.state == CANCELLED else segment.why


def explain(clock: Clock, segments: Iterable[Segment], now: datetime) -> list[str]:
    """The stretches, and the instant the target was used up where it was."""
    sentences = stretches(segments, now)
    if clock.breached_at is not None:
        at = clock.breached_at
        sentences.append(f"target of {span_words(clock.target_s)} passed {at:%Y-%m-%d %H:%M:%S} UTC")
    return sentences
