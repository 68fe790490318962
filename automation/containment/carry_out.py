"""The worker's part: send what two people agreed to, once, and look whether it is so.

Every state a crash can leave has one way on: `approved` starts anew, `applying` asks the target first, `applied` is
verified. Running it twice does nothing twice.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import transaction
from django.db.models.functions import Now

from automation import breaker
from automation.connectors.opening import opened
from automation.connectors.protocol import Declined, Target, TargetError
from automation.containment import settle
from automation.containment.exchange import APPLY, End, exchange, readable, reads
from automation.containment.kinds import KINDS
from automation.containment.moving import load, move
from automation.containment.objections import objection
from automation.crashpoints import reach
from automation.limits import limit
from automation.models import Action, ActionState
from casebook.clock import db_now
from casebook.work.lease import Lease, LostLease, RetryLater


def carry_out(lease: Lease) -> None:
    """Handler of ``action.apply``; the subject is the action."""
    reach("after_lease")
    action = load(lease.subject_id)
    if action.state == ActionState.APPROVED:
        started = _start(action, lease)
        if started is None:
            return
        action, target = started
        action = _settled(action, lease, target, fresh=True)
    elif action.state in (ActionState.APPLYING, ActionState.APPLIED):
        try:
            target = opened(action.connector)
        except Declined as error:
            _unreachable(action, lease, error.reason)
            return
        if action.state == ActionState.APPLYING:
            action = _settled(action, lease, target, fresh=False)
    else:
        return
    reach("after_result")
    if action.state == ActionState.APPLIED and readable(target):
        _verify(action, lease, target)
    reach("after_verify")


def _start(action: Action, lease: Lease) -> tuple[Action, Target] | None:
    """Look again at everything, ask the target how it is now, and commit that we are about to send."""
    why = objection(action)
    if why is not None or action.connector.dry_run:
        _stop(action, lease, why)
        return None
    target = opened(action.connector)
    before = _captured(action, target)
    with settle.ours(action) as fresh:
        if _lapsed(fresh):
            move(fresh, "lapse", actor=lease.actor)
            return None
        why = objection(fresh)  # the same once more, now that nobody can change it under us
        if why is not None:
            move(fresh, "stop", actor=lease.actor, say={"reason": why}, outcome=why)
            return None
        now = db_now()
        move(
            fresh,
            "send",
            actor=lease.actor,
            undo=before,
            apply_key=uuid4(),
            sent_at=now,
            called_at=now,
            fence=fresh.fence + 1,
        )
    reach("after_applying")
    return fresh, target


def _stop(action: Action, lease: Lease, why: str | None) -> None:
    with settle.ours(action) as fresh:
        if why is not None:
            move(fresh, "stop", actor=lease.actor, say={"reason": why}, outcome=why)
        else:
            move(fresh, "rehearse", actor=lease.actor, outcome="dry run: the connector sends nothing")


def _lapsed(action: Action) -> bool:
    return Action.objects.filter(pk=action.pk, lapses_at__lte=Now()).exists()


def _captured(action: Action, target: Target) -> dict[str, object]:
    """How the target is before us. It changes nothing there, so it may be tried until the approval lapses."""
    name = f"connector:{action.connector_id}"
    closed_for = breaker.shut_for(name)
    if closed_for:
        raise RetryLater(f"{action.connector.name} has failed too often; next try soon", after_s=closed_for)
    try:
        before = target.capture(kind=action.kind, target=action.target, deadline_s=limit("CALL_S"))
    except TargetError as error:
        breaker.failed(name, error.reason)
        raise RetryLater(f"{action.connector.name} could not be asked: {error.reason}", error.after_s) from error
    breaker.succeeded(name)
    return before


def _settled(action: Action, lease: Lease, target: Target, *, fresh: bool) -> Action:
    action, end, why = exchange(action, target, APPLY, fresh=fresh)
    if end is End.DONE:
        return settle.applied(action, lease.actor, target, why)
    if end is End.NOTHING:
        return settle.failed(action, lease.actor, why)
    return settle.unknown(action, lease.actor, why)


def _verify(action: Action, lease: Lease, target: Target) -> None:
    """Read back. A target that cannot be read just now leaves it applied, after some tries."""
    try:
        in_effect = reads(action, target)
    except Declined as error:
        _note_unread(action, error.reason)
    except TargetError as error:
        tried_for = (db_now() - (action.applied_at or db_now())).total_seconds()
        if tried_for < limit("SETTLE_FOR_S"):
            raise RetryLater(f"not read back yet: {error.reason}", after_s=limit("AGAIN_S")) from error
        _note_unread(action, error.reason)
    else:
        if in_effect:
            settle.verified(action, lease.actor)
        else:
            settle.unknown(action, lease.actor, "the target took it, and reading back shows it is not in effect")


def _unreachable(action: Action, lease: Lease, reason: str) -> None:
    """The connector was switched off between sending and looking."""
    if action.state == ActionState.APPLIED:
        _note_unread(action, reason)
    elif action.called_at is None:
        settle.failed(action, lease.actor, reason)
    else:
        settle.unknown(action, lease.actor, f"the target could not be asked: {reason}")


def _note_unread(action: Action, reason: str) -> None:
    """Applied by the target's own word; what reading back would say is not known. What does not last ends here."""
    with transaction.atomic():
        ended = {} if KINDS[action.kind].undoable else {"ended_at": Now()}
        ours = Action.objects.filter(pk=action.pk, state=action.state, fence=action.fence)
        if not ours.update(outcome=f"{action.outcome}; could not be read back: {reason}", **ended):
            raise LostLease(f"action:{action.pk}")
