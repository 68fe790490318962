"""The second person: agree or refuse; and the first: withdraw, or ask once more."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from automation.containment import around, reasons
from automation.containment.binding import changed, digest
from automation.containment.guard_rails import check
from automation.containment.moving import fetch, move, require, standing, what
from automation.limits import limit
from automation.models import Action, ActionState
from casebook.actor import Actor
from casebook.errors import Conflict, Invalid, NotAllowed, WrongState
from casebook.journal.record import record


def approve(*, actor: Actor, action_id: int, seen: str | None = None) -> Action:
    """Agree to what stands there. ``seen`` is what the page showed (`binding.seen_of`); anything else is a Conflict
    that names what changed. None, from a script, agrees to whatever stands there.

    Raises NotAllowed for the requester, by whatever sign-in or token, and for a critical one without the right.
    """
    denied = _denied(actor, action_id)
    if denied is not None:
        raise denied
    with transaction.atomic():
        action = fetch(actor, action_id, may="action.approve", lock=True)
        require(action, "approve")
        _still_open(action)
        _as_shown(action, seen)
        verdict = check(action.kind, action.target, around.load(action.team_id, without=action.pk).of(action.kind))
        if not verdict.passed:
            raise Invalid(f"A guard rail stops this now: {verdict.tripped[0].why}.")
        _lead_where_needed(actor, action, verdict.needs_lead)
        move(
            action,
            "approve",
            actor=actor,
            approved_by_id=actor.person_id,
            approved_at=Now(),
            approval_hash=digest(action),
            critical=action.critical or verdict.needs_lead,
            lapses_at=Now() + timedelta(seconds=limit("LAPSE_S")),
        )
        return action


def refuse(*, actor: Actor, action_id: int, reason: str) -> Action:
    """Say no, with the reason the requester reads. One's own request is withdrawn instead."""
    with transaction.atomic():
        action = fetch(actor, action_id, may="action.approve", lock=True)
        if action.requested_by_id == actor.person_id:
            raise NotAllowed("You asked for it yourself: withdraw it instead.")
        why = reasons.required(reason)
        move(action, "refuse", actor=actor, say={"reason": why}, outcome=why)
        return action


def withdraw(*, actor: Actor, action_id: int, reason: str = "") -> Action:
    """Take back one's own request while nobody has agreed to it."""
    with transaction.atomic():
        action = fetch(actor, action_id, may="action.request", lock=True)
        require(action, "withdraw")
        if action.requested_by_id != actor.person_id:
            raise NotAllowed(f"{action.requested_by} asked for it: refuse it instead.")
        move(action, "withdraw", actor=actor, say={"reason": reasons.optional(reason)})
        return action


def renew(*, actor: Actor, action_id: int) -> Action:
    """Ask again for what lapsed. Whoever renews is the one who asks now, so somebody else must agree."""
    with transaction.atomic():
        action = fetch(actor, action_id, may="action.request", lock=True)
        require(action, "renew")
        if actor.person_id is None:
            raise NotAllowed("Only a person can ask for an action.")
        if not action.case.is_open:
            raise WrongState(f"{action.case.ref} is closed: reopen it to ask for an action.", extra=standing(action))
        _nothing_alike(action)
        move(
            action,
            "renew",
            actor=actor,
            requested_by_id=actor.person_id,
            approved_by=None,
            approved_at=None,
            approval_hash="",
            requested_at=Now(),
            lapses_at=Now() + timedelta(seconds=limit("LAPSE_S")),
            ended_at=None,
        )
        return action


def _denied(actor: Actor, action_id: int) -> NotAllowed | None:
    """The refusal of somebody agreeing to their own request, with the attempt on record."""
    action = fetch(actor, action_id)
    if actor.person_id is None:
        return NotAllowed("Only a person can agree to an action.")
    if action.requested_by_id != actor.person_id:
        return None
    with transaction.atomic():
        why = "the one who asks cannot agree"
        record(actor, "action.stopped", action, {"what": what(action), "why": why}, case=action.case)
    return NotAllowed("You asked for it, so somebody else must agree.")


def _as_shown(action: Action, seen: str | None) -> None:
    different = changed(action, seen) if seen is not None else []
    if different:
        detail = f"It is no longer what you were shown ({', '.join(different)}). Look again."
        raise Conflict(detail, extra=standing(action) | {"different": different})


def _lead_where_needed(actor: Actor, action: Action, needs_lead: bool) -> None:
    if (action.critical or needs_lead) and not actor.may("action.approve_critical", action.team_id):
        why = next((rail["why"] for rail in action.guard_rails if rail.get("needs_lead")), "it needs a lead now")
        raise NotAllowed(f"Only a lead can agree to this: {why}.")


def _still_open(action: Action) -> None:
    """A request that lapsed a moment ago, before the sweep came by, is not agreed to."""
    if Action.objects.filter(pk=action.pk, lapses_at__lte=Now()).exists():
        raise WrongState("Nobody agreed within the time. It can be renewed in a moment.", extra=standing(action))


def _nothing_alike(action: Action) -> None:
    alike = Action.objects.filter(
        connector_id=action.connector_id, kind=action.kind, target=action.target, ended_at=None
    ).first()
    if alike is not None:
        state = ActionState(alike.state).label.lower()
        raise Conflict(f"The same is already {state}, as action {alike.pk}.", extra={"action": alike.pk})
