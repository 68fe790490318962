"""The clocks of one locked case while a verb changes them: the moves a clock can make, each with its journal entry.

Used by `casebook.sla.clocks` only. Rows are locked in the order of their ids, after the case; the sweep skips locked
rows, so the two never wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from casebook.actor import Actor
from casebook.journal.record import record
from casebook.models import Case, Clock
from casebook.sla import policies
from casebook.sla.measures import MEASURES
from casebook.sla.policies import Target
from casebook.sla.reckoning import (
    BREACHED,
    CANCELLED,
    IN_THE_QUEUE,
    MET,
    MISSED,
    PAUSED,
    RUNNING,
    Segment,
    Segments,
    at_risk_from,
    cut,
    due,
    ended,
    from_json,
    left_out,
    standing,
    to_json,
    used,
)
from casebook.sla.words import span_words

ACCEPT = "time_to_accept"
_FIELDS = [
    "policy", "target_s", "state", "due_at", "risk_at", "paused_at", "paused_s", "stopped_at", "breached_at", "segments"
]  # fmt: skip


@dataclass
class Held:
    """``clocks`` by measure; what changed is written by `save`, in one statement."""

    case: Case
    now: datetime
    actor: Actor
    clocks: dict[str, Clock]
    changed: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, case: Case, now: datetime, actor: Actor) -> Held:
        rows = Clock.objects.select_for_update(no_key=True).filter(case=case).order_by("id")
        return cls(case, now, actor, {row.measure: row for row in rows})

    def going(self) -> Iterator[Clock]:
        """Clocks that have not ended; one that ran past its target unseen is marked before anything else happens."""
        for clock in [clock for clock in self.clocks.values() if clock.stopped_at is None]:
            if clock.breached_at is None and clock.due_at is not None and self.now > clock.due_at:
                self._breach(clock, clock.due_at)
            yield clock

    def save(self) -> None:
        Clock.objects.bulk_update([clock for clock in self.clocks.values() if clock.pk in self.changed], _FIELDS)

    @cached_property
    def table(self) -> policies.Table:
        return policies.current()

    # ------------------------------------------------------------------ beginning
    def begin_or_revive(self, measure: str, *, why: str, away: str) -> None:
        """A clock where there is none, a called-off one again; one that goes or has ended is left alone."""
        clock = self.clocks.get(measure)
        if clock is not None:
            if clock.state == CANCELLED:
                self._revive(clock, why, away)
        elif not any(getattr(self.case, f"{end}_at") for end in MEASURES[measure].ends):
            self.begin(measure, since=getattr(self.case, f"{MEASURES[measure].starts}_at") or self.now, why=why)

    def begin(self, measure: str, *, since: datetime, why: str) -> None:
        """Start counting from ``since``, which may lie back: the pauses the case had meanwhile stay left out."""
        target = self.table.target(self.case.severity, measure)
        if target is None:
            return
        segments = cut(self._history(measure, since, why), self.now, RUNNING, why)
        clock = Clock(case=self.case, team_id=self.case.team_id, measure=measure, started_at=segments[0].start)
        clock.policy_id, clock.target_s = target.policy_id, target.target_s
        self._settle(clock, segments)
        clock.save(force_insert=True)
        self.clocks[measure] = clock
        self._say("clock.started", clock, target=span_words(clock.target_s))
        if clock.state == BREACHED:
            self._breach(clock, self.now)

    def _history(self, measure: str, since: datetime, why: str) -> Segments:
        """Where the time since ``since`` went already, as the case's other clocks of that start know it."""
        if since >= self.now:
            return ()
        starts = MEASURES[measure].starts
        for clock in self.clocks.values():
            if MEASURES[clock.measure].starts == starts and clock.stopped_at is None:
                return self._segments(clock)
        return (Segment(since, None, RUNNING, IN_THE_QUEUE if starts == "received" else why),)

    def _revive(self, clock: Clock, why: str, away: str) -> None:
        target = self.table.target(self.case.severity, clock.measure)
        if target is None or clock.stopped_at is None:
            return
        gap = Segment(clock.stopped_at, self.now, CANCELLED, away)
        segments = (*self._segments(clock), gap) if gap.start < self.now else self._segments(clock)
        clock.stopped_at = None
        clock.policy_id, clock.target_s = target.policy_id, target.target_s
        self._settle(clock, (*segments, Segment(self.now, None, RUNNING, why)))
        self._say("clock.started", clock, target=span_words(clock.target_s))
        if clock.state == BREACHED:
            self._breach(clock, self.now)

    # ------------------------------------------------------------------ going on
    def turn(self, clock: Clock, why: str) -> None:
        """The time goes into something else from here on. A pause lasts."""
        segments = self._segments(clock)
        if segments[-1].state != PAUSED:
            self._settle(clock, cut(segments, self.now, RUNNING, why))

    def pause(self, clock: Clock, reason: str) -> None:
        segments = self._segments(clock)
        if segments[-1].state == PAUSED:
            return
        self._settle(clock, cut(segments, self.now, PAUSED, reason))
        self._say("clock.paused", clock, reason=reason)

    def resume(self, clock: Clock, why: str) -> None:
        segments = self._segments(clock)
        if segments[-1].state != PAUSED:
            return
        self._settle(clock, cut(segments, self.now, RUNNING, why))
        self._say("clock.resumed", clock, why=why)

    def retarget(self, clock: Clock, target: Target) -> None:
        """Another target from the same start. A clock that is late by it became so now, not in the past."""
        if (clock.policy_id, clock.target_s) == (target.policy_id, target.target_s):
            return
        before, after = span_words(clock.target_s), span_words(target.target_s)
        clock.policy_id, clock.target_s = target.policy_id, target.target_s
        self._say("clock.retargeted", clock, before=before, after=after, severity=self.case.severity_word)
        segments = self._segments(clock)
        if segments[-1].state != PAUSED:
            why = f"severity now {self.case.severity_word}: target {before} → {after}, counted from the start"
            segments = cut(segments, self.now, RUNNING, why)
        self._settle(clock, segments)
        if clock.breached_at is None and clock.due_at is not None and clock.due_at < self.now:
            self._breach(clock, self.now)

    # ------------------------------------------------------------------ ending
    def stop(self, clock: Clock) -> None:
        """What it measured has happened: met within the target, else missed."""
        segments = ended(self._segments(clock), self.now)
        took = used(segments, self.now)
        # The sweep may have seen the target pass after this transaction's now, while this one waited for the case.
        if clock.breached_at is not None and clock.breached_at > self.now:
            clock.breached_at = None
        late = clock.breached_at is not None or took > timedelta(seconds=clock.target_s)
        clock.stopped_at = self.now
        self._settle(clock, segments, MISSED if late else MET)
        self._say("clock.stopped", clock, outcome=clock.state, took=span_words(took.total_seconds()))

    def call_off(self, clock: Clock, why: str) -> None:
        """It will not happen. Late by then, the target is missed all the same: closing a case does not mend it."""
        segments = ended(self._segments(clock), self.now)
        clock.stopped_at = self.now
        self._settle(clock, segments, MISSED if clock.breached_at else CANCELLED)
        if clock.state == MISSED:
            took = span_words(used(segments, self.now).total_seconds())
            self._say("clock.stopped", clock, outcome=f"missed, {why},", took=took)
        else:
            self._say("clock.cancelled", clock, why=why)

    # ------------------------------------------------------------------ the row
    def _segments(self, clock: Clock) -> Segments:
        return from_json(clock.segments, clock.started_at, clock.stopped_at)

    def _settle(self, clock: Clock, segments: Segments, state: str | None = None) -> None:
        """Write what follows from the segments into the row's columns. An ended clock keeps when it was due."""
        clock.segments = to_json(segments)
        if state is None:
            clock.due_at, clock.risk_at = due(segments, clock.target_s), at_risk_from(segments, clock.target_s)
            late = clock.breached_at is not None
            clock.state = standing(segments, clock.target_s, self.now, breached=late)
        else:
            clock.state = state
        clock.paused_at = segments[-1].start if segments and segments[-1].state == PAUSED else None
        clock.paused_s = round(left_out(segments, self.now).total_seconds())
        if clock.pk:
            self.changed.add(clock.pk)

    def _breach(self, clock: Clock, at: datetime) -> None:
        clock.breached_at = at
        if clock.state not in (PAUSED, MET, MISSED):
            clock.state = BREACHED
        self.changed.add(clock.pk)
        self._say("clock.breached", clock, target=span_words(clock.target_s))

    def _say(self, verb: str, clock: Clock, **payload: object) -> None:
        label = MEASURES[clock.measure].label
        record(self.actor, verb, clock, {"measure": clock.measure, "label": label, **payload}, case=self.case)
