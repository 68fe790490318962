"""What a clock's segments come to: time used, when it is due, how it stands. Pure.

Segments are the truth; everything else a clock's row holds follows from them and the target. Only *running* stretches
count: pauses, and stretches in which the clock was called off (handed back, closed and reopened), do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from casebook.sla.calendar import AROUND_THE_CLOCK, Calendar, after, elapsed

RUNNING, AT_RISK, BREACHED, PAUSED = "running", "at_risk", "breached", "paused"
MET, MISSED, CANCELLED = "met", "missed", "cancelled"
RISK_SHARE = 0.75
"""The share of the target after which a clock is at risk."""


@dataclass(frozen=True)
class Segment:
    """A stretch in one state. ``end`` None: it lasts. ``why`` says what the time went into."""

    start: datetime
    end: datetime | None
    state: str
    why: str

    def until(self, now: datetime) -> datetime:
        return now if self.end is None else min(self.end, now)

    @property
    def counts(self) -> bool:
        return self.state == RUNNING


Segments = tuple[Segment, ...]


def used(segments: Sequence[Segment], now: datetime, calendar: Calendar = AROUND_THE_CLOCK) -> timedelta:
    """The time that counted up to ``now``."""
    return sum((elapsed(s.start, s.until(now), calendar) for s in segments if s.counts), timedelta())


def left_out(segments: Sequence[Segment], now: datetime) -> timedelta:
    """The wall time up to ``now`` that did not count."""
    return sum((max(s.until(now) - s.start, timedelta()) for s in segments if not s.counts), timedelta())


def reaches(segments: Sequence[Segment], amount: timedelta, calendar: Calendar = AROUND_THE_CLOCK) -> datetime | None:
    """The instant from which on more than ``amount`` counts, or None while the clock stands still short of it.

    A clock that was stopped exactly there is not past it: it gets there when it runs again.
    """
    left = amount
    for segment in segments:
        if not segment.counts:
            continue
        if segment.end is None:
            return after(segment.start, left, calendar)
        spent = elapsed(segment.start, segment.end, calendar)
        if spent > left:
            return after(segment.start, left, calendar)
        left -= spent
    return None


def due(segments: Sequence[Segment], target_s: int, calendar: Calendar = AROUND_THE_CLOCK) -> datetime | None:
    """When the target is used up. None while the clock stands still short of it."""
    return reaches(segments, timedelta(seconds=target_s), calendar)


def at_risk_from(segments: Sequence[Segment], target_s: int, calendar: Calendar = AROUND_THE_CLOCK) -> datetime | None:
    """When three quarters of the target are used up."""
    return reaches(segments, timedelta(seconds=target_s * RISK_SHARE), calendar)


def standing(segments: Sequence[Segment], target_s: int, now: datetime, *, breached: bool = False) -> str:
    """The state of a clock that has not ended. ``breached``: it was once, and stays so."""
    if segments and segments[-1].state == PAUSED:
        return PAUSED
    due_at, risk_at = due(segments, target_s), at_risk_from(segments, target_s)
    if breached or (due_at is not None and now > due_at):
        return BREACHED
    return AT_RISK if risk_at is not None and now >= risk_at else RUNNING


def cut(segments: Segments, now: datetime, state: str, why: str) -> Segments:
    """The last stretch ends now and another begins. A stretch of no length is not kept.

    Transactions that queue for one case may carry an older now than the one before them: stretches never overlap.
    """
    at = max(now, segments[-1].start) if segments else now
    return (*ended(segments, at), Segment(at, None, state, why))


def ended(segments: Segments, now: datetime) -> Segments:
    """No stretch lasts beyond now."""
    if not segments or segments[-1].end is not None:
        return segments
    last = segments[-1]
    return segments[:-1] if last.start >= now else (*segments[:-1], replace(last, end=now))


def to_json(segments: Sequence[Segment]) -> list[dict[str, Any]]:
    return [
        {"from": s.start.isoformat(), "to": s.end.isoformat() if s.end else None, "state": s.state, "why": s.why}
        for s in segments
    ]


def from_json(data: Sequence[dict[str, Any]], started_at: datetime, stopped_at: datetime | None = None) -> Segments:
    """The segments of a row; a row that has none yet has run since it started."""
    if not data:
        return (Segment(started_at, stopped_at, RUNNING, IN_THE_QUEUE),)
    return tuple(
        Segment(
            datetime.fromisoformat(item["from"]),
            datetime.fromisoformat(item["to"]) if item["to"] else None,
            item["state"],
            item["why"],
        )
        for item in data
    )


IN_THE_QUEUE = "in the queue"
"""What the time from reception goes into."""
