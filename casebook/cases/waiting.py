"""Wait for something outside, with a reason and an end; resume, or be woken."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from casebook.actor import Actor, Automation
from casebook.cases import states
from casebook.cases.access import fetch_for, require_move, require_version
from casebook.cases.moving import change
from casebook.cases.ownership import take_if_unowned
from casebook.clock import db_now
from casebook.errors import Invalid
from casebook.journal.record import record
from casebook.models import Case
from casebook.sla import clocks

LONGEST = timedelta(days=7)
USUAL = timedelta(hours=4)


def wait(*, actor: Actor, ref: str, reason: str, until: datetime | None = None, version: int | None = None) -> Case:
    """Pause a case's clocks until ``until`` (four hours by default, seven days at most). A reason is required."""
    if not reason.strip():
        raise Invalid("Say what the case waits for.", errors={"reason": ["required"]})
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.work", lock=True)
        require_version(case, version)
        move = require_move(actor, case, "wait")
        take_if_unowned(actor, case)
        now = db_now()
        wake_at = until or now + USUAL
        if not now < wake_at <= now + LONGEST:
            raise Invalid("A case waits seven days at most.", errors={"until": ["must lie within seven days from now"]})
        before = case.state
        change(
            actor,
            case,
            "case.waiting",
            waiting_from=before,
            state=move.to,
            waiting_reason=reason.strip(),
            wake_at=wake_at,
        )
        record(actor, "case.waiting", case, {"reason": reason.strip(), "until": wake_at.isoformat()})
        clocks.pause(case, reason.strip(), now, actor)
        return case


def resume(*, actor: Actor, ref: str, version: int | None = None) -> Case:
    """Go on where the case came from."""
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.work", lock=True)
        require_version(case, version)
        require_move(actor, case, "resume")
        _go_on(actor, case, "case.resumed", by_person=True)
        return case


def wake_due() -> int:
    """Wake every case whose wait has ended; called by the sweep. Returns how many."""
    due = list(
        Case.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(state=states.WAITING, wake_at__lte=db_now())
        .order_by("wake_at")[:200]
    )
    for case in due:
        _go_on(Automation(team_id=case.team_id), case, "case.woken", by_person=False)
    return len(due)


def _go_on(actor: Actor, case: Case, verb: str, *, by_person: bool) -> None:
    now = db_now()
    change(
        actor,
        case,
        verb,
        by_person=by_person,
        state=case.waiting_from or states.TRIAGE,
        waiting_from="",
        waiting_reason="",
        wake_at=None,
    )
    record(actor, verb, case)
    clocks.resume(case, now, actor)
