"""What one case came to, by what was recommended then and by a version now; and whether that is the same. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from triage.engine.types import Decision, StepView


@dataclass(frozen=True, slots=True)
class Outcome:
    """A recommendation with its because. ``criteria`` are (text, state, confirmed), in the version's order."""

    decision: str
    verdict: str | None
    because: tuple[str, ...]
    criteria: tuple[tuple[str, str, bool], ...]

    @property
    def label(self) -> str:
        """``escalate``, ``more_needed``, ``close: false_positive``: what two outcomes are compared by."""
        return f"{self.decision}: {self.verdict}" if self.verdict else self.decision

    def to_json(self, *, evidence: bool) -> dict[str, Any]:
        """With the because in full; without ``evidence`` only what no event is quoted in."""
        criteria = [{"text": text, "state": state, "confirmed": sure} for text, state, sure in self.criteria]
        because = list(self.because) if evidence else _without_evidence(self)
        return {
            "label": self.label,
            "decision": self.decision,
            "verdict": self.verdict,
            "because": because,
            "criteria": criteria,
        }


def decided(decision: Decision, steps: Sequence[StepView]) -> Outcome:
    """By a version, now."""
    said = decision.recommendation
    texts = {step.key: step.text for step in steps}
    criteria = tuple((texts[one.step_key], one.state, one.confirmed) for one in decision.criteria)
    return Outcome(said.decision, said.verdict, tuple(said.because), criteria)


def recorded(recommendation: Mapping[str, Any], criteria: Iterable[Mapping[str, Any]]) -> Outcome:
    """As it stands in a decision's record."""
    judged = tuple((one["text"], one["state"], bool(one["confirmed"])) for one in criteria)
    because = tuple(recommendation["because"])
    return Outcome(recommendation["decision"], recommendation["verdict"], because, judged)


def fits(outcome: Outcome, verdict: str) -> bool | None:
    """Whether a recommendation is what the case turned out to be; None where the verdict does not say."""
    if verdict == "true_positive":
        return outcome.decision == "escalate"
    if verdict in ("false_positive", "benign_positive"):
        return outcome.decision == "close"
    return None


def _without_evidence(outcome: Outcome) -> list[str]:
    met = [f"“{text}” is met" for text, state, sure in outcome.criteria if state == "met" and sure]
    return met or [f"no confirmed criterion is met; {len(outcome.because)} points in all"]
