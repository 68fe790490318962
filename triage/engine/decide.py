"""A run's decision from a version's steps and what is known of a case. Pure: the same facts give the same decision.

An analyst's answer stands in place of the proposal; where nobody has answered, the proposal counts as *proposed* and is
shown so. Escalation may rest on proposals, for a compromise must not wait for a click; closing rests only on what a
person answered. The rows of the table are in `triage.engine.recommend`, the cheapest next act in `next_act`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from triage.engine.combine import combine, index_findings, overtaken
from triage.engine.criteria import criterion_state
from triage.engine.facts import Facts, by_key
from triage.engine.progress import progress
from triage.engine.recommend import recommend
from triage.engine.types import AlertView, AnswerView, Decision, FindingView, LookupView, StepView


def decide(
    version_steps: Sequence[StepView],
    answers: Mapping[str, AnswerView],
    findings: Iterable[FindingView],
    lookups: Iterable[LookupView],
    alert: AlertView,
    *,
    computing: Collection[str] = frozenset(),
    accepted: bool = False,
) -> Decision:
    """What the case comes to. ``answers`` go by step key; answers to steps of no such key are left alone.

    ``computing`` are detectors whose finding is on its way. ``accepted`` says that Tier 2 has accepted the case, which
    ends the L1 recommendation.
    """
    steps = by_key(version_steps)
    found = index_findings(findings)
    proposals = {step.key: combine(step.bindings, found, computing=computing) for step in steps.values()}
    facts = Facts(
        steps=steps,
        answers=answers,
        proposals=proposals,
        findings=found,
        lookups=tuple(lookups),
        alert=alert,
        stale=frozenset(
            key for key, answer in answers.items() if key in steps and overtaken(steps[key], answer, proposals[key])
        ),
    )
    criteria = tuple(criterion_state(step, facts) for step in steps.values() if step.section == "criterion")
    return Decision(
        criteria=criteria,
        recommendation=recommend(facts, criteria, accepted=accepted),
        proposals=proposals,
        progress=progress(facts),
        stale=facts.stale,
    )
