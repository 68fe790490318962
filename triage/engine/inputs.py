"""What a decision rests on, as plain data that can be stored and decided by again: by any version, on any day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from triage.engine.decide import decide
from triage.engine.types import AlertView, AnswerView, Decision, FindingView, LookupView, StepView


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that `decide` reads of a case. ``answers`` go by step key, which holds across versions of a card."""

    answers: Mapping[str, AnswerView] = field(default_factory=dict)
    findings: tuple[FindingView, ...] = ()
    lookups: tuple[LookupView, ...] = ()
    alert: AlertView = field(default_factory=AlertView)
    computing: frozenset[str] = frozenset()
    accepted: bool = False

    def decide(self, steps: Sequence[StepView]) -> Decision:
        """What these inputs come to by the steps of a version."""
        return decide(
            steps,
            self.answers,
            self.findings,
            self.lookups,
            self.alert,
            computing=self.computing,
            accepted=self.accepted,
        )

    def without(self, key: str) -> Inputs:
        """The same, had nobody known the answer to one step: *cannot tell*, accepted as unknowable."""
        unknown = replace(self.answers[key], value="cannot_tell", unknowable=True)
        return replace(self, answers={**self.answers, key: unknown})


def to_json(inputs: Inputs) -> dict[str, Any]:
    """As it is stored with a decision."""
    return {
        "answers": {key: _fields(one) for key, one in inputs.answers.items()},
        "findings": [_fields(one) for one in inputs.findings],
        "lookups": [_fields(one) for one in inputs.lookups],
        "alert": dict(inputs.alert.fields),
        "computing": sorted(inputs.computing),
        "accepted": inputs.accepted,
    }


def from_json(data: Mapping[str, Any]) -> Inputs:
    """What `to_json` stored. Raises KeyError or TypeError for anything else."""
    return Inputs(
        answers={key: AnswerView(**one) for key, one in data["answers"].items()},
        findings=tuple(FindingView(**{**one, "missing": tuple(one["missing"])}) for one in data["findings"]),
        lookups=tuple(LookupView(**one) for one in data["lookups"]),
        alert=AlertView(data["alert"]),
        computing=frozenset(data["computing"]),
        accepted=data["accepted"],
    )


def pivotal(steps: Sequence[StepView], inputs: Inputs, decision: Decision) -> list[str]:
    """The keys of the answers that changed what is recommended: had nobody known one of them, it would be another."""
    return [key for key in _answered(steps, inputs.answers) if _other(inputs.without(key).decide(steps), decision)]


def _answered(steps: Iterable[StepView], answers: Collection[str]) -> list[str]:
    return [step.key for step in steps if step.key in answers and step.section in ("question", "indicator")]


def _other(one: Decision, than: Decision) -> bool:
    left, right = one.recommendation, than.recommendation
    return (left.decision, left.verdict) != (right.decision, right.verdict)


def _fields(view: Any) -> dict[str, Any]:
    return {name: _plain(getattr(view, name)) for name in view.__dataclass_fields__}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value
