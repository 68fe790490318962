"""Clocks as people see them: how one stands now, and where its time went."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from casebook.models import Case, Clock
from casebook.sla.measures import MEASURES, of_tier
from casebook.sla.reckoning import (
    AT_RISK,
    BREACHED,
    CANCELLED,
    MISSED,
    PAUSED,
    RUNNING,
    Segment,
    from_json,
    standing,
    used,
)
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

    @property
    def over_s(self) -> int:
        """Seconds beyond the target; 0 where it was never passed."""
        passed = self.breached_at is not None or self.state == MISSED
        return max(self.elapsed_s - self.target_s, 1) if passed else 0


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


@dataclass(frozen=True)
class Watch:
    """One case's clocks as a tier watches them. A target that was passed never makes way for one that was not.

    ``first``: the oldest breach that still lasts, else the next to run out, else a paused one. ``then``: the next that
    can still be met, where ``first`` cannot. ``missed``: those that ended, or stand still, beyond their target.
    """

    first: ClockView | None = None
    then: ClockView | None = None
    missed: tuple[ClockView, ...] = ()


def watch(clocks: Iterable[ClockView], tier: str) -> Watch:
    """What a tier watches of one case's clocks. `casebook.sla.measures.of_tier` says which count."""
    mine = [one for one in clocks if one.measure in of_tier(tier)]
    unmet = sorted((one for one in mine if not one.ended and one.state in _RANK), key=_urgency)
    first = unmet[0] if unmet else None
    late = first is not None and first.state == BREACHED
    return Watch(
        first=first,
        then=next((one for one in unmet if one.state in (RUNNING, AT_RISK)), None) if late else None,
        missed=tuple(one for one in mine if one.over_s and (one.ended or one.state == PAUSED)),
    )


def watched(cases: Iterable[Case | int], tier: str, now: datetime | None = None) -> dict[int, Watch]:
    """`watch` of many cases, by case, in one query. A case without clocks has no key."""
    ids = [case.pk if isinstance(case, Case) else case for case in cases]
    return {case_id: watch(clocks, tier) for case_id, clocks in of_cases(ids, now).items()}


_RANK = {BREACHED: 0, RUNNING: 1, AT_RISK: 1, PAUSED: 2}


def _urgency(clock: ClockView) -> tuple[int, float]:
    return _RANK[clock.state], clock.due_at.timestamp() if clock.due_at else float("inf")


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
