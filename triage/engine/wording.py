"""How the engine names a step, and an answer with its evidence, in a line for a person."""

from __future__ import annotations

from collections.abc import Mapping

from triage.engine.types import AnswerView, Because, StepView

SECTION_WORDS = {
    "log_source": "Log source",
    "indicator": "Indicator",
    "question": "Question",
    "criterion": "Criterion",
    "l1_step": "L1 step",
    "t2_action": "T2 action",
    "containment": "Containment",
}
_SHOWN = 110


def named(step: StepView) -> str:
    """``Question 2 “Is there a pattern …”``, shortened at a word."""
    return f"{SECTION_WORDS[step.section]} {step.position} “{_short(step.text)}”"


def spaced(word: str) -> str:
    return word.replace("_", " ")


def answered(step: StepView, answer: AnswerView) -> str:
    """A step with what a person said of it."""
    who = f" ({answer.person})" if answer.person else ""
    return f"{named(step)} is answered {spaced(answer.value)}{who}"


def reason(because: Because, steps: Mapping[str, StepView]) -> str:
    """One reason: step, answer (and whether it is only proposed), evidence."""
    step = steps.get(because.step_key or "")
    if step is None:
        return because.sentence
    said = f"{named(step)} is {spaced(because.answer)}{' (proposed)' if because.proposed else ''}"
    return f"{said}: {because.sentence}" if because.sentence else said


def listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    if len(text) <= _SHOWN:
        return text
    return text[:_SHOWN].rsplit(" ", 1)[0] + " …"
