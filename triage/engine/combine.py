"""What several detectors come to on one step, and whether a person's answer was overtaken since.

Any yes is a yes; else any partly is a partly; it is no only if all *deciding* detectors say no; else nobody can tell.
A *supporting* detector can raise the answer like any other, but where it lacks its kind of event it does not stand in
the way of a no: it is named in ``gaps``, so that the no says what it did not look at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

from triage.engine.types import NO_PROPOSAL, AnswerView, BindingView, FindingView, Proposal, StepView

CONFIDENCES = ("low", "medium", "high")
_STRENGTH = ("yes", "partly", "cannot_tell", "no")


def index_findings(findings: Iterable[FindingView]) -> dict[tuple[str, str], FindingView]:
    """Findings by (detector, scope). Of several, the one that says most: a yes must not hide behind a no."""
    found: dict[tuple[str, str], FindingView] = {}
    for finding in sorted(findings, key=_order):
        found.setdefault((finding.detector, finding.scope), finding)
    return found


def combine(
    bindings: Sequence[BindingView],
    findings: Mapping[tuple[str, str], FindingView],
    *,
    computing: Collection[str] = frozenset(),
) -> Proposal:
    """The proposal for a step. ``computing`` are detectors whose finding is on its way."""
    if not bindings:
        return NO_PROPOSAL
    views = [findings.get((one.detector, "case")) or _absent(one.detector) for one in bindings]
    deciding = [view for view, one in zip(views, bindings, strict=True) if one.deciding]
    supporting = [view for view, one in zip(views, bindings, strict=True) if not one.deciding]
    answer = _answer(views, deciding)
    awaited = any(one.detector in computing for one in bindings)
    if awaited and answer in ("no", "cannot_tell"):
        return Proposal("computing", findings=tuple(views))
    carrying = _carrying(answer, views, deciding)
    return Proposal(
        state="ready",
        answer=answer,
        confidence=_confidence(answer, carrying),
        sentence=_sentence(answer, carrying),
        digest=_digest(answer, views),
        findings=tuple(views),
        missing=_missing(carrying) if answer == "cannot_tell" else (),
        gaps=tuple(view.detector for view in supporting if view.answer == "cannot_tell"),
    )


def overtaken(step: StepView, answer: AnswerView, proposal: Proposal) -> bool:
    """Whether the evidence turned since the person answered: *changed since you answered*.

    Only another *outcome* counts, not another sentence or digest, and only one that the person did not give anyway.
    """
    if proposal.state != "ready" or answer.value in ("noted", "done") or step.polarity == "open":
        return False
    before = answer.proposal_answer or "cannot_tell"
    return proposal.answer not in (before, answer.value)


def _answer(views: list[FindingView], deciding: list[FindingView]) -> str:
    answers = {view.answer for view in views}
    for strong in ("yes", "partly"):
        if strong in answers:
            return strong
    return "no" if deciding and all(view.answer == "no" for view in deciding) else "cannot_tell"


def _carrying(answer: str, views: list[FindingView], deciding: list[FindingView]) -> list[FindingView]:
    """The findings the answer rests on, the most telling first."""
    pool = deciding if answer in ("no", "cannot_tell") and deciding else views
    return sorted((view for view in pool if view.answer == answer), key=lambda view: -_rank(view)) or pool


def _confidence(answer: str, carrying: list[FindingView]) -> str:
    """A yes is as sure as its surest witness, a no only as sure as its least sure one."""
    ranks = [_rank(view) for view in carrying]
    if answer == "cannot_tell":
        return "low"
    return CONFIDENCES[min(ranks) if answer == "no" else max(ranks)]


def _sentence(answer: str, carrying: list[FindingView]) -> str:
    sentences = list(dict.fromkeys(view.sentence for view in carrying if view.sentence))
    return " ".join(sentences[:1] if answer in ("yes", "partly") else sentences)


def _missing(carrying: list[FindingView]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kind for view in carrying for kind in view.missing))


def _absent(detector: str) -> FindingView:
    """A detector that has said nothing: there is none of that name yet, or it had nothing to run on."""
    return FindingView(detector, "cannot_tell", sentence=f"{detector} has not looked at this case: answer it by hand.")


def _digest(answer: str, views: list[FindingView]) -> str:
    said = "\n".join(f"{view.detector} {view.answer} {view.digest}" for view in views)
    return hashlib.sha256(f"{answer}\n{said}".encode()).hexdigest()


def _rank(view: FindingView) -> int:
    return CONFIDENCES.index(view.confidence) if view.confidence in CONFIDENCES else 0


def _order(view: FindingView) -> tuple[int, int, str]:
    strength = _STRENGTH.index(view.answer) if view.answer in _STRENGTH else len(_STRENGTH)
    return strength, -_rank(view), view.sentence
