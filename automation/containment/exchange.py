"""One order to a target, so that it is done once: the call is on record before it is made, and after any doubt the
target is asked before anything is sent again.

`called_at` in the action's row is the doubt: set while a call may be under way, empty when the last one is known to
have done nothing. Whoever finds it set waits until that call must have ended, then reconciles: by key, by reading back,
or, where the target can be asked neither, by saying that it is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.db import transaction

from automation.connectors.protocol import KEY, READ_BACK, Declined, Done, NotNow, NoWord, Target, TargetError
from automation.containment.moving import load
from automation.limits import limit
from automation.models import Action
from casebook.clock import db_now
from casebook.work.lease import LostLease, RetryLater


class End(Enum):
    DONE = "done"
    NOTHING = "nothing happened"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Order:
    """Applying or undoing. ``key`` names the action's key for it, ``since`` when trying began, ``wanted`` what a
    read-back should say."""

    key: str
    since: str
    wanted: bool
    send: Callable[[Action, Target], Done]


def _apply(action: Action, target: Target) -> Done:
    return target.apply(parameters=action.parameters, key=str(action.apply_key), **_common(action))


def _undo(action: Action, target: Target) -> Done:
    return target.undo(before=action.undo or {}, key=str(action.undo_key), **_common(action))


APPLY = Order(key="apply_key", since="sent_at", wanted=True, send=_apply)
UNDO = Order(key="undo_key", since="undoing_at", wanted=False, send=_undo)


def exchange(action: Action, target: Target, order: Order, *, fresh: bool) -> tuple[Action, End, str]:
    """Send, or find out what became of sending. ``fresh``: this worker has just recorded the call and not made it.

    Returns the action as it now stands with how it ended and why. Raises RetryLater while there is time to find out.
    """
    if not fresh:
        if action.called_at is not None and (end := _reconciled(action, target, order)):
            return action, *end
        action = _begin(action)
    try:
        return action, End.DONE, order.send(action, target).detail
    except Declined as no:
        return action, End.NOTHING, no.reason
    except NotNow as later:
        action = _nothing_outstanding(action)
        _again(action, order, later.reason, later.after_s)
        return action, End.NOTHING, f"not taken in {limit('SETTLE_FOR_S'):g} s: {later.reason}"
    except NoWord as lost:
        if not target.capabilities:
            return action, End.UNKNOWN, f"{lost.reason}; the target cannot be asked whether it acted"
        _again(action, order, lost.reason)
        return action, End.UNKNOWN, lost.reason


def _reconciled(action: Action, target: Target, order: Order) -> tuple[End, str] | None:
    """How an outstanding call ended, or None if it surely did nothing and may be sent again."""
    _wait_for_its_end(action)
    if not target.capabilities:
        return End.UNKNOWN, "the worker stopped between sending and answer; the target cannot be asked whether it acted"
    try:
        done = found(action, target, order)
    except TargetError as error:
        _again(action, order, error.reason)
        return End.UNKNOWN, f"the target could not be asked: {error.reason}"
    return None if done is None else (End.DONE, done.detail)


def found(action: Action, target: Target, order: Order) -> Done | None:
    """What the target says of an order: by its key where it knows keys, else by its state. None: not done."""
    if KEY in target.capabilities:
        return target.find(key=str(getattr(action, order.key)), deadline_s=limit("CALL_S"))
    return Done("found by reading back") if reads(action, target) is order.wanted else None


def reads(action: Action, target: Target) -> bool:
    """Whether the target says it is in effect. Only for those that can be read back."""
    return target.read_back(before=action.undo or {}, **_common(action))


def readable(target: Target) -> bool:
    return READ_BACK in target.capabilities


def _common(action: Action) -> dict[str, Any]:
    return {"kind": action.kind, "target": action.target, "deadline_s": limit("CALL_S")}


def _wait_for_its_end(action: Action) -> None:
    """A call of a worker that is gone may still be on its way until its deadline."""
    if action.called_at is None:
        return
    left = (action.called_at + timedelta(seconds=limit("CALL_S")) - db_now()).total_seconds()
    if left > 0:
        raise RetryLater("an earlier call may still be under way", after_s=left + 0.1)


def _begin(action: Action) -> Action:
    """A new call is on record before it is made; whoever had the action before can write no more."""
    return _noted(action, called_at=db_now(), fence=action.fence + 1)


def _nothing_outstanding(action: Action) -> Action:
    return _noted(action, called_at=None)


def _noted(action: Action, **fields: Any) -> Action:
    with transaction.atomic():
        ours = Action.objects.filter(pk=action.pk, state=action.state, fence=action.fence)
        if not ours.update(**fields):
            raise LostLease(f"action:{action.pk}")
    return load(action.pk)


def _again(action: Action, order: Order, reason: str, after_s: float | None = None) -> None:
    """Raises RetryLater while the time to find out is not over; returns when it is."""
    since: datetime = getattr(action, order.since)
    left = (since + timedelta(seconds=limit("SETTLE_FOR_S")) - db_now()).total_seconds()
    if left <= 0:
        return
    pause = max(after_s or 0, limit("AGAIN_S"))
    raise RetryLater(reason, after_s=min(pause, left + 0.1))
