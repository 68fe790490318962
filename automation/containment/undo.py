"""Take an action back before its time, or try again after taking it back has failed."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from automation.containment import reasons
from automation.containment.kinds import KINDS
from automation.containment.moving import fetch, move, require, standing
from automation.models import Action
from casebook.actor import Actor
from casebook.errors import WrongState
from casebook.work.enqueue import enqueue


def undo(*, actor: Actor, action_id: int, reason: str = "") -> Action:
    """Also on a closed case: what is in force can always be taken off."""
    with transaction.atomic():
        action = fetch(actor, action_id, may="action.request", lock=True)
        if not KINDS[action.kind].undoable:
            raise WrongState(f"This {action.undo_text}.", extra=standing(action))
        require(action, "undo")
        begin(action, "undo", actor=actor, reason=reasons.optional(reason))
        return action


def retry(*, actor: Actor, action_id: int) -> Action:
    """Once more, after undoing failed: nothing happened then, so this is a call of its own with its own key."""
    with transaction.atomic():
        action = fetch(actor, action_id, may="action.request", lock=True)
        require(action, "retry")
        begin(action, "retry", actor=actor, reason="again")
        return action


def begin(action: Action, verb: str, *, actor: Actor, reason: str = "") -> None:
    """From here a worker takes it off. The action is locked."""
    move(action, verb, actor=actor, say={"reason": reason}, undoing_at=Now(), called_at=None, undo_key=None, outcome="")
    enqueue("action.undo", f"action:{action.pk}", team_id=action.team_id, lane=4 - int(action.case.severity))
