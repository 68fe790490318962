"""The one place that changes an action's state: by the table, under its fence, with its journal entry."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Now

from automation.containment import states
from automation.containment.kinds import KINDS
from automation.crashpoints import reach
from automation.models import OVER, Action
from casebook.actor import Actor
from casebook.errors import Conflict, NotAllowed, NotFound, WrongState
from casebook.journal.record import record

JOURNAL = {
    "approve": "action.approved",
    "refuse": "action.refused",
    "stop": "action.refused",
    "withdraw": "action.withdrawn",
    "lapse": "action.lapsed",
    "renew": "action.renewed",
    "send": "action.applying",
    "applied": "action.applied",
    "verify": "action.verified",
    "fail": "action.failed",
    "rehearse": "action.failed",
    "lose": "action.unknown",
    "undo": "action.undo_asked",
    "retry": "action.undo_asked",
    "expire": "action.expired",
    "undone": "action.undone",
    "undo_fail": "action.undo_failed",
    "resolve_applied": "action.resolved",
    "resolve_failed": "action.resolved",
    "resolve_undone": "action.resolved",
}


class Overtaken(Conflict):
    """Somebody else has changed the action since it was read."""


def fetch(actor: Actor, action_id: int, *, may: str = "action.read", lock: bool = False) -> Action:
    """The action, or NotFound where the actor may not know of it, or NotAllowed where they may not do this."""
    found = Action.objects.visible_to(actor).select_related("connector", "case", "requested_by", "approved_by")
    if lock:
        found = found.select_for_update(of=("self",), no_key=True)
    action = found.filter(pk=action_id).first()
    if action is None:
        raise NotFound(f"There is no action {action_id} that you may see.")
    if not actor.may(may, action.team_id):
        raise NotAllowed(f"Your role may not do this to {action.case.ref}'s actions ({may}).")
    return action


def load(action_id: int, *, lock: bool = False) -> Action:
    """For workers, who act for the team that the action is of."""
    found = Action.objects.select_related("connector", "case", "requested_by", "approved_by")
    if lock:
        found = found.select_for_update(of=("self",), no_key=True)
    return found.get(pk=action_id)


def require(action: Action, verb: str) -> str:
    """Where a verb leads. Raises WrongState telling what is possible."""
    to = states.to(action.state, verb)
    if to is None:
        possible = ", ".join(states.verbs(action.state)) or "nothing"
        detail = f"It is {action.state}: {verb.replace('_', ' ')} is not possible. Possible now: {possible}."
        raise WrongState(detail, extra=standing(action))
    return to


def move(action: Action, verb: str, *, actor: Actor, say: dict[str, Any] | None = None, **fields: Any) -> None:
    """Write a verb's new state and ``fields``, and record it, in the caller's transaction.

    ``say`` adds to the journal entry. Raises WrongState, or Overtaken where state or fence are no longer those read.
    """
    before, to = action.state, require(action, verb)
    if to in OVER:
        fields.setdefault("ended_at", Now())
    ours = Action.objects.filter(pk=action.pk, state=before, fence=action.fence)
    if not ours.update(state=to, **fields):
        raise Overtaken(f"Action {action.pk} was changed by somebody else just now.")
    action.refresh_from_db()
    if verb == "send":
        reach("before_applying")
    elif verb in ("applied", "undone"):
        reach("before_journal")
    record(actor, JOURNAL[verb], action, entry(action) | _reasoned(say or {}), case=action.case)


def entry(action: Action) -> dict[str, Any]:
    """What every journal entry of an action carries."""
    return {
        "action": action.pk,
        "kind": action.kind,
        "target": action.target,
        "connector": action.connector.slug,
        "state": action.state,
        "what": what(action) + ("" if action.case.is_open else " (after close)"),
        "outcome": action.outcome,
    }


def what(action: Action) -> str:
    """``block 192.0.2.1 at Edge``."""
    return KINDS[action.kind].what(action.target, action.connector.name)


def standing(action: Action) -> dict[str, Any]:
    """What a conflict tells."""
    return {
        "state": action.state,
        "requested_by": action.requested_by.username,
        "approved_by": action.approved_by.username if action.approved_by else None,
    }


def _reasoned(say: dict[str, Any]) -> dict[str, Any]:
    return say | {"reason_text": f": {say['reason']}"} if say.get("reason") else say
