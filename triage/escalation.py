"""The transfer from L1 to T2: escalate with a hand-over, accept it, or return it with a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from casebook.actor import Actor
from casebook.cases.access import fetch_for, require_move, require_version
from casebook.cases.moving import change
from casebook.cases.ownership import take_if_unowned
from casebook.clock import db_now
from casebook.errors import Invalid
from casebook.journal.record import record
from casebook.models import Case
from casebook.models.choices import State
from casebook.sla import clocks
from triage import handover, run_view, tasks_t2
from triage.decisions import REASON_LEAST, checked_reason, keep, require_person
from triage.models import Decision, Escalation

HANDOVER_MAX = handover.LONGEST
BECAUSE_MOST = 8
"""Lines of a recommendation that are told where a case is handed over."""


def escalate(
    *, actor: Actor, ref: str, reason: str = "", handover_text: str | None = None, version: int | None = None
) -> Escalation:
    """Hand a case over to Tier 2. Without a text of one's own the generated hand-over is sent.

    Needs a reason where escalation is not what is recommended. Tier 2 is told by the journal's reaction.
    """
    reason = checked_reason(reason)
    if handover_text is not None and len(handover_text) > HANDOVER_MAX:
        raise Invalid("The hand-over is too long.", errors={"handover": [f"at most {HANDOVER_MAX} characters"]})
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.work", lock=True)
        require_version(case, version)
        require_move(actor, case, "escalate")
        person_id = require_person(actor)
        view = run_view.view(case)
        followed = view.recommendation.decision == "escalate"
        if not followed and len(reason) < REASON_LEAST:
            raise Invalid(
                "Escalation is not what is recommended: say why.",
                errors={"reason": [f"at least {REASON_LEAST} characters"]},
            )
        take_if_unowned(actor, case)
        decision = keep(actor, view, person_id, kind=Decision.Kind.ESCALATE, reason=reason, followed=followed)
        generated = handover.generate(view)
        escalation = Escalation.objects.create(
            team_id=case.team_id,
            case=case,
            decision=decision,
            handover=(handover_text or "").strip() or generated,
            generated=generated,
            by_id=person_id,
        )
        _hand_over(actor, case, escalation, reason, view.recommendation.because)
        return escalation


def accept(*, actor: Actor, ref: str, version: int | None = None) -> Case:
    """Take a case over for Tier 2: it is mine now, and its T2 actions become tasks."""
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.accept", lock=True)
        require_version(case, version)
        require_move(actor, case, "accept")
        person_id, now = require_person(actor), db_now()
        first = case.accepted_at is None
        _answer_waiting(case, Escalation.State.ACCEPTED, answered_by_id=person_id, answered_at=now)
        fields: dict[str, Any] = {"state": State.INVESTIGATING, "owner_id": person_id}
        if first:
            fields["accepted_at"] = now
        change(actor, case, "case.accepted", **fields)
        record(actor, "case.accepted", case, {"owner": actor.name})
        clocks.reached(case, "accepted", now, actor)
        tasks_t2.plan(actor=actor, case=case)
        return case


def return_(*, actor: Actor, ref: str, question: str, reason: str = "", version: int | None = None) -> Case:
    """Give a case back to whoever escalated it, with a question. It lands on top of their queue."""
    question, reason = question.strip(), checked_reason(reason)
    if not REASON_LEAST <= len(question) <= HANDOVER_MAX:
        raise Invalid("Ask what Tier 1 should find out.", errors={"question": ["required"]})
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.accept", lock=True)
        require_version(case, version)
        require_move(actor, case, "return")
        person_id, now = require_person(actor), db_now()
        latest = _latest(case)
        _answer_waiting(
            case,
            Escalation.State.RETURNED,
            answered_by_id=person_id,
            answered_at=now,
            return_reason=reason,
            return_question=question,
        )
        back_to = latest.by_id if latest else case.owner_id
        change(actor, case, "case.returned", state=State.TRIAGE, owner_id=back_to, returned_question=question)
        clocks.returned(case, now, actor)
        to = latest.by.get_username() if latest else None
        record(actor, "case.returned", case, {"question": question, "reason": reason, "to": to})
        return case


def of_case(case: Case) -> list[Escalation]:
    """The transfers of a case, newest first."""
    return list(Escalation.objects.filter(case=case).select_related("by", "answered_by").order_by("-id"))


def _hand_over(actor: Actor, case: Case, escalation: Escalation, reason: str, because: Sequence[str]) -> None:
    now = db_now()
    decided, escalated = case.decided_at is None, case.escalated_at is None
    fields: dict[str, Any] = {"state": State.ESCALATED, "owner_id": None, "returned_question": ""}
    if decided:
        fields["decided_at"] = now
    if escalated:
        fields["escalated_at"] = now
    change(actor, case, "case.escalated", **fields)
    payload = {
        "reason": reason,
        "because": list(because)[:BECAUSE_MOST],
        "escalation": escalation.pk,
        "edited": escalation.handover != escalation.generated,
    }
    record(actor, "case.escalated", case, payload)
    if decided:
        clocks.reached(case, "decided", now, actor)
    clocks.reached(case, "escalated", now, actor)


def _latest(case: Case) -> Escalation | None:
    return Escalation.objects.filter(case=case).select_related("by").order_by("-id").first()


def _answer_waiting(case: Case, state: str, **values: object) -> None:
    """The waiting transfer, if there is one: after a release the case stands escalated without."""
    Escalation.objects.filter(case=case, state=Escalation.State.WAITING).update(state=state, **values)
