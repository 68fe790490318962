"""What time does to actions: requests lapse, blocks end, unknowns grow overdue, and a lost errand is sent again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from automation.containment.kinds import KINDS
from automation.containment.moving import entry, move
from automation.containment.undo import begin
from automation.models import Action, ActionState
from casebook.actor import Automation
from casebook.journal.record import record
from casebook.models import Work
from casebook.models.choices import WorkState
from casebook.work.enqueue import enqueue

AT_ONCE = 200
STUCK_S = 60.0
UNDOABLE = [kind.name for kind in KINDS.values() if kind.undoable]
ERRANDS = {
    ActionState.APPROVED: ("action.apply", "approved_at"),
    ActionState.APPLYING: ("action.apply", "sent_at"),
    ActionState.UNDOING: ("action.undo", "undoing_at"),
}
"""The work that should be under way for a state, and since when."""


def sweep() -> int:
    """Runs in a transaction of its own. Rows somebody works on right now are left for the next time."""
    return _lapse() + _expire() + _overdue() + _errands()


def _lapse() -> int:
    due = _due(state__in=(ActionState.REQUESTED, ActionState.APPROVED), lapses_at__lte=Now())
    for action in due:
        move(action, "lapse", actor=_actor(action))
    return len(due)


def _expire() -> int:
    states = (ActionState.APPLIED, ActionState.VERIFIED)
    due = _due(state__in=states, kind__in=UNDOABLE, expires_at__lte=Now())
    for action in due:
        begin(action, "expire", actor=_actor(action))
    return len(due)


def _overdue() -> int:
    """Nobody has said yet what became of it, and its time is over: once, loudly."""
    due = _due(state=ActionState.UNKNOWN, expires_at__lte=Now(), overdue_at=None)
    for action in due:
        Action.objects.filter(pk=action.pk).update(overdue_at=Now())
        record(_actor(action), "action.overdue", action, entry(action), case=action.case)
    return len(due)


def _errands() -> int:
    """Work rows can be put aside or lost; the state of an action must not depend on them."""
    sent = 0
    for state, (kind, since) in ERRANDS.items():
        stuck = _due(state=state, **{f"{since}__lte": Now() - timedelta(seconds=STUCK_S)})
        if not stuck:
            continue
        known = _latest_work(kind, stuck)
        for action in stuck:
            row = known.get(f"action:{action.pk}")
            if row in (WorkState.WAITING, WorkState.RUNNING):
                continue
            sent += 1
            if row == WorkState.QUARANTINED and state != ActionState.APPROVED:
                why = "its worker was stopped too often to find out"
                move(action, "lose", actor=_actor(action), outcome=why, called_at=None)
            else:
                enqueue(kind, f"action:{action.pk}", team_id=action.team_id)
    return sent


def _latest_work(kind: str, actions: list[Action]) -> dict[str, str]:
    """The state of the newest row about each action."""
    subjects = [f"action:{action.pk}" for action in actions]
    rows = Work.objects.filter(kind=kind, subject__in=subjects).order_by("id").values_list("subject", "state")
    return dict(rows)


def _due(**conditions: Any) -> list[Action]:
    locked = Action.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    found = locked.select_related("connector", "case", "requested_by", "approved_by")
    return list(found.filter(**conditions).order_by("id")[:AT_ONCE])


def _actor(action: Action) -> Automation:
    return Automation(team_id=action.team_id)
