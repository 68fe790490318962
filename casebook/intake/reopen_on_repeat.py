"""A repeat of an alert whose case is closed, where the source's policy is to reopen."""

from __future__ import annotations

from datetime import timedelta

from casebook.actor import Actor
from casebook.cases import states
from casebook.cases.moving import change
from casebook.clock import db_now
from casebook.journal.record import record
from casebook.models import Case
from casebook.sla import clocks


def reopen(actor: Actor, case_id: int, *, within: timedelta) -> bool:
    """Reopen a case closed at most ``within`` ago; False where that is too long past."""
    case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case_id)
    if case.is_open:
        return True
    now = db_now()
    if case.closed_at is None or now - case.closed_at > within:
        return False
    back = states.INVESTIGATING if case.closed_from in (states.ESCALATED, states.INVESTIGATING) else states.TRIAGE
    change(actor, case, "case.reopened", by_person=False, state=back, verdict="", closed_from="", closed_how="")
    record(actor, "case.reopened", case, {"reason": "its alert came again"})
    clocks.reopened(case, now, actor)
    return True
