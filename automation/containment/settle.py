"""What a worker writes once it knows: one transaction each, case before action, under the action's fence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction

from automation.connectors.protocol import READ_BACK, Target
from automation.containment.kinds import KINDS
from automation.containment.moving import load, move
from automation.models import Action
from casebook.actor import Actor
from casebook.cases.moving import change
from casebook.clock import db_now
from casebook.models import Case
from casebook.sla import clocks
from casebook.work.lease import LostLease


@contextmanager
def ours(action: Action) -> Iterator[Action]:
    """The action, locked behind its case, if it is still as this worker left it. Raises LostLease if it is not."""
    with transaction.atomic():
        case = Case.objects.select_for_update(no_key=True).get(pk=action.case_id)
        fresh = load(action.pk, lock=True)
        if (fresh.fence, fresh.state) != (action.fence, action.state):
            raise LostLease(f"action:{action.pk}")
        fresh.case = case
        yield fresh


def applied(action: Action, actor: Actor, target: Target, detail: str) -> Action:
    """It was done. Its time runs from here."""
    kind = KINDS[action.kind]
    readable = READ_BACK in target.capabilities
    with ours(action) as fresh:
        now = db_now()
        over = not kind.undoable and not readable
        move(
            fresh,
            "applied",
            actor=actor,
            applied_at=now,
            called_at=None,
            expires_at=ends(fresh, now),
            outcome=detail,
            ended_at=now if over else None,
        )
        if not readable:
            contained(fresh, actor, now)
    return fresh


def verified(action: Action, actor: Actor) -> Action:
    """The target was asked, and it is in effect."""
    with ours(action) as fresh:
        now = db_now()
        over = not KINDS[fresh.kind].undoable
        move(fresh, "verify", actor=actor, verified_at=now, ended_at=now if over else None)
        contained(fresh, actor, now)
    return fresh


def failed(action: Action, actor: Actor, reason: str) -> Action:
    """Nothing happened at the target, and nothing will."""
    with ours(action) as fresh:
        move(fresh, "fail", actor=actor, outcome=reason, called_at=None)
    return fresh


def unknown(action: Action, actor: Actor, reason: str) -> Action:
    """It may be in force. It counts as such, and its time is taken to run from the first call."""
    with ours(action) as fresh:
        expires_at = fresh.expires_at or ends(fresh, fresh.sent_at or db_now())
        move(fresh, "lose", actor=actor, outcome=reason, called_at=None, expires_at=expires_at)
    return fresh


def undone(action: Action, actor: Actor, detail: str) -> Action:
    with ours(action) as fresh:
        move(fresh, "undone", actor=actor, undone_at=db_now(), called_at=None, outcome=detail)
    return fresh


def undo_failed(action: Action, actor: Actor, reason: str) -> Action:
    """It is still in force. An alarm: a person must look."""
    with ours(action) as fresh:
        move(fresh, "undo_fail", actor=actor, outcome=reason, called_at=None)
    return fresh


def ends(action: Action, start: datetime) -> datetime | None:
    """When its time is over; None for what does not end."""
    return None if action.expires_in_s is None else start + timedelta(seconds=action.expires_in_s)


def contained(action: Action, actor: Actor, now: datetime) -> None:
    """The first containing action stops the clock. The case is locked."""
    case = action.case
    if not KINDS[action.kind].contains or case.contained_at is not None:
        return
    change(actor, case, "action.verified", by_person=False, contained_at=now)
    clocks.reached(case, "contained", now, actor)
