"""What happens to a case's clocks when something happens to the case.

Every verb here runs inside the caller's transaction, with the case locked and its fields already written. Each change
of a clock is a segment that says where the time goes, and a journal entry.

Rules. A clock pauses only while its case waits. A change of severity re-evaluates it from its own start and keeps its
pauses. A breach is sticky: a clock that was once late ends missed, whatever happens later. A clock whose case closes
without its instant is called off, unless it was late by then. A clock that was called off and runs again, because the
case came back, does not count the stretch between.
"""

from __future__ import annotations

from datetime import datetime

from casebook.actor import Actor, Automation
from casebook.models import Case
from casebook.sla.held import ACCEPT, Held
from casebook.sla.measures import CLOCKED, MEASURES, opened_by
from casebook.sla.policies import plan
from casebook.sla.reckoning import IN_THE_QUEUE

__all__ = ["pause", "plan", "reached", "reopened", "resume", "returned", "severity_changed", "start"]

WITH_T2 = "waiting for T2 to accept"


def start(case: Case, actor: Actor | None = None) -> None:
    """The clocks of a case that was just opened, counting from its reception. Intake writes its own (`plan`)."""
    held = Held.of(case, case.received_at, actor or Automation(team_id=case.team_id))
    for measure in opened_by("received"):
        held.begin(measure, since=case.received_at, why=IN_THE_QUEUE)
    held.save()


def reached(case: Case, instant: str, now: datetime, actor: Actor) -> None:
    """The case came to an instant: acknowledged decided escalated accepted contained resolved closed.

    The clocks it ends stop, those it opens appear, and the others turn a page: where the time goes from here on.
    Reaching an instant again changes nothing that has ended. Raises KeyError for any other instant.
    """
    why = _NEXT[instant].format(actor=actor.name)
    held = Held.of(case, now, actor)
    for clock in held.going():
        ends = MEASURES[clock.measure].ends
        if instant in ends or (instant == "closed" and any(getattr(case, f"{end}_at") for end in ends)):
            held.stop(clock)
        elif instant == "closed":
            held.call_off(clock, "the case was closed without it")
        elif why:
            held.turn(clock, why)
    for measure in opened_by(instant):
        held.begin_or_revive(measure, why=why, away="with L1 again")
    held.save()


_NEXT = {
    "acknowledged": "with {actor}",
    "decided": "",
    "escalated": WITH_T2,
    "accepted": "with {actor} of T2",
    "contained": "contained, not yet resolved",
    "resolved": "",
    "closed": "",
}
"""What the time goes into after each instant; nothing where another instant follows at once."""


def returned(case: Case, now: datetime, actor: Actor) -> None:
    """T2 gave the case back: the hand-over was answered, so nobody waits for acceptance any longer."""
    held = Held.of(case, now, actor)
    for clock in held.going():
        if clock.measure == ACCEPT:
            held.call_off(clock, "returned to L1")
        else:
            held.turn(clock, f"returned to L1 by {actor.name}")
    held.save()


def pause(case: Case, reason: str, now: datetime, actor: Actor) -> None:
    """The case waits, for a reason people can read."""
    held = Held.of(case, now, actor)
    for clock in held.going():
        held.pause(clock, reason)
    held.save()


def resume(case: Case, now: datetime, actor: Actor) -> None:
    """The wait is over; what was left of each target is left still."""
    held = Held.of(case, now, actor)
    why = "after the wait" if actor.person_id is None else f"taken up again by {actor.name}"
    for clock in held.going():
        held.resume(clock, why)
    held.save()


def severity_changed(case: Case, now: datetime, actor: Actor) -> None:
    """Every clock that still goes gets the target of the new severity, counted from its own start.

    A measure that has a target only now gets its clock, one that has none any longer loses it.
    """
    held = Held.of(case, now, actor)
    for clock in held.going():
        target = held.table.target(case.severity, clock.measure)
        if target is None:
            held.call_off(clock, f"no target for severity {case.severity_word}")
        else:
            held.retarget(clock, target)
    for measure in CLOCKED:
        if _is_due_for_a_clock(case, measure):
            held.begin_or_revive(measure, why=f"severity now {case.severity_word}", away="without a target")
    held.save()


def reopened(case: Case, now: datetime, actor: Actor) -> None:
    """What closing called off runs again; the time the case was closed does not count. What ended stays ended."""
    held = Held.of(case, now, actor)
    for measure in CLOCKED:
        if measure in held.clocks and _is_due_for_a_clock(case, measure):
            held.begin_or_revive(measure, why=f"reopened by {actor.name}", away="closed")
    held.save()


def _is_due_for_a_clock(case: Case, measure: str) -> bool:
    """Whether the case is on its way to what the measure measures. Acceptance is awaited only while escalated."""
    if case.state == "closed":
        return False
    facts = MEASURES[measure]
    begun = getattr(case, f"{facts.opens}_at") is not None
    ended = any(getattr(case, f"{end}_at") for end in facts.ends)
    return begun and not ended and (measure != ACCEPT or case.state == "escalated")
