"""Tasks: the playbook's T2 actions once a case is accepted, and what people add. Closing ends them, never deletes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import transaction

from casebook.actor import Actor
from casebook.cases.access import fetch_for, standing
from casebook.clock import db_now
from casebook.errors import Conflict, Invalid, NotFound, WrongState
from casebook.journal.record import record
from casebook.models import Case, Step
from casebook.models.choices import Section
from triage.models import Task

TITLE_MAX = 500
OUTCOME_MAX = 20_000

UNCHANGED: Final[Any] = object()
"""Distinguishes "leave it" from "take it away"."""


def of_case(actor: Actor, ref: str) -> list[Task]:
    """A case's tasks, in the playbook's order, ad-hoc ones after them."""
    case = fetch_for(actor, ref)
    return list(Task.objects.filter(case=case).select_related("owner", "step"))


def plan(*, actor: Actor, case: Case) -> int:
    """A task for each T2 action of the case's playbook version; those planned before stay as they are.

    ``case`` is locked. Returns how many are new.
    """
    steps = Step.objects.filter(version=case.playbook_version_id, section=Section.T2_ACTION).order_by("position")
    known = set(Task.objects.filter(case=case, step__in=steps).values_list("step_id", flat=True))
    new = [Task(team_id=case.team_id, case=case, step=step, title=step.text) for step in steps if step.pk not in known]
    for task in Task.objects.bulk_create(new):
        record(actor, "task.added", task, {"title": task.title, "step": task.step_id}, case=case)
    return len(new)


def add(*, actor: Actor, ref: str, title: str, owner: str | None = None, due_at: datetime | None = None) -> Task:
    """A task of one's own making. Not on a closed case."""
    title = title.strip()
    if not title or len(title) > TITLE_MAX:
        raise Invalid("A task needs a title.", errors={"title": [f"1 to {TITLE_MAX} characters"]})
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.accept", lock=True)
        _require_open(case)
        owner_id = _colleague(case, owner) if owner else None
        task = Task.objects.create(team_id=case.team_id, case=case, title=title, owner_id=owner_id, due_at=due_at)
        record(actor, "task.added", task, {"title": title, "owner": owner}, case=case)
        return task


def change(
    *,
    actor: Actor,
    task_id: int,
    revision: int | None = None,
    state: str | None = None,
    outcome: str | None = None,
    owner: str | None = UNCHANGED,
    due_at: datetime | None = UNCHANGED,
) -> Task:
    """Give a task an owner, a date, an outcome or an end. ``revision`` is the one that was looked at.

    *Not done* needs an outcome: half a sentence of why. Raises NotFound for another team's task.
    """
    with transaction.atomic():
        task = _fetch(actor, task_id, revision)
        before = {"state": task.state, "owner": task.owner.get_username() if task.owner else None}
        if owner is not UNCHANGED:
            task.owner_id = _colleague(task.case, owner) if owner else None
        if due_at is not UNCHANGED:
            task.due_at = due_at
        if outcome is not None:
            task.outcome = _outcome(outcome)
        if state is not None:
            _set_state(task, state)
        task.revision += 1
        task.save()
        record(actor, "task.changed", task, _payload(task, before), case=task.case)
        return task


def end_open(*, actor: Actor, case: Case, now: datetime) -> int:
    """What is open when a case closes becomes *not done*. Returns how many."""
    tasks = list(Task.objects.select_for_update().filter(case=case, state=Task.State.OPEN).order_by("id"))
    for task in tasks:
        task.state, task.ended_at, task.revision = Task.State.NOT_DONE, now, task.revision + 1
        task.outcome = task.outcome or "open when the case was closed"
        task.save(update_fields=["state", "ended_at", "revision", "outcome"])
        record(actor, "task.changed", task, _payload(task, {"state": Task.State.OPEN}), case=case)
    return len(tasks)


def _fetch(actor: Actor, task_id: int, revision: int | None) -> Task:
    """A task with its case locked first, in the order every verb locks."""
    case_id = Task.objects.filter(pk=task_id, team__in=actor.teams("case.read")).values_list("case_id", flat=True)
    found = case_id.first()
    if found is None:
        raise NotFound(f"There is no task {task_id} that you may see.")
    case = fetch_for(actor, f"CB-{found}", may="case.accept", lock=True)
    _require_open(case)
    task = Task.objects.select_related("owner", "case", "step").select_for_update(of=("self",)).get(pk=task_id)
    if revision is not None and revision != task.revision:
        detail = f"“{task.title}” was changed since you looked: it is {task.state.replace('_', ' ')}."
        owner = task.owner.get_username() if task.owner else None
        raise Conflict(detail, extra={"state": task.state, "owner": owner, "revision": task.revision})
    return task


def _set_state(task: Task, state: str) -> None:
    if state not in Task.State.values:
        raise Invalid("No such state.", errors={"state": [f"one of {', '.join(Task.State.values)}"]})
    if state == Task.State.NOT_DONE and not task.outcome.strip():
        raise Invalid("Say why it is not done.", errors={"outcome": ["required for a task that is not done"]})
    if state != task.state:
        task.ended_at = None if state == Task.State.OPEN else db_now()
    task.state = state


def _outcome(text: str) -> str:
    if len(text) > OUTCOME_MAX:
        raise Invalid("The outcome is too long.", errors={"outcome": [f"at most {OUTCOME_MAX} characters"]})
    return text.strip()


def _colleague(case: Case, username: str) -> int:
    person = (
        get_user_model()
        .objects.filter(username=username, is_active=True, memberships__team_id=case.team_id)
        .values_list("pk", flat=True)
        .first()
    )
    if person is None:
        raise Invalid(f"There is nobody called {username} in {case.team}.", errors={"owner": ["no such colleague"]})
    return int(person)


def _require_open(case: Case) -> None:
    if not case.is_open:
        raise WrongState(f"{case.ref} is closed: its tasks cannot be changed.", extra=standing(case))
    if case.accepted_at is None:
        raise WrongState(f"{case.ref} has no tasks yet: Tier 2 accepts it first.", extra=standing(case))


def _payload(task: Task, before: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": task.title,
        "state": task.state,
        "before": before,
        "outcome": task.outcome,
        "outcome_text": f": {task.outcome}" if task.outcome else "",
    }
