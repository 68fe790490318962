"""The cheapest act that brings a run nearer to its decision.

A click before a thought, a thought before an errand: answer afresh what the evidence overtook, accept a ready proposal,
answer what needs no further log, then fetch the one log that most questions wait for, then say of a question that
nobody can know; and where all is answered and no criterion moved, judge the criteria.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from triage.engine.facts import Facts
from triage.engine.progress import required_steps
from triage.engine.types import CriterionState, StepView
from triage.engine.wording import listed, named, spaced


class Act(NamedTuple):
    """What to do, and at which step (its id)."""

    text: str
    step: int | str | None = None


def next_act(facts: Facts, criteria: Sequence[CriterionState], *, leaning: bool) -> Act:
    """The first act there is, cheapest first. ``leaning`` says that an answer points towards suspicion."""
    acts: tuple[Callable[[Facts], Act | None], ...] = (_afresh, _accept, _answer, _attach, _unknowable, _wait)
    for act in acts:
        if found := act(facts):
            return found
    return _judge(facts, criteria) or _decide(leaning)


def _afresh(facts: Facts) -> Act | None:
    for step in required_steps(facts.steps.values()):
        if step.key in facts.stale:
            proposal = facts.proposals[step.key]
            now = f"the evidence now says {spaced(proposal.answer or '')}"
            return Act(f"Answer {named(step)} again: {now}. {proposal.sentence}".strip(), step.id)
    return None


def _accept(facts: Facts) -> Act | None:
    for step in _unanswered(facts):
        answer = facts.proposals[step.key].answer
        if answer and answer != "cannot_tell":
            return Act(f"Accept the proposal for {named(step)}: {spaced(answer)}.", step.id)
    return None


def _answer(facts: Facts) -> Act | None:
    for step in _unanswered(facts):
        proposal = facts.proposals[step.key]
        if proposal.state != "computing" and not proposal.missing:
            return Act(f"Answer {named(step)}.", step.id)
    return None


def _attach(facts: Facts) -> Act | None:
    waiting = [step for step in [*_unanswered(facts), *_told_unknown(facts)] if facts.proposals[step.key].missing]
    if not waiting:
        return None
    counts = Counter(kind for step in waiting for kind in facts.proposals[step.key].missing)
    kind, count = counts.most_common(1)[0]
    helped = [step for step in waiting if kind in facts.proposals[step.key].missing]
    questions = listed([f"{spaced(step.section)} {step.position}" for step in helped])
    return Act(f"Attach {kind}: {questions} {'waits' if count == 1 else 'wait'} for them.", helped[0].id)


def _unknowable(facts: Facts) -> Act | None:
    for step in _told_unknown(facts):
        return Act(f"Mend {named(step)}, or accept it as unknowable with a reason.", step.id)
    return None


def _wait(facts: Facts) -> Act | None:
    for step in _unanswered(facts):
        if facts.proposals[step.key].state == "computing":
            return Act(f"The evidence for {named(step)} is being read.", step.id)
    return None


def _judge(facts: Facts, criteria: Sequence[CriterionState]) -> Act | None:
    for state in criteria:
        if state.state == "cannot_tell" and not state.confirmed:
            return Act(f"Judge {named(facts.steps[state.step_key])}: met or not met.", state.step)
    return None


def _decide(leaning: bool) -> Act:
    if leaning:
        return Act("The answers lean towards suspicion, yet no criterion is met: decide, and say why.")
    return Act("Nothing more can be asked: decide, and say why.")


def _unanswered(facts: Facts) -> list[StepView]:
    return [step for step in required_steps(facts.steps.values()) if step.key not in facts.answers]


def _told_unknown(facts: Facts) -> list[StepView]:
    """Answered cannot_tell and left so."""
    return [
        step
        for step in required_steps(facts.steps.values())
        if (answer := facts.fresh(step.key)) and answer.value == "cannot_tell" and not answer.unknowable
    ]
