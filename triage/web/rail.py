"""The rail of the workbench: every step with its mark, and which one comes next."""

from __future__ import annotations

from dataclasses import dataclass

from casebook.models.choices import Section, Tier
from triage.run_view import RunView, StepLine
from triage.web.step_card import NAMES, short

MARKS = {"stale": "changed"}
TALKED_THROUGH = (Section.QUESTION, Section.INDICATOR, Section.L1_STEP)


@dataclass(frozen=True)
class RailLine:
    """A step in the rail: its mark as `{% mark %}` takes it."""

    line: StepLine
    text: str
    mark: str
    answer: str
    current: bool


@dataclass(frozen=True)
class RailSection:
    name: str
    count: str
    lines: list[RailLine]


def first_open(view: RunView) -> StepLine | None:
    """Where work goes on: what the recommendation asks for, else the first step nobody has answered.

    With Tier 2 the run is there to be read: it begins with the first question.
    """
    if view.case.tier == Tier.T2 and (questions := view.section(Section.QUESTION)):
        return questions[0]
    asked = view.recommendation.next_step
    if isinstance(asked, int) and (line := view.line(asked)):
        return line
    for section in TALKED_THROUGH:
        if found := next((line for line in view.section(section) if line.answer is None), None):
            return found
    shown = [line for line in view.lines if line.step.section in NAMES]
    return next((line for line in shown if _is_open(line)), shown[0] if shown else None)


def after(view: RunView, step_id: int) -> int:
    """The next step to answer after one, in the order of the rail and round its end; itself where all is answered."""
    shown = [line for line in view.lines if line.step.section in NAMES]
    at = next((n for n, line in enumerate(shown) if line.step.pk == step_id), 0)
    return next((line.step.pk for line in shown[at + 1 :] + shown[:at] if _is_open(line)), step_id)


def _is_open(line: StepLine) -> bool:
    if line.step.section == Section.CRITERION:
        return line.answer is None and not (line.step.expression and line.step.confirmed)
    if line.step.section == Section.LOG_SOURCE:
        return False  # looked at on the way, not a stop: they say what is there and what is not
    return line.answer is None or line.stale


def rail(view: RunView, current: StepLine | None) -> list[RailSection]:
    found = []
    for name, lines in view.sections().items():
        if Section(name) in NAMES:
            items = [RailLine(line, short(line.step.text), *_mark(line), current=line is current) for line in lines]
            found.append(RailSection(name, _count(name, lines), items))
    return found


def _mark(line: StepLine) -> tuple[str, str]:
    if line.criterion is not None:
        return "answered", line.criterion.state
    if line.mark == "proposed" and line.step.section == Section.LOG_SOURCE:
        return "present", ""
    return MARKS.get(line.mark, line.mark), line.answer.value if line.answer else ""


def _count(name: str, lines: tuple[StepLine, ...]) -> str:
    if name == Section.CRITERION:
        return f"{sum(line.criterion is not None and line.criterion.state == 'met' for line in lines)} met"
    if name == Section.LOG_SOURCE:
        return f"{sum(bool(line.present) or line.answer is not None for line in lines)} of {len(lines)}"
    return f"{sum(line.answer is not None and not line.stale for line in lines)} of {len(lines)}"
