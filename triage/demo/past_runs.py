"""How people worked the demo's past cases: findings, answers with their proposals, seconds, decisions, transfers.

What is decided on is put together and judged by the code that does it for a case of today; only the writing is in bulk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from accounts.models import Person
from casebook.models import Case, PlaybookVersion, Step
from casebook.models.choices import State, Tier
from casebook.playbooks import library
from triage import handover, run_view
from triage.answers import NOTED, beside_proposal
from triage.decision_record import of_view
from triage.demo import past_findings
from triage.engine.inputs import pivotal, to_json
from triage.engine.types import Proposal
from triage.facts import Facts, step_view
from triage.models import Answer, Decision, Escalation, Finding, Focus, Run
from triage.run_view import RunView

CLEARED = ("false_positive", "benign_positive")
CHUNK = 500
RETURNED = 0.15
"""How often Tier 2 asks back before it accepts."""
NOTES = {
    "changed": "Looked into the lines themselves: they say otherwise.",
    "unknowable": "The log was not kept that long, and nobody remembers.",
    "noted": "Looked at; written down in the case's notes.",
}
AGAINST = "Spoke with the owner: it weighs more than what the log shows."
QUESTION = "Which host did it come from, and was anybody at it?"


@dataclass
class _Written:
    """Rows still to be stored, in the order they can be."""

    findings: list[Finding] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    focus: list[Focus] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    escalations: list[Escalation] = field(default_factory=list)

    def store(self) -> None:
        Finding.objects.bulk_create(self.findings, batch_size=CHUNK)
        Answer.objects.bulk_create(self.answers, batch_size=CHUNK)
        Focus.objects.bulk_create(self.focus, batch_size=CHUNK)
        Decision.objects.bulk_create(self.decisions, batch_size=CHUNK)
        Escalation.objects.bulk_create(self.escalations, batch_size=CHUNK)


def write(random: Random, cases: Sequence[Case], l1: Sequence[Person]) -> None:
    """A run for every case, all in the past; ``l1`` are the people who may have worked it before Tier 2 did."""
    versions = _versions({case.playbook_version_id for case in cases})
    written = _Written()
    runs = [
        Run(team_id=case.team_id, case=case, version_id=case.playbook_version_id,
            started_at=case.acknowledged_at or case.received_at)
        for case in cases
    ]  # fmt: skip
    Run.objects.bulk_create(runs)
    for run in runs:
        version, steps = versions[run.version_id]
        run.case.playbook_version = version
        worker = run.case.owner if run.case.tier == Tier.L1 else random.choice(l1)
        assert worker is not None  # the cases of the past all have an owner
        _work(random, run, steps, worker, written)
    Run.objects.bulk_update(runs, ["revision"], batch_size=CHUNK)
    written.store()


def _versions(pks: set[int]) -> dict[int, tuple[PlaybookVersion, tuple[Step, ...]]]:
    found = PlaybookVersion.objects.filter(pk__in=pks).select_related("playbook").prefetch_related("steps")
    return {version.pk: (version, tuple(library.steps(version))) for version in found}


def _work(random: Random, run: Run, steps: tuple[Step, ...], worker: Person, written: _Written) -> None:
    attack = run.case.verdict == "true_positive"
    bound = (one["detector"] for step in steps for one in step.bindings)
    findings = tuple(past_findings.of_case(random, run.case, bound, attack=attack))
    before = _facts(_then(run.case, worker), run, steps, findings, ())
    answers = tuple(_answers(random, run_view.of_facts(before), worker, attack=attack))
    run.revision = len(answers)
    written.findings += findings
    written.answers += answers
    written.focus += [_focus(random, one) for one in answers]
    view = run_view.of_facts(_facts(before.case, run, steps, findings, answers))
    if run.case.escalated_at:
        _hand_over(random, view, worker, written)
    _close(run_view.of_facts(_facts(run.case, run, steps, findings, answers)), written)


def _then(case: Case, worker: Person) -> Case:
    """The case as Tier 1 had it, before anything was decided."""
    earlier = copy(case)
    earlier.state, earlier.closed_from, earlier.verdict = State.TRIAGE, "", ""
    earlier.tier, earlier.owner = Tier.L1, worker
    return earlier


def _facts(
    case: Case, run: Run, steps: tuple[Step, ...], findings: tuple[Finding, ...], answers: tuple[Answer, ...]
) -> Facts:
    return Facts(
        case=case, run=run, steps=steps, answers={one.step_id: one for one in answers}, seconds={},
        findings=findings, lookups=(), alerts=(), evidence=(), computing=False,
    )  # fmt: skip


def _answers(random: Random, view: RunView, worker: Person, *, attack: bool) -> Iterator[Answer]:
    """Every question of a case that was cleared; most of one that was escalated: an attack is not read to the end."""
    run, decided = view.facts.run, view.case.decided_at
    assert run is not None
    assert decided is not None
    lines = [line for line in view.lines if line.step.section in ("indicator", "question")]
    for place, line in enumerate(lines, 1):
        asked = 0.85 if view.case.escalated_at else 1.0 if line.step.required else 0.5
        if random.random() >= asked:
            continue
        value, unknowable = _value(random, line.step, line.proposal, attack=attack)
        beside = beside_proposal(line.proposal, value)
        outcome = beside["proposal"]
        yield Answer(
            run=run,
            step=line.step,
            value=value,
            unknowable=unknowable,
            note=NOTES.get("unknowable" if unknowable else outcome if value != NOTED else value, ""),
            by=worker,
            at=run.started_at + (decided - run.started_at) * place / (len(lines) + 1),
            **beside,
        )


def _value(random: Random, step: Step, proposal: Proposal, *, attack: bool) -> tuple[str, bool]:
    """The answer and whether it is accepted as unknowable. What is proposed is mostly taken; by hand, what is true."""
    if step.polarity == "open":
        return (NOTED, False) if proposal.state != "ready" else (str(proposal.answer), False)
    truth = "yes" if attack == (step.polarity == "suspicious") else "no"
    said = proposal.answer if proposal.state == "ready" else None
    if said == truth or (said == "yes" and random.random() < 0.3):
        return said, False
    if said == "cannot_tell" and random.random() < 0.35:
        return said, not attack
    if random.random() < 0.07:
        return "cannot_tell", not attack or random.random() < 0.5
    return truth, False


def _focus(random: Random, answer: Answer) -> Focus:
    """By hand takes longer than a proposal that is read and taken."""
    usual = 18 if answer.proposal == "accepted" else 55
    seconds = max(3, int(usual * random.lognormvariate(0, 0.6)))
    return Focus(run=answer.run, step=answer.step, person=answer.by, seconds=seconds)


def _hand_over(random: Random, view: RunView, worker: Person, written: _Written) -> None:
    case = view.case
    assert case.escalated_at is not None
    assert case.accepted_at is not None  # whatever was escalated was accepted in the end
    end, wait = case.accepted_at, case.accepted_at - case.escalated_at
    if random.random() < RETURNED:
        first = _transfer(view, worker, case.escalated_at, written)
        first.state, first.answered_at = Escalation.State.RETURNED, case.escalated_at + wait * 0.4
        first.return_question = QUESTION
        last = _transfer(view, worker, case.escalated_at + wait * 0.6, written)
    else:
        last = _transfer(view, worker, case.escalated_at, written)
    last.state, last.answered_at = Escalation.State.ACCEPTED, end
    owner = view.facts.run.case.owner  # type: ignore[union-attr]
    for one in written.escalations[-2:]:
        if one.case_id == case.pk:
            one.answered_by = owner


def _transfer(view: RunView, worker: Person, at: datetime, written: _Written) -> Escalation:
    followed = view.recommendation.decision == "escalate"
    decision = _decision(view, worker, at, kind=Decision.Kind.ESCALATE, followed=followed)
    text = handover.generate(view)
    made = Escalation(
        team_id=view.case.team_id, case_id=view.case.pk, decision=decision, handover=text, generated=text,
        by=worker, at=at,
    )  # fmt: skip
    written.decisions.append(decision)
    written.escalations.append(made)
    return made


def _close(view: RunView, written: _Written) -> None:
    case = view.case
    clears = view.recommendation.decision == "close" and case.verdict in CLEARED
    owner = case.owner
    assert owner is not None
    assert case.closed_at is not None
    followed = case.tier == Tier.T2 or clears
    kind = Decision.Kind.CLOSE
    written.decisions.append(_decision(view, owner, case.closed_at, kind=kind, verdict=case.verdict, followed=followed))


def _decision(view: RunView, by: Person, at: datetime, *, followed: bool, **values: Any) -> Decision:
    steps = [step_view(step) for step in view.facts.steps]
    with_t2 = view.case.tier == Tier.T2
    return Decision(
        team_id=view.case.team_id,
        case_id=view.case.pk,
        run=view.facts.run,
        recommended=view.recommendation.decision,
        followed=followed,
        reason=AGAINST if with_t2 or not followed else "",
        record=of_view(view),
        inputs=to_json(view.inputs),
        pivotal=pivotal(steps, view.inputs, view.decision),
        by=by,
        at=at,
        **values,
    )
