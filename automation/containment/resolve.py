"""A person says what became of an action that nobody could tell."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from automation.containment import reasons, settle
from automation.containment.kinds import KINDS
from automation.containment.moving import fetch, move, require
from automation.containment.states import RESOLUTIONS
from automation.models import Action
from casebook.actor import Actor
from casebook.clock import db_now
from casebook.errors import Invalid
from casebook.models import Case


def resolve(*, actor: Actor, action_id: int, to: str, reason: str) -> Action:
    """From unknown to applied, failed or undone, with what was seen at the target. Never sends anything.

    Applied counts from the call that was sent, so its time may be over already; then the next sweep undoes it.
    """
    if to not in RESOLUTIONS:
        raise Invalid("Say what you found.", errors={"to": [f"one of {', '.join(RESOLUTIONS)}"]})
    why = reasons.required(reason)
    seen = fetch(actor, action_id, may="action.request")
    with transaction.atomic():
        case = Case.objects.select_for_update(no_key=True).get(pk=seen.case_id)
        action = fetch(actor, action_id, may="action.request", lock=True)
        action.case = case
        require(action, f"resolve_{to}")
        now = db_now()
        fields = _fields(action, to, now)
        move(action, f"resolve_{to}", actor=actor, say={"reason": why, "state": to}, outcome=why, **fields)
        if to == "applied":
            settle.contained(action, actor, now)
        return action


def _fields(action: Action, to: str, now: Any) -> dict[str, Any]:
    if to == "undone":
        return {"undone_at": now}
    if to == "failed":
        return {}
    applied_at = action.applied_at or action.sent_at or now
    over = not KINDS[action.kind].undoable
    return {
        "applied_at": applied_at,
        "expires_at": settle.ends(action, applied_at),
        "overdue_at": None,
        "ended_at": now if over else None,
    }
