"""How far a run is: which required steps a person has answered, and which of those answers still stand."""

from __future__ import annotations

from collections.abc import Iterable

from triage.engine.facts import Facts
from triage.engine.types import Progress, StepView


def required_steps(steps: Iterable[StepView]) -> list[StepView]:
    """What must be answered before a case may be closed; a criterion is judged, not answered, so it is not among it."""
    return [step for step in steps if step.required and step.section != "criterion"]


def progress(facts: Facts) -> Progress:
    required = required_steps(facts.steps.values())
    return Progress(sum(facts.fresh(step.key) is not None for step in required), len(required))
