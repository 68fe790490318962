"""Who works a case: take, assign, release; acting on an unowned case takes it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from casebook.actor import Actor
from casebook.cases import states
from casebook.cases.access import fetch_for, require_move, require_version
from casebook.cases.moving import change
from casebook.clock import db_now
from casebook.errors import Conflict, Invalid, NotAllowed
from casebook.journal.record import record
from casebook.models import Case
from casebook.plugins import load
from casebook.sla import clocks


def take(*, actor: Actor, ref: str, version: int | None = None) -> Case:
    """Make an unowned case mine; taking my own again changes nothing.

    Raises Conflict where a colleague has it: taking over is `assign`, and they are told.
    """
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.work", lock=True)
        if case.owner_id is not None and case.owner_id == actor.person_id and case.is_open:
            return case
        require_version(case, version)
        move = require_move(actor, case, "take")
        if case.owner_id is not None:
            detail = f"{case.owner} has {case.ref}. Assign it to yourself to take it over; they will be told."
            raise Conflict(detail, extra={"state": case.state, "owner": str(case.owner)})
        _own(actor, case, "case.taken", actor.person_id, move.to)
        return case


def take_if_unowned(actor: Actor, case: Case) -> bool:
    """Acting on an unowned locked case takes it. True if it did."""
    if case.owner_id is not None or actor.person_id is None:
        return False
    found = states.move(case.state, "take")
    if found is None or not actor.may(found.needs, case.team_id):
        return False
    _own(actor, case, "case.taken", actor.person_id, found.to)
    return True


def assign(*, actor: Actor, ref: str, to: str, version: int | None = None, reason: str = "") -> Case:
    """Give a case to a colleague, or take it over from one. Anybody's case: needs ``case.reassign``."""
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.work", lock=True)
        require_version(case, version)
        move = require_move(actor, case, "assign")
        person = get_user_model().objects.filter(username=to, is_active=True, memberships__team_id=case.team_id).first()
        if person is None:
            raise Invalid(f"There is nobody called {to} in {case.team}.", errors={"to": ["no such colleague"]})
        if not load(settings.CASEBOOK_PERSON_ACTOR)(person).may(_needs(case, move), case.team_id):
            detail = f"{to}'s role does not work {case.ref} while it is {case.state}."
            raise Invalid(detail, errors={"to": ["role does not fit"]})
        taking_over = case.owner_id not in (None, actor.person_id)
        if person.pk != actor.person_id and taking_over and not actor.may("case.reassign", case.team_id):
            raise NotAllowed(f"{case.ref} is {case.owner}'s; giving it to somebody else needs T2 or a lead.")
        before = case.owner.username if case.owner else ""
        _own(actor, case, "case.assigned", person.pk, move.to, to=to, before=before, reason=reason)
        return case


def release(*, actor: Actor, ref: str, version: int | None = None, reason: str = "") -> Case:
    """Put a case back for somebody else."""
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.work", lock=True)
        require_version(case, version)
        move = require_move(actor, case, "release")
        if case.owner_id != actor.person_id and not actor.may("case.reassign", case.team_id):
            raise NotAllowed(f"{case.ref} is {case.owner}'s to release.")
        change(actor, case, "case.released", state=move.to, owner_id=None)
        record(actor, "case.released", case, {"reason": reason, "reason_text": f": {reason}" if reason else ""})
        return case


def _needs(case: Case, move: states.Move) -> str:
    """What whoever is given a case must be allowed: to work it, and with T2 to accept."""
    return "case.accept" if case.tier == "t2" else move.needs


def _own(actor: Actor, case: Case, verb: str, owner_id: int | None, to_state: str, **payload: str) -> None:
    now = db_now()
    first = case.acknowledged_at is None
    state = case.state if case.state == states.WAITING else to_state
    fields: dict[str, Any] = {"owner_id": owner_id, "state": state}
    if first:
        fields["acknowledged_at"] = now
    change(actor, case, verb, **fields)
    if payload.get("reason"):
        payload["reason_text"] = f": {payload['reason']}"
    record(actor, verb, case, dict(payload))
    if first:
        clocks.reached(case, "acknowledged", now, actor)
