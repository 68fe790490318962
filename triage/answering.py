"""One person's turn at one step: the case fetched and locked, taken if unowned, its run seen as it stands now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, Max

from casebook.actor import Actor
from casebook.cases.access import fetch_for, standing
from casebook.cases.ownership import take_if_unowned
from casebook.errors import Conflict, NotAllowed, NotFound, WrongState
from casebook.models import Case
from casebook.models.choices import Section, State, Tier
from triage import run_view
from triage.models import Answer, Run
from triage.run_view import RunView, StepLine


@dataclass(frozen=True)
class Turn:
    """``step`` is None for a verb about the whole run; ``line`` then must not be asked for."""

    actor: Actor
    person_id: int
    case: Case
    view: RunView
    step: StepLine | None = None

    @property
    def line(self) -> StepLine:
        if self.step is None:
            raise LookupError("this turn is about no single step")
        return self.step

    def at(self, line: StepLine) -> Turn:
        """The same turn at another step."""
        return replace(self, step=line)

    def write(self, run: Run, **values: Any) -> Answer:
        """A new current revision of this step's answer; the one before stays, no longer current."""
        answers = Answer.objects.filter(run=run, step=self.line.step)
        last = answers.aggregate(last=Max("revision"))["last"] or 0
        answers.filter(current=True).update(current=False)
        given = {"by_id": self.person_id} | values
        new = Answer.objects.create(run=run, step=self.line.step, revision=last + 1, **given)
        raise_revision(run)
        return new


def begin(actor: Actor, ref: str, step_id: int | None = None) -> Turn:
    """Inside a transaction: may this person speak at this step now?

    L1's sections are L1's until Tier 2 accepts, and Tier 2's from then on. Raises NotFound for a step of another
    playbook, WrongState on a closed or escalated case, NotAllowed for another tier's.
    """
    if actor.person_id is None:
        raise NotAllowed("Only a person can answer, also through a token of theirs.")
    case = fetch_for(actor, ref, may="case.work", lock=True)
    _require_open_to(actor, case)
    take_if_unowned(actor, case)
    view = run_view.view(case)
    line = None if step_id is None else _line(view, step_id)
    return Turn(actor=actor, person_id=actor.person_id, case=case, view=view, step=line)


def require_revision(turn: Turn, revision: int | None) -> None:
    """Refuse an answer given while looking at an older one. Raises Conflict saying who answered what."""
    before = turn.line.answer
    now = before.revision if before else 0
    if revision is None or revision == now:
        return
    if before is None:
        raise Conflict(
            "The answer you looked at was taken back meanwhile.", extra=standing(turn.case) | {"revision": 0}
        )
    who, what = before.by.get_username(), before.value.replace("_", " ")
    raise Conflict(
        f"{who} answered {what} since you looked.",
        extra=standing(turn.case)
        | {"changed_by": who, "changed": "step.answered", "value": before.value, "revision": now},
    )


def raise_revision(run: Run) -> None:
    """Every answer raises the run's revision, so that a page knows that it is out of date."""
    Run.objects.filter(pk=run.pk).update(revision=F("revision") + 1)


def _line(view: RunView, step_id: int) -> StepLine:
    line = view.line(step_id)
    if line is None:
        raise NotFound(f"{view.case.ref} follows {view.version}, which has no step {step_id}.")
    if line.step.section == Section.T2_ACTION:
        raise WrongState("A T2 action is worked as a task, not answered.", extra=standing(view.case))
    if line.step.section == Section.CONTAINMENT:
        raise WrongState("A containment step is asked for as an action, not answered.", extra=standing(view.case))
    return line


def _require_open_to(actor: Actor, case: Case) -> None:
    if case.state == State.CLOSED:
        raise WrongState(f"{case.ref} is closed: answers can no longer be given.", extra=standing(case))
    if case.state == State.ESCALATED:
        raise WrongState(f"{case.ref} waits for Tier 2: accept it first.", extra=standing(case))
    if case.tier == Tier.T2 and not actor.may("case.accept", case.team_id):
        raise NotAllowed(f"{case.ref} is with Tier 2: your role may not answer its steps.")
