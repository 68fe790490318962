"""A run, its steps and answers as the contract shows them."""

from __future__ import annotations

from typing import Any

from triage.models import Answer, Finding
from triage.run_view import RunView, StepLine


def run(view: RunView) -> dict[str, Any]:
    version, recommendation, progress = view.version, view.recommendation, view.decision.progress
    return {
        "playbook": {
            "slug": version.playbook.slug,
            "technique": version.technique or None,
            "name": version.name,
            "version": version.number,
        },
        "revision": view.revision,
        "progress": {"answered": progress.answered, "required": progress.required},
        "steps": [step(line) for line in view.lines],
        "criteria": [criterion(line) for line in view.criteria],
        "recommendation": {
            "decision": recommendation.decision,
            "verdict": recommendation.verdict,
            "because": list(recommendation.because),
            "next": recommendation.next,
            "next_step": recommendation.next_step,
        },
    }


def step(line: StepLine) -> dict[str, Any]:
    row, proposal = line.step, line.proposal
    return {
        "id": row.pk,
        "key": row.key,
        "section": row.section,
        "position": row.position,
        "text": row.text,
        "polarity": row.polarity,
        "required": row.required,
        "why": row.why,
        "means": row.means,
        "mark": line.mark,
        "missing": list(line.missing),
        "proposal": {
            "state": proposal.state,
            "answer": proposal.answer,
            "confidence": proposal.confidence,
            "sentence": proposal.sentence,
            "digest": proposal.digest,
            "missing": list(proposal.missing),
        },
        "findings": [finding(one, deciding=line.deciding(one.detector)) for one in line.findings + line.elsewhere],
        "answer": answer(line.answer, stale=line.stale, seconds=line.seconds),
    }


def finding(row: Finding, *, deciding: bool) -> dict[str, Any]:
    data = row.data
    return {
        "detector": row.detector,
        "scope": row.scope,
        "deciding": deciding,
        "answer": row.answer,
        "confidence": row.confidence,
        "sentence": row.sentence,
        "missing": data["missing"],
        "threshold": data["threshold"],
        "window": data["window"],
        "sources": data["sources"],
        "evidence": data["evidence"],
        "figures": data["figures"],
        "entities": data["entities"],
        "would_change": data["would_change"],
    }


def answer(row: Answer | None, *, stale: bool, seconds: int) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "value": row.value,
        "unknowable": row.unknowable,
        "by": row.by.get_username(),
        "at": row.at,
        "note": row.note,
        "proposal": row.proposal,
        "stale": stale,
        "seconds": seconds,
        "revision": row.revision,
    }


def criterion(line: StepLine) -> dict[str, Any]:
    state = line.criterion
    assert state is not None  # only criteria come here
    return {
        "id": line.step.pk,
        "key": line.step.key,
        "text": line.step.text,
        "confirmed": state.confirmed,
        "state": state.state,
        "because": [one.to_json() for one in state.because],
    }
