"""Close and reopen, as the record knows them. Steps, tasks and the decision are triage's: it calls these."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from casebook.actor import Actor
from casebook.cases import states
from casebook.cases.access import fetch_for, require_move, require_version
from casebook.cases.moving import change
from casebook.clock import db_now
from casebook.errors import Invalid, NotAllowed
from casebook.journal.record import record
from casebook.models import Case, Grouping, Verdict
from casebook.sla import clocks

_COLLECT = """
insert into casebook_grouping as g (team_id, source_id, key, case_id, until)
select %s, %s, %s, %s, now() + grouping_window from casebook_source where id = %s
on conflict (team_id, source_id, key) do update set case_id = excluded.case_id, until = excluded.until
 where g.case_id is null or g.until <= now()
"""


def close(*, actor: Actor, case: Case, verdict: str, reason: str, now: datetime, how: str = "person") -> None:
    """Close a locked case whose move was checked. Deletes its grouping rows, so that the next alert opens anew."""
    if verdict not in Verdict.values:
        raise Invalid("Choose a verdict.", errors={"verdict": [f"one of {', '.join(Verdict.values)}"]})
    # Deleted, not updated: an update of this row against attaching senders deadlocks.
    Grouping.objects.filter(case=case).delete()
    first_decision = case.decided_at is None
    first_close = case.resolved_at is None
    fields: dict[str, Any] = {
        "state": states.CLOSED,
        "closed_from": case.waiting_from or case.state,
        "waiting_from": "",
        "waiting_reason": "",
        "wake_at": None,
        "verdict": verdict,
        "closed_how": how,
        "closed_at": now,
        "returned_question": "",
    }
    if first_decision:
        fields["decided_at"] = now
    if first_close:
        fields["resolved_at"] = now
    change(actor, case, "case.closed", **fields)
    payload = {"verdict": verdict, "verdict_words": verdict.replace("_", " "), "reason": reason, "how": how}
    record(actor, "case.closed", case, payload | {"reason_text": f": {reason}" if reason else ""})
    if first_decision:
        clocks.reached(case, "decided", now, actor)
    if first_close:
        clocks.reached(case, "resolved", now, actor)
    clocks.reached(case, "closed", now, actor)


def reopen(*, actor: Actor, ref: str, reason: str, version: int | None = None) -> Case:
    """Back to where it was closed from. Others' cases: needs ``case.reassign``."""
    if not reason.strip():
        raise Invalid("Say why the case is opened again.", errors={"reason": ["required"]})
    with transaction.atomic():
        _collect_again(fetch_for(actor, ref, may="case.work"))
        case = fetch_for(actor, ref, may="case.work", lock=True)
        require_version(case, version)
        require_move(actor, case, "reopen")
        if case.owner_id not in (None, actor.person_id) and not actor.may("case.reassign", case.team_id):
            raise NotAllowed(f"{case.ref} was {case.owner}'s; reopening it needs T2 or a lead.")
        back = case.closed_from if case.closed_from in (states.TRIAGE, states.INVESTIGATING) else states.TRIAGE
        if case.closed_from == states.ESCALATED:
            back = states.INVESTIGATING
        if back == states.INVESTIGATING and not actor.may("case.accept", case.team_id):
            raise NotAllowed(f"{case.ref} was closed by T2; reopening it needs T2 or a lead.")
        now = db_now()
        change(
            actor, case, "case.reopened", state=back, verdict="", closed_from="", closed_how="",
            owner_id=case.owner_id or actor.person_id,
        )  # fmt: skip
        record(actor, "case.reopened", case, {"reason": reason.strip()})
        clocks.reopened(case, now, actor)
        return case


def _collect_again(case: Case) -> None:
    """Alerts of its key join it again, unless another case has taken its place. Before the case is locked, because
    intake locks grouping first and the case after it. What refuses the reopening takes this back too."""
    if case.source_id is None or not case.grouping_key:
        return
    with connection.cursor() as cursor:
        cursor.execute(_COLLECT, [case.team_id, case.source_id, case.grouping_key, case.pk, case.source_id])
