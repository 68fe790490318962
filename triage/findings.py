"""Compute what the detectors say of a case, and keep what changed.

The detectors are pure and run in the evidence worker's warm child; here their inputs are gathered and their findings
stored. Asking twice computes twice and writes once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from casebook.actor import Actor
from casebook.clock import db_now
from casebook.journal.record import record
from casebook.models import Case, Evidence, Work
from casebook.models.choices import WorkState
from casebook.plugins import table
from casebook.work.enqueue import enqueue
from casebook.work.lease import Lease, RetryLater, renew
from triage import detector_inputs, facts, related, run_view
from triage.detectors import run as detecting
from triage.detectors.protocol import Finding as Said
from triage.detectors.run import EvidenceInput
from triage.engine import changes
from triage.engine.types import FindingView
from triage.events.children import ChildFailed
from triage.models import Finding
from triage.rereading import read_again

LATER_LANE = 8
"""Work nobody waits for at a screen."""

Key = tuple[str, str]


def compute(lease: Lease) -> None:
    """Compute and store the findings of the case a lease is about. Raises LostLease, and RetryLater if a child died."""
    case = Case.objects.select_related("team").filter(pk=lease.subject_id).first()
    if case is None:
        return
    inputs, gone = detector_inputs.evidence_of(case)
    if gone:
        read_again(case, gone, lane=4 - int(case.severity))  # and what follows from reading computes
        return
    try:
        said = detecting.compute(
            inputs=inputs,
            context=detector_inputs.context_of(case),
            scope=detector_inputs.scope_of(case),
            detectors=table("DETECTORS"),
        )
    except ChildFailed as failure:
        raise RetryLater(str(failure)) from failure
    with transaction.atomic():
        renew(lease, 100)
        if not _overtaken(lease):
            store(lease.actor, case, said, sources=_named(inputs))


def store(actor: Actor, case: Case, said: Iterable[Said], *, sources: str) -> bool:
    """Write the findings that differ from what stands, remove those nobody makes any more. True if any did.

    One `finding.changed` for each changed answer, one `findings.computed` for the whole, and one `answers.changed`
    that says what it turned for the case and its criteria, inside the transaction.
    """
    standing = {(row.detector, row.scope): row for row in Finding.objects.select_for_update().filter(case=case)}
    new: dict[Key, Said] = {(one.detector, one.scope): one for one in said}
    changed = [one for key, one in new.items() if _differs(standing.get(key), one)]
    gone = [row for key, row in standing.items() if key not in new]
    if not changed and not gone:
        return False
    record_turns(actor, case, standing.values(), new.values())
    Finding.objects.filter(pk__in=[row.pk for row in gone]).delete()
    now = db_now()
    for one in changed:
        fields = _fields(one) | {"computed_at": now, "team_id": case.team_id}
        Finding.objects.update_or_create(case=case, detector=one.detector, scope=one.scope, defaults=fields)
        before = standing.get((one.detector, one.scope))
        _record_change(actor, case, one, before.answer if before else None)
    payload = {"count": len(new), "changed": len(changed), "gone": len(gone), "inputs": sources}
    record(actor, "findings.computed", case, payload)
    return True


def record_turns(actor: Actor, case: Case, before: Collection[Finding], after: Iterable[Said]) -> None:
    """One entry for all that a look at the evidence turned, with what made us look; none where nothing turned.

    Called before the new findings are written: what stands is what the steps, answers and look-ups were read beside.
    """
    found = facts.gather(case)
    steps = [facts.step_view(step) for step in found.steps]
    inputs = replace(run_view.inputs_of(found), computing=frozenset())
    sides = [tuple(facts.finding_views(before)), tuple(map(_view, after))]
    then, now = ((views, replace(inputs, findings=views).decide(steps)) for views in sides)
    turns = changes.turned(steps, then, now)
    if turns:
        parts = [turn.to_json() for turn in turns]
        payload = {"cause": _cause(found.evidence, before), "said": changes.told(turns), "turns": parts}
        record(actor, "answers.changed", case, payload)


def ask_again(cases: Iterable[int], *, team_id: int) -> int:
    """Have findings computed again where something beside the case's own evidence changed. Returns for how many."""
    asked = sorted(set(cases))  # in one order, so that two who ask for the same cases cannot deadlock
    for case_id in asked:
        enqueue("findings.compute", f"case:{case_id}", team_id=team_id, lane=LATER_LANE)
    return len(asked)


def ask_related(case: Case) -> int:
    """A verdict on this case may change what its open relatives' findings say."""
    return ask_again(related.open_ones(case), team_id=case.team_id)


def ask_team(team_id: int) -> int:
    """What the organisation knows of itself changed: every open case of the team with findings."""
    open_ones = Case.objects.open().filter(team=team_id, findings__isnull=False).values_list("pk", flat=True)
    return ask_again(open_ones.distinct(), team_id=team_id)


def _overtaken(lease: Lease) -> bool:
    """Whether a computation asked for later has begun: it saw at least what this one saw, and its word stands."""
    later = Work.objects.filter(kind=lease.kind, subject=lease.subject, pk__gt=lease.id)
    return later.filter(state__in=(WorkState.RUNNING, WorkState.DONE)).exists()


def _differs(row: Finding | None, one: Said) -> bool:
    return row is None or row.input_digest != one.input_digest or row.data != one.to_json()


def _fields(one: Said) -> dict[str, Any]:
    return {
        "version": one.version,
        "answer": one.answer,
        "confidence": one.confidence,
        "sentence": one.sentence,
        "input_digest": one.input_digest,
        "data": one.to_json(),
    }


def _record_change(actor: Actor, case: Case, one: Said, before: str | None) -> None:
    """A first "cannot tell" is no news: before it nothing was said, and nothing is said now."""
    if one.answer == before or (before is None and one.answer == "cannot_tell"):
        return
    payload = {
        "detector": one.detector if one.scope == "case" else f"{one.detector} (elsewhere)",
        "scope": one.scope,
        "before": before,
        "after": one.answer.replace("_", " "),
        "answer": one.answer,
        "before_text": f", before {before.replace('_', ' ')}" if before else "",
        "sentence": one.sentence,
        "digest": one.input_digest,
    }
    record(actor, "finding.changed", f"finding:{one.detector}", payload, case=case)


def _view(one: Said) -> FindingView:
    return FindingView(
        detector=one.detector,
        answer=one.answer,
        scope=one.scope,
        confidence=one.confidence,
        sentence=one.sentence,
        missing=one.missing,
        digest=one.input_digest,
        figures=one.figures,
    )


def _cause(evidence: Iterable[Evidence], before: Collection[Finding]) -> str:
    """What made us look again: the evidence that came, or was read anew, since what stands was computed."""
    since = max((row.computed_at for row in before), default=None)
    fresh = [one.name for one in evidence if since is None or (one.read_at or one.added_at) >= since]
    return _listed(fresh) or "what is known of the case"


def _named(inputs: list[EvidenceInput]) -> str:
    return _listed([one.name for one in inputs]) or "what is known of the case (no log yet)"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
