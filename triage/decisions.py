"""Close with a verdict. Every decision keeps its whole record, and whether it followed the recommendation."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction

from casebook.actor import Actor
from casebook.cases import closing
from casebook.cases.access import fetch_for, require_move, require_version
from casebook.cases.ownership import take_if_unowned
from casebook.clock import db_now
from casebook.errors import Invalid, NotAllowed
from casebook.models import Case, Verdict
from casebook.models.choices import Tier
from triage import findings, left_behind, run_view, runs, tasks_t2
from triage.decision_record import of_view
from triage.engine.inputs import pivotal, to_json
from triage.facts import step_view
from triage.models import Decision, Escalation, Run
from triage.run_view import RunView, StepLine

REASON_LEAST = 3
REASON_MAX = 20_000
CLEARING = (Verdict.BENIGN_POSITIVE, Verdict.FALSE_POSITIVE)
ALWAYS_SAID = (Verdict.TRUE_POSITIVE, Verdict.DUPLICATE, Verdict.UNDETERMINED)


def close(
    *,
    actor: Actor,
    ref: str,
    verdict: str,
    reason: str = "",
    version: int | None = None,
    acknowledged: Collection[str] | None = None,
) -> Decision:
    """Close a case as ``verdict``. Closing it again, or from an older page, is a Conflict that says who closed it.

    A true positive is Tier 2's to close. A reason is needed against the recommendation, with required steps open,
    from Tier 2, and for every verdict that clears nothing. ``acknowledged`` are the keys of what the page showed to be
    left behind (`left_behind`): what is not among them was not seen. None, from a script, leaves it behind all the
    same. Raises Invalid naming the field.
    """
    if verdict not in Verdict.values:
        raise Invalid("Choose a verdict.", errors={"verdict": [f"one of {', '.join(Verdict.values)}"]})
    reason = checked_reason(reason)
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.close", lock=True)
        require_version(case, version)
        require_move(actor, case, "close")
        if verdict == Verdict.TRUE_POSITIVE and not actor.may("case.close_true", case.team_id):
            raise NotAllowed(f"Your role may not close {case.ref} as a true positive: escalate it to Tier 2.")
        person_id = require_person(actor)
        if acknowledged is not None:
            left_behind.require_seen(left_behind.of_case(case), acknowledged)
        view = run_view.view(case)
        overridden = [] if verdict == Verdict.DUPLICATE else open_steps(view)
        followed = _follows(view, verdict)
        _require_reason(case, verdict, reason, followed=followed, overridden=overridden)
        take_if_unowned(actor, case)
        now = db_now()
        decision = keep(
            actor, view, person_id, kind=Decision.Kind.CLOSE, verdict=verdict, reason=reason,
            followed=followed, overridden=overridden,
        )  # fmt: skip
        tasks_t2.end_open(actor=actor, case=case, now=now)
        Escalation.objects.filter(case=case, state=Escalation.State.WAITING).update(
            state=Escalation.State.CLOSED, answered_by_id=person_id, answered_at=now
        )
        closing.close(actor=actor, case=case, verdict=verdict, reason=reason, now=now)
        findings.ask_related(case)
        return decision


def keep(actor: Actor, view: RunView, person_id: int, **values: Any) -> Decision:
    """Write a decision with its record, in the caller's transaction. A run nobody touched before begins here."""
    run: Run = view.facts.run or runs.current(actor, view.case)
    steps = [step_view(step) for step in view.facts.steps]
    return Decision.objects.create(
        team_id=view.case.team_id,
        case=view.case,
        run=run,
        recommended=view.recommendation.decision,
        record=of_view(view),
        inputs=to_json(view.inputs),
        pivotal=pivotal(steps, view.inputs, view.decision),
        by_id=person_id,
        **values,
    )


def open_steps(view: RunView) -> list[dict[str, Any]]:
    """Required steps that nothing stands for yet, each with why: unanswered, stale, or an unaccepted cannot tell."""
    lines = ((line, _open_why(line)) for line in view.lines if line.step.required and line.criterion is None)
    return [
        {"step": line.step.pk, "key": line.step.key, "text": line.step.text, "why": why} for line, why in lines if why
    ]


def checked_reason(reason: str) -> str:
    reason = reason.strip()
    if len(reason) > REASON_MAX:
        raise Invalid("The reason is too long.", errors={"reason": [f"at most {REASON_MAX} characters"]})
    return reason


def require_person(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotAllowed("Only a person can decide, also through a token of theirs.")
    return actor.person_id


def _open_why(line: StepLine) -> str:
    if line.answer is None:
        return "unanswered"
    if line.stale:
        return "changed since it was answered"
    return "cannot tell" if line.answer.value == "cannot_tell" and not line.answer.unknowable else ""


def _follows(view: RunView, verdict: str) -> bool:
    """A duplicate is judged in its other case, and with Tier 2 L1's recommendation has done its work."""
    if view.case.tier == Tier.T2 or verdict == Verdict.DUPLICATE:
        return True
    return view.recommendation.decision == "close" and verdict in CLEARING


def _require_reason(case: Case, verdict: str, reason: str, *, followed: bool, overridden: list[dict[str, Any]]) -> None:
    if len(reason) >= REASON_LEAST:
        return
    if case.tier == Tier.T2:
        why = "A verdict from Tier 2 needs a reason of its own."
    elif verdict in ALWAYS_SAID:
        why = f"Say why it is {verdict.replace('_', ' ')}."
    elif overridden:
        why = f"{len(overridden)} required steps are open: say why the case can be closed all the same."
    elif not followed:
        why = "That is not what is recommended: say why."
    else:
        return
    raise Invalid(why, errors={"reason": [f"at least {REASON_LEAST} characters"]}, extra={"open_steps": overridden})
