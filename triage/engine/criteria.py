"""The state of one escalation criterion: computed from its confirmed expression, or judged by a person."""

from __future__ import annotations

from triage.engine.expression import evaluate
from triage.engine.facts import Facts
from triage.engine.types import AnswerView, Because, CriterionState, Kleene, StepView

_STATES = {Kleene.YES: "met", Kleene.NO: "not_met", Kleene.UNKNOWN: "cannot_tell"}


def criterion_state(step: StepView, facts: Facts) -> CriterionState:
    """A confirmed expression speaks for itself. Without one a person judges; until then an unconfirmed expression
    is shown as a suggestion, with ``confirmed`` false, and moves nothing."""
    given = facts.answers.get(step.key)
    if given and not (step.expression and step.confirmed):
        return _judged(step, given)
    if step.expression is None:
        return CriterionState(step.id, step.key, "cannot_tell", False, (_unjudged(step),))
    outcome = evaluate(step.expression, facts)
    return CriterionState(step.id, step.key, _STATES[outcome.value], step.confirmed, outcome.because)


def _judged(step: StepView, given: AnswerView) -> CriterionState:
    who = given.person or "an analyst"
    because = Because(step.id, step.key, given.value, False, f"judged by {who}")
    return CriterionState(step.id, step.key, given.value, True, (because,), judged_by=who)


def _unjudged(step: StepView) -> Because:
    return Because(step.id, step.key, "cannot_tell", False, "nobody has judged it on this case")
