"""The cheapest act that brings a run nearer to its decision.

A click before a thought, a thought before an errand: answer afresh what the evidence overtook, accept a ready proposal,
answer what needs no further log, then fetch the one log that most questions wait for, then say of a question that
nobody can know; and where all is answered and no criterion moved, judge the criteria. One errand goes first: the log
that several questions wait for, at least as many as thought alone could answer. It answers them all by a click each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from triage.engine.facts import Facts
from triage.engine.progress import required_steps
from triage.engine.types import CriterionState, StepView
from triage.engine.wording import listed, named, spaced

SEVERAL = 2
"""As many questions must wait for one log for its errand to go before a thought."""


class Act(NamedTuple):
    """What to do, and at which step (its id)."""

    text: str
    step: int | str | None = None


def next_act(facts: Facts, criteria: Sequence[CriterionState], *, leaning: bool) -> Act:
    """The first act there is, cheapest first. ``leaning`` says that an answer points towards suspicion."""
    acts: tuple[Callable[[Facts], Act | None], ...] = (
        _afresh, _accept, _attach_first, _answer, _attach, _unknowable, _wait,
    )  # fmt: skip
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


def _attach_first(facts: Facts) -> Act | None:
    kind, helped = _most_wanted(facts, _unanswered(facts))
    return _fetch(kind, helped) if len(helped) >= max(SEVERAL, len(_to_think(facts))) else None


def _answer(facts: Facts) -> Act | None:
    for step in _to_think(facts):
        return Act(f"Answer {named(step)}.", step.id)
    return None


def _attach(facts: Facts) -> Act | None:
    kind, helped = _most_wanted(facts, [*_unanswered(facts), *_told_unknown(facts)])
    return _fetch(kind, helped) if helped else None


def _most_wanted(facts: Facts, steps: Sequence[StepView]) -> tuple[str, list[StepView]]:
    """What is missing to most of the steps, and those steps; ("", []) where nothing is."""
    counts = Counter(kind for step in steps for kind in facts.proposals[step.key].missing)
    if not counts:
        return "", []
    kind, _ = counts.most_common(1)[0]
    return kind, [step for step in steps if kind in facts.proposals[step.key].missing]


def _fetch(kind: str, helped: Sequence[StepView]) -> Act:
    questions = listed([f"{spaced(step.section)} {step.position}" for step in helped])
    return Act(f"Attach {kind}: {questions} {'waits' if len(helped) == 1 else 'wait'} for them.", helped[0].id)


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


def _to_think(facts: Facts) -> list[StepView]:
    """Unanswered, and no log is missing to them: a person can answer them here and now."""
    open_ones = ((step, facts.proposals[step.key]) for step in _unanswered(facts))
    return [step for step, proposal in open_ones if proposal.state != "computing" and not proposal.missing]


def _told_unknown(facts: Facts) -> list[StepView]:
    """Answered cannot_tell and left so."""
    return [
        step
        for step in required_steps(facts.steps.values())
        if (answer := facts.fresh(step.key)) and answer.value == "cannot_tell" and not answer.unknowable
    ]
