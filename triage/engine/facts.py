"""What an expression may ask about one case, gathered once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from triage.engine.types import AlertView, AnswerView, FindingView, LookupView, Proposal, StepView


@dataclass(frozen=True, slots=True)
class Facts:
    """Steps, answers, proposals by step key; findings by (detector, scope). ``stale`` are answers overtaken."""

    steps: Mapping[str, StepView] = field(default_factory=dict)
    answers: Mapping[str, AnswerView] = field(default_factory=dict)
    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    findings: Mapping[tuple[str, str], FindingView] = field(default_factory=dict)
    lookups: tuple[LookupView, ...] = ()
    alert: AlertView = field(default_factory=AlertView)
    stale: frozenset[str] = frozenset()

    def fresh(self, key: str | None) -> AnswerView | None:
        """A person's answer to a step, unless the evidence has overtaken it."""
        return None if key is None or key in self.stale else self.answers.get(key)

    def judged_at(self, detector: str) -> str | None:
        """The first step a detector is bound to: where its finding is shown when an expression names no step."""
        return next((step.key for step in self.steps.values() if binds(step, detector)), None)


def binds(step: StepView, detector: str) -> bool:
    return any(binding.detector == detector for binding in step.bindings)


def by_key(steps: Iterable[StepView]) -> dict[str, StepView]:
    return {step.key: step for step in steps}
