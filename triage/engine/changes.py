"""What another look at the evidence turned: answers of detectors, criteria, the recommendation. Pure.

A first "cannot tell" is no news: before it nothing was said, and nothing is said now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from triage.engine.types import Decision, FindingView, StepView

CASE = "case"
ANSWERING = ("question", "indicator")
TOLD = 6
"""Turns a sentence names; of more it says how many."""
STATE_WORDS = {"met": "now met", "not_met": "now not met", "cannot_tell": "now cannot be told"}
DECISION_WORDS = {
    "escalate": "recommendation now: escalate",
    "close": "recommendation now: close",
    "more_needed": "recommendation now: more is needed",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that is not what it was. ``kind`` is answer, criterion or recommendation; ``step`` opens it."""

    kind: str
    name: str
    step: int | str | None
    before: str | None
    after: str

    @property
    def text(self) -> str:
        """`D05 cannot tell → yes`, `criterion 2 now met`."""
        if self.kind == "answer":
            return f"{self.name} {_words(self.before)} → {_words(self.after)}"
        if self.kind == "criterion":
            return f"{self.name} {STATE_WORDS[self.after]}"
        return DECISION_WORDS.get(self.after, "")

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name, "step": self.step, "before": self.before, "after": self.after,
                "text": self.text}  # fmt: skip


def turned(
    steps: Sequence[StepView],
    before: tuple[Iterable[FindingView], Decision],
    after: tuple[Iterable[FindingView], Decision],
) -> tuple[Turn, ...]:
    """Everything that turned: answers in order of detector, then criteria, then what is recommended.

    Only detectors that a step asks count, and only for this case: what no step asks for changes nothing here.
    """
    asked = _asked(steps)
    said = list(_answers(_said(before[0]), _said(after[0]), asked))
    criteria = list(_criteria(steps, before[1], after[1]))
    then, now = before[1].recommendation, after[1].recommendation
    moved = (said or criteria) and then.decision != now.decision and now.decision in DECISION_WORDS
    last = [Turn("recommendation", "", now.next_step, then.decision, now.decision)] if moved else []
    return (*said, *criteria, *last)


def told(turns: Sequence[Turn]) -> str:
    """All of it in one line, the last (criteria, recommendation) never left out for many answers."""
    answers = [turn for turn in turns if turn.kind == "answer"]
    others = [turn.text for turn in turns if turn.kind != "answer"]
    named = [turn.text for turn in answers[:TOLD]]
    rest = [f"{len(answers) - TOLD} more answers"] if len(answers) > TOLD else []
    return "; ".join([*named, *rest, *others])


def _asked(steps: Sequence[StepView]) -> dict[str, int | str]:
    """The step each detector answers first: a question before an indicator."""
    found: dict[str, int | str] = {}
    for section in ANSWERING:
        for step in steps:
            for binding in step.bindings if step.section == section else ():
                found.setdefault(binding.detector, step.id)
    return found


def _said(findings: Iterable[FindingView]) -> dict[str, str]:
    return {one.detector: one.answer for one in findings if one.scope == CASE}


def _answers(before: Mapping[str, str], after: Mapping[str, str], asked: Mapping[str, int | str]) -> Iterator[Turn]:
    for detector in sorted(before.keys() | after.keys()):
        then, now = before.get(detector), after.get(detector, "cannot_tell")
        if now != (then or "cannot_tell") and detector in asked:
            yield Turn("answer", detector, asked[detector], then, now)


def _criteria(steps: Sequence[StepView], before: Decision, after: Decision) -> Iterator[Turn]:
    """Confirmed ones only: a suggestion moves nothing, so that it turned is no news."""
    positions = {step.key: step.position for step in steps}
    then = {one.step_key: one.state for one in before.criteria}
    for one in after.criteria:
        if one.confirmed and one.state != then.get(one.step_key, one.state):
            yield Turn("criterion", f"criterion {positions[one.step_key]}", one.step, then[one.step_key], one.state)


def _words(answer: str | None) -> str:
    return (answer or "cannot_tell").replace("_", " ")
