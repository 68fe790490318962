"""What the engine thinks about and what it says: plain, frozen values, no rows and no clock."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class Kleene(enum.Enum):
    """The three truth values. `UNKNOWN` is not a weak no: nothing may be concluded from it."""

    NO = 0
    UNKNOWN = 1
    YES = 2

    def __invert__(self) -> Kleene:
        return Kleene(2 - self.value)

    def __and__(self, other: Kleene) -> Kleene:
        return Kleene(min(self.value, other.value))

    def __or__(self, other: Kleene) -> Kleene:
        return Kleene(max(self.value, other.value))


@dataclass(frozen=True, slots=True)
class BindingView:
    """A detector that can answer a step; see `casebook.playbooks.types.Binding`."""

    detector: str
    deciding: bool = True


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of the version that is decided by. ``id`` is what the caller calls it; ``key`` is what expressions do."""

    id: int | str
    key: str
    section: str
    position: int
    text: str
    polarity: str = "open"
    required: bool = False
    bindings: tuple[BindingView, ...] = ()
    expression: Mapping[str, Any] | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A person's answer. ``proposal_*`` is what was proposed when it was given, None where nothing was."""

    value: str
    unknowable: bool = False
    proposal_answer: str | None = None
    proposal_digest: str | None = None
    person: str = ""


@dataclass(frozen=True, slots=True)
class FindingView:
    """What one detector says. ``missing`` names the kinds of event it lacked, in words a person can act on."""

    detector: str
    answer: str
    scope: str = "case"
    confidence: str = "low"
    sentence: str = ""
    missing: tuple[str, ...] = ()
    digest: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LookupView:
    """One enricher's answer on one observable. ``result`` is None while it is under way."""

    type: str
    value: str
    result: str | None
    enricher: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class AlertView:
    """The alert facts an expression may ask for, by name (``severity``, ``techniques``, ``rule.id``, …)."""

    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a step's findings come to.

    ``state`` is ``ready``, ``computing`` or ``none``; ``answer`` and ``confidence`` are None unless it is ready.
    ``gaps`` names supporting detectors that could not look; ``missing`` what a cannot_tell lacks.
    """

    state: str
    answer: str | None = None
    confidence: str | None = None
    sentence: str = ""
    digest: str = ""
    findings: tuple[FindingView, ...] = ()
    missing: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


NO_PROPOSAL = Proposal("none")


@dataclass(frozen=True, slots=True)
class Because:
    """One reason: the step it stands on (None for a lookup or an alert fact), its answer, and the evidence in words.

    ``proposed`` is true where no person has answered that step. ``supporting`` marks a gap that was left aside.
    """

    step: int | str | None
    step_key: str | None
    answer: str
    proposed: bool
    sentence: str
    supporting: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"step": self.step, "answer": self.answer, "proposed": self.proposed, "sentence": self.sentence}


@dataclass(frozen=True, slots=True)
class CriterionState:
    """``state`` is ``met``, ``not_met`` or ``cannot_tell``. ``confirmed`` says whether it may move a recommendation:
    an author confirmed its expression, or a person judged it on this case."""

    step: int | str
    step_key: str
    state: str
    confirmed: bool
    because: tuple[Because, ...] = ()
    judged_by: str | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """``decision`` is ``escalate``, ``close``, ``more_needed`` or ``none``. ``next`` is the cheapest next act,
    ``next_step`` the step it is about (its id)."""

    decision: str
    verdict: str | None = None
    because: tuple[str, ...] = ()
    next: str | None = None
    next_step: int | str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Of the required steps, how many a person has answered (an answer overtaken by evidence does not count)."""

    answered: int
    required: int


@dataclass(frozen=True, slots=True)
class Decision:
    """All the engine says of one run. ``proposals`` and ``stale`` go by step key."""

    criteria: tuple[CriterionState, ...]
    recommendation: Recommendation
    proposals: Mapping[str, Proposal]
    progress: Progress
    stale: frozenset[str]
