"""The worker's part of taking an action back: the same care as doing it."""

from __future__ import annotations

from uuid import uuid4

from automation.connectors.opening import opened
from automation.connectors.protocol import Declined, Target, TargetError
from automation.containment import settle
from automation.containment.exchange import UNDO, End, exchange, readable, reads
from automation.containment.moving import load
from automation.crashpoints import reach
from automation.limits import limit
from automation.models import Action, ActionState
from casebook.clock import db_now
from casebook.work.lease import Lease, RetryLater


def carry_out_undo(lease: Lease) -> None:
    """Handler of ``action.undo``; the subject is the action."""
    reach("after_lease")
    action = load(lease.subject_id)
    if action.state != ActionState.UNDOING:
        return
    try:
        target = opened(action.connector)
    except Declined as error:
        settle.undo_failed(action, lease.actor, error.reason)
        return
    fresh = action.undo_key is None
    if fresh:
        action = _start(action)
    action, end, why = exchange(action, target, UNDO, fresh=fresh)
    if end is End.NOTHING:
        settle.undo_failed(action, lease.actor, why)
    elif end is End.UNKNOWN:
        settle.unknown(action, lease.actor, why)
    elif _gone(action, target):
        settle.undone(action, lease.actor, why)
    else:
        settle.unknown(action, lease.actor, "the target took it off, and reading back shows it is still in effect")
    reach("after_result")
    reach("after_verify")


def _start(action: Action) -> Action:
    """The key is on record before the call that carries it."""
    with settle.ours(action) as fresh:
        fresh.undo_key, fresh.called_at, fresh.fence = uuid4(), db_now(), fresh.fence + 1
        fresh.save(update_fields=["undo_key", "called_at", "fence"])
    reach("after_undoing")
    return fresh


def _gone(action: Action, target: Target) -> bool:
    """Read back, where that is possible. What was there before us stays, so it says nothing about our part."""
    if not readable(target) or (action.undo or {}).get("in_effect"):
        return True
    try:
        return not reads(action, target)
    except TargetError as error:
        tried_for = (db_now() - (action.undoing_at or db_now())).total_seconds()
        if tried_for < limit("SETTLE_FOR_S"):
            raise RetryLater(f"not read back yet: {error.reason}", after_s=limit("AGAIN_S")) from error
        return True
