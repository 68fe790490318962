"""One action as a person sees it: what, where, who, how long, and what they may do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from automation.containment import states
from automation.containment.binding import seen_of
from automation.containment.kinds import KINDS
from automation.models import IN_FORCE, Action, ActionState
from casebook.actor import Actor

ALARMS = (ActionState.UNKNOWN, ActionState.UNDO_FAILED)


@dataclass(frozen=True)
class TimeLeft:
    """What `{% clock %}` draws: how long until it lapses or ends."""

    measure: str
    label: str
    state: str
    due_at: datetime | None
    target_s: int
    elapsed_s: int = 0


@dataclass(frozen=True)
class Card:
    """``verbs`` are those this viewer may use now; ``why_not`` says why the one they would expect is missing."""

    id: int
    ref: str
    case_id: int
    kind: str
    title: str
    target: str
    where: str
    state: str
    alarm: bool
    critical: bool
    reason: str
    outcome: str
    undo_text: str
    undoable: bool
    reach: list[str]
    rails: list[dict[str, Any]]
    asked_by: str
    agreed_by: str
    asked_at: datetime
    lapses_at: datetime | None
    sent_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    clock: TimeLeft | None
    lasts_s: int | None
    seen: str
    verbs: tuple[str, ...] = field(default=())
    why_not: str = ""

    @property
    def in_force(self) -> bool:
        return self.state in IN_FORCE and self.ended_at is None


def card(actor: Actor, action: Action) -> Card:
    """``action`` with connector, case, requester and approver loaded."""
    verbs, why_not = _possible(actor, action)
    kind = KINDS[action.kind]
    return Card(
        id=action.pk,
        ref=action.case.ref,
        case_id=action.case_id,
        kind=action.kind,
        title=kind.title(action.target),
        target=action.target,
        where=action.connector.name,
        state=action.state,
        alarm=action.state in ALARMS,
        critical=action.critical,
        reason=action.reason,
        outcome=action.outcome,
        undo_text=action.undo_text,
        undoable=kind.undoable,
        reach=list(action.reach.get("lines", [])),
        rails=list(action.guard_rails),
        asked_by=action.requested_by.username,
        agreed_by=action.approved_by.username if action.approved_by else "",
        asked_at=action.requested_at,
        lapses_at=action.lapses_at,
        sent_at=action.sent_at,
        expires_at=action.expires_at,
        ended_at=action.ended_at,
        clock=_time_left(action),
        lasts_s=action.expires_in_s,
        seen=seen_of(action),
        verbs=verbs,
        why_not=why_not,
    )


def _possible(actor: Actor, action: Action) -> tuple[tuple[str, ...], str]:
    verbs = [verb for verb in states.verbs(action.state) if _may(actor, action, verb)]
    if action.state != ActionState.REQUESTED or "approve" in verbs:
        return tuple(verbs), ""
    if action.requested_by_id == actor.person_id:
        return tuple(verbs), "you asked, so somebody else agrees"
    if action.critical and actor.may("action.approve", action.team_id):
        return tuple(verbs), "a lead must agree to this one"
    return tuple(verbs), "waits for somebody who may agree"


def _may(actor: Actor, action: Action, verb: str) -> bool:
    own = action.requested_by_id == actor.person_id
    if verb == "approve":
        needed = "action.approve_critical" if action.critical else "action.approve"
        return not own and actor.may(needed, action.team_id) and actor.may("action.approve", action.team_id)
    if verb == "refuse":
        return not own and actor.may("action.approve", action.team_id)
    if not actor.may("action.request", action.team_id):
        return False
    if verb == "withdraw":
        return own
    if verb == "renew":
        return action.case.is_open
    return verb != "undo" or (KINDS[action.kind].undoable and action.ended_at is None)


def _time_left(action: Action) -> TimeLeft | None:
    if action.state in (ActionState.REQUESTED, ActionState.APPROVED) and action.lapses_at:
        whole = int((action.lapses_at - (action.approved_at or action.requested_at)).total_seconds())
        return TimeLeft("time_to_lapse", "lapses", "at_risk", action.lapses_at, max(whole, 1))
    if action.expires_at is None or action.ended_at is not None or action.state not in IN_FORCE:
        return None
    return TimeLeft("time_in_force", "ends", "running", action.expires_at, action.expires_in_s or 1)
