"""The decision record: question → proposal → evidence → answer → criterion → decision, as plain data that replays.

Stored with each decision, so that what was known then can be read, and decided again by another version, later.
"""

from __future__ import annotations

from typing import Any

from triage.run_view import RunView, StepLine


def of_view(view: RunView) -> dict[str, Any]:
    """Everything the decision rested on. Ids are this installation's; keys hold across versions."""
    recommendation, version = view.recommendation, view.version
    return {
        "playbook": {"slug": version.playbook.slug, "version": version.number, "version_id": version.pk},
        "revision": view.revision,
        "progress": {"answered": view.decision.progress.answered, "required": view.decision.progress.required},
        "recommendation": {
            "decision": recommendation.decision,
            "verdict": recommendation.verdict,
            "because": list(recommendation.because),
            "next": recommendation.next,
        },
        "criteria": [_criterion(line) for line in view.criteria],
        "steps": [_step(line) for line in view.lines if line.criterion is None and (line.answer or line.findings)],
        "findings": [
            {
                "detector": one.detector,
                "version": one.version,
                "scope": one.scope,
                "answer": one.answer,
                "digest": one.input_digest,
            }
            for one in view.facts.findings
        ],
        "lookups": [
            {"enricher": one.enricher, "type": one.type, "value": one.value, "result": one.result}
            for one in view.facts.lookups
        ],
        "evidence": [
            {"id": one.pk, "name": one.name, "sha256": one.sha256, "state": one.state, "events": one.events_key}
            for one in view.facts.evidence
        ],
    }


def _criterion(line: StepLine) -> dict[str, Any]:
    state = line.criterion
    assert state is not None  # only criteria come here
    return {
        "step": line.step.pk,
        "key": line.step.key,
        "text": line.step.text,
        "state": state.state,
        "confirmed": state.confirmed,
        "because": [one.to_json() for one in state.because],
    }


def _step(line: StepLine) -> dict[str, Any]:
    proposal, answer = line.proposal, line.answer
    return {
        "step": line.step.pk,
        "key": line.step.key,
        "section": line.step.section,
        "text": line.step.text,
        "proposal": {
            "state": proposal.state,
            "answer": proposal.answer,
            "sentence": proposal.sentence,
            "digest": proposal.digest,
        },
        "answer": None
        if answer is None
        else {
            "value": answer.value,
            "unknowable": answer.unknowable,
            "note": answer.note,
            "by": answer.by.get_username(),
            "at": answer.at.isoformat(),
            "proposal": answer.proposal,
            "digest": answer.proposal_digest,
            "revision": answer.revision,
            "stale": line.stale,
        },
    }
