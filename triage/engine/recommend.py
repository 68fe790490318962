"""The L1 recommendation: escalate, close, more needed, or none once Tier 2 has the case.

| escalate | a confirmed criterion is met |
| close | every required step answered by a person, none towards suspicion, no confirmed criterion met, each |
| | cannot_tell mended or accepted as unknowable, no answer overtaken by the evidence |
| more needed | otherwise, naming the cheapest next act |
"""

from __future__ import annotations

from collections.abc import Sequence

from triage.engine.facts import Facts
from triage.engine.next_act import next_act
from triage.engine.progress import required_steps
from triage.engine.types import CriterionState, Recommendation, StepView
from triage.engine.wording import answered, named, reason, spaced

_AGAINST = {"suspicious": ("yes", "partly"), "benign": ("no", "partly")}


def recommend(facts: Facts, criteria: Sequence[CriterionState], *, accepted: bool) -> Recommendation:
    """The row of the table that the facts fall in."""
    if accepted:
        return Recommendation("none", because=("Tier 2 has accepted the case: its verdict needs a reason of its own.",))
    met = [state for state in criteria if state.state == "met" and state.confirmed]
    if met:
        because = tuple(_met_because(state, facts) for state in met)
        return Recommendation("escalate", because=because, next="Escalate to Tier 2 with the hand-over.")
    open_points = _open_points(facts)
    if open_points:
        act = next_act(facts, criteria, leaning=_towards_suspicion(facts))
        return Recommendation("more_needed", because=tuple(open_points), next=act.text, next_step=act.step)
    verdict = _verdict(facts)
    because = tuple(_close_because(facts, criteria))
    return Recommendation("close", verdict, because, next=f"Close as {spaced(verdict)}.")


def points_to_suspicion(step: StepView, value: str) -> bool:
    """Partly counts as suspicious for a suspicious question, and as not benign for a benign one."""
    return value in _AGAINST.get(step.polarity, ())


def _met_because(state: CriterionState, facts: Facts) -> str:
    reasons = "; ".join(reason(one, facts.steps) for one in state.because if not one.supporting)
    if state.judged_by:
        return f"{named(facts.steps[state.step_key])} is met: judged by {state.judged_by}."
    return f"{named(facts.steps[state.step_key])} is met: {reasons}"


def _open_points(facts: Facts) -> list[str]:
    """All that stands between the case and its closing, a line for each."""
    required = required_steps(facts.steps.values())
    points = [line for step in required for line in _open_point(step, facts)]
    return points if required else ["The playbook requires no answers, so none can clear the case."]


def _open_point(step: StepView, facts: Facts) -> list[str]:
    answer = facts.answers.get(step.key)
    proposal = facts.proposals[step.key]
    if answer is None:
        said = f"; proposed: {spaced(proposal.answer)}. {proposal.sentence}" if proposal.answer else ""
        return [f"{named(step)} is not answered{said}"]
    if step.key in facts.stale:
        now = f"the evidence now says {spaced(proposal.answer or '')}: {proposal.sentence}"
        return [f"{answered(step, answer)}, but changed since: {now}"]
    if points_to_suspicion(step, answer.value):
        return [f"{answered(step, answer)}, which points towards suspicion. {proposal.sentence}".strip()]
    if answer.value == "cannot_tell" and not answer.unknowable:
        return [f"{answered(step, answer)} and is not accepted as unknowable. {proposal.sentence}".strip()]
    return []


def _towards_suspicion(facts: Facts) -> bool:
    fresh = ((step, facts.fresh(step.key)) for step in required_steps(facts.steps.values()))
    return any(answer and points_to_suspicion(step, answer.value) for step, answer in fresh)


def _verdict(facts: Facts) -> str:
    """Benign positive where a person named a harmless explanation: something happened. Else false positive."""
    explained = any(
        step.polarity == "benign" and (answer := facts.fresh(step.key)) and answer.value == "yes"
        for step in facts.steps.values()
    )
    return "benign_positive" if explained else "false_positive"


def _close_because(facts: Facts, criteria: Sequence[CriterionState]) -> list[str]:
    lines = []
    for step in required_steps(facts.steps.values()):
        answer = facts.answers[step.key]
        how = ", accepted as unknowable" if answer.unknowable else ""
        lines.append(f"{answered(step, answer)}{how}. {facts.proposals[step.key].sentence}".strip())
    for state in criteria:
        told = "suggested only" if not state.confirmed and state.state != "cannot_tell" else ""
        reasons = "; ".join(reason(one, facts.steps) for one in state.because)
        lines.append(
            f"{named(facts.steps[state.step_key])} is {spaced(state.state)}{f' ({told})' if told else ''}: {reasons}"
        )
    return lines
