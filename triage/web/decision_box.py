"""The decision, always in view: what is recommended in a line, and each criterion with what made it so."""

from __future__ import annotations

from dataclasses import dataclass

from triage.run_view import RunView, StepLine
from triage.web.step_card import Reason, reasons, short

TITLES = {
    "escalate": "Recommendation: escalate to T2",
    "close": "Recommendation: close as {verdict}",
    "more_needed": "More is needed to decide",
    "none": "Tier 2 decides",
}
CRITERION_TONES = {"met": "bad", "not_met": "good", "cannot_tell": "unsure"}
SAYING = {"met": ("yes", "partly", "met"), "not_met": ("no", "not_met"), "cannot_tell": ("cannot_tell",)}
NUMBERS = ("none", "one", "two", "three", "four", "five", "six")


@dataclass(frozen=True)
class CriterionLine:
    """A criterion of the decision box: the steps that made it so, and the first of their sentences."""

    line: StepLine
    text: str
    tone: str
    places: str
    sentence: str


@dataclass(frozen=True)
class DecisionBox:
    """What is recommended, in a line, and what it stands on."""

    title: str
    count: str
    criteria: list[CriterionLine]
    because: tuple[str, ...]
    next: str | None
    next_step: int | None
    progress: str


def decision_box(view: RunView) -> DecisionBox:
    said, criteria = view.recommendation, view.criteria
    met = sum(line.criterion is not None and line.criterion.state == "met" for line in criteria)
    progress = view.decision.progress
    return DecisionBox(
        title=titled(said.decision, said.verdict),
        count=f"{_spelled(met)} of {_spelled(len(criteria))} criteria {'is' if met == 1 else 'are'} met",
        criteria=[_criterion(view, line) for line in criteria],
        because=said.because,
        next=said.next if said.decision == "more_needed" else None,
        next_step=said.next_step if isinstance(said.next_step, int) else None,
        progress=f"{progress.answered} of {progress.required} required questions answered",
    )


def titled(decision: str, verdict: str | None) -> str:
    """A recommendation in a line."""
    return TITLES[decision].format(verdict=(verdict or "").replace("_", " "))


def _criterion(view: RunView, line: StepLine) -> CriterionLine:
    state = line.criterion.state if line.criterion else "cannot_tell"
    told = reasons(view, line)
    telling = [one for one in told if one.because.answer in SAYING[state] and not one.because.supporting] or told[:1]
    named = {one.place: _placed(one) for one in telling if one.place}
    sentence = _told(view, telling[0]) if telling else ""
    return CriterionLine(line, short(line.step.text), CRITERION_TONES[state], ", ".join(named.values()), sentence)


def _told(view: RunView, reason: Reason) -> str:
    """Why in a few words: what a gap waits for, else what the evidence says."""
    line = view.line(reason.step) if reason.step is not None else None
    if line is not None and line.missing and reason.because.answer == "cannot_tell":
        return f"waits for {', '.join(line.missing)}"
    return reason.because.sentence


def _placed(reason: Reason) -> str:
    """``Q4 proposed`` where nobody has answered it yet and something is proposed."""
    proposed = reason.because.proposed and reason.because.answer != "cannot_tell"
    return f"{reason.place} proposed" if proposed else reason.place


def _spelled(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)
