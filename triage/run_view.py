"""A case's run as people and machines read it: every step with its proposal, findings and answer, and the decision.

Pure Python over `triage.facts`; a page may ask for it on every request.
"""

from __future__ import annotations

from dataclasses import dataclass

from casebook.models import Case, Evidence, PlaybookVersion, Step
from casebook.models.choices import Section, State
from triage import facts as gathering
from triage.engine.inputs import Inputs
from triage.engine.types import CriterionState, Decision, Proposal, Recommendation
from triage.facts import Facts
from triage.models import Answer, Finding

ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class StepLine:
    """One step of the rail. ``mark`` is answered, stale, proposed, computing, waiting (for a log) or open.

    ``missing`` names what its proposal lacks; ``elsewhere`` is what its detectors see in the log beyond this case.
    ``present`` is, for a log source, the evidence that holds its kinds of event.
    """

    step: Step
    proposal: Proposal
    findings: tuple[Finding, ...]
    elsewhere: tuple[Finding, ...]
    answer: Answer | None
    stale: bool
    seconds: int
    mark: str
    missing: tuple[str, ...] = ()
    present: tuple[Evidence, ...] = ()
    criterion: CriterionState | None = None

    def deciding(self, detector: str) -> bool:
        """Whether a detector decides this step, or only supports."""
        return any(one["detector"] == detector and one.get("deciding", True) for one in self.step.bindings)


@dataclass(frozen=True)
class RunView:
    """The whole run. ``lines`` are in the order of the rail; ``facts`` are the rows it was made from, ``inputs`` what
    the engine read of them."""

    case: Case
    facts: Facts
    lines: tuple[StepLine, ...]
    decision: Decision
    inputs: Inputs

    @property
    def version(self) -> PlaybookVersion:
        return self.case.playbook_version

    @property
    def revision(self) -> int:
        return self.facts.run.revision if self.facts.run else 0

    @property
    def recommendation(self) -> Recommendation:
        return self.decision.recommendation

    @property
    def criteria(self) -> tuple[StepLine, ...]:
        return self.section(Section.CRITERION)

    def section(self, name: str) -> tuple[StepLine, ...]:
        return tuple(line for line in self.lines if line.step.section == name)

    def sections(self) -> dict[str, tuple[StepLine, ...]]:
        """Every section of the rail that has steps, in order."""
        return {name: lines for name in gathering.SECTIONS if (lines := self.section(name))}

    def line(self, step_id: int) -> StepLine | None:
        return next((line for line in self.lines if line.step.pk == step_id), None)


def view(case: Case) -> RunView:
    """The run of a case the caller was allowed to fetch. At most eight queries; changes nothing."""
    return of_facts(gathering.gather(case))


def of_facts(facts: Facts) -> RunView:
    inputs = inputs_of(facts)
    decision = inputs.decide([gathering.step_view(step) for step in facts.steps])
    criteria = {state.step_key: state for state in decision.criteria}
    lines = tuple(_line(step, facts, decision, criteria.get(step.key)) for step in facts.steps)
    return RunView(case=facts.case, facts=facts, lines=lines, decision=decision, inputs=inputs)


def inputs_of(facts: Facts) -> Inputs:
    """The facts as the engine reads them."""
    return Inputs(
        answers=gathering.answer_views(facts),
        findings=tuple(gathering.finding_views(facts.findings)),
        lookups=tuple(gathering.lookup_views(facts)),
        alert=gathering.alert_view(facts),
        computing=gathering.computing_detectors(facts),
        accepted=with_t2(facts.case),
    )


def with_t2(case: Case) -> bool:
    """Whether Tier 2 has accepted the case and has it still: then the L1 recommendation has ended."""
    resting = {State.WAITING: case.waiting_from, State.CLOSED: case.closed_from}
    return resting.get(State(case.state), case.state) == State.INVESTIGATING


def _line(step: Step, facts: Facts, decision: Decision, criterion: CriterionState | None) -> StepLine:
    proposal = decision.proposals[step.key]
    bound = [one["detector"] for one in step.bindings]
    found = sorted((one for one in facts.findings if one.detector in bound), key=lambda one: bound.index(one.detector))
    answer = facts.answers.get(step.pk)
    present = _present(step, facts)
    stale = step.key in decision.stale
    return StepLine(
        step=step,
        proposal=proposal,
        findings=tuple(one for one in found if one.scope != ELSEWHERE),
        elsewhere=tuple(one for one in found if one.scope == ELSEWHERE),
        answer=answer,
        stale=stale,
        seconds=facts.seconds.get(step.pk, 0),
        mark=_mark(step, proposal, answer, criterion, stale=stale, present=bool(present)),
        missing=_missing(step, proposal, present=bool(present)),
        present=present,
        criterion=criterion,
    )


def _mark(
    step: Step,
    proposal: Proposal,
    answer: Answer | None,
    criterion: CriterionState | None,
    *,
    stale: bool,
    present: bool,
) -> str:
    if answer is not None:
        return "stale" if stale else "answered"
    if criterion is not None:
        return "proposed" if criterion.state != "cannot_tell" else "open"
    if step.section == Section.LOG_SOURCE:
        return "proposed" if present else "waiting" if step.options.get("kinds") else "open"
    if proposal.state == "ready":
        return "proposed" if proposal.answer != "cannot_tell" else "waiting" if proposal.missing else "open"
    return "computing" if proposal.state == "computing" else "open"


def _present(step: Step, facts: Facts) -> tuple[Evidence, ...]:
    kinds = set(step.options.get("kinds", ())) if step.section == Section.LOG_SOURCE else set()
    return tuple(one for one in facts.evidence if kinds.intersection(one.kinds))


def _missing(step: Step, proposal: Proposal, *, present: bool) -> tuple[str, ...]:
    if step.section == Section.LOG_SOURCE:
        return () if present else tuple(f"{kind} events" for kind in step.options.get("kinds", ()))
    return proposal.missing
