"""T2's tasks: planned, added, changed, ended."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from casebook.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from casebook.models import Journal
from triage import decisions, escalation, tasks_t2
from triage.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def accepted(guessed, lina, tomas):
    escalation.escalate(actor=lina, ref=guessed.ref)
    return escalation.accept(actor=tomas, ref=guessed.ref)


def test_a_task_is_given_a_date_an_owner_and_an_end(accepted, tomas, lina):
    task = tasks_t2.of_case(lina, accepted.ref)[0]
    due = datetime(2026, 11, 24, 17, tzinfo=UTC)
    task = tasks_t2.change(actor=tomas, task_id=task.pk, owner="tessa", due_at=due, revision=1)
    assert (task.owner.username, task.due_at, task.revision, task.state) == ("tessa", due, 2, "open")
    task = tasks_t2.change(actor=tomas, task_id=task.pk, state="done", outcome="no traffic since", revision=2)
    assert (task.state, task.outcome, task.owner.username) == ("done", "no traffic since", "tessa")
    assert task.ended_at
    task = tasks_t2.change(actor=tomas, task_id=task.pk, state="open", owner=None)
    assert (task.ended_at, task.owner) == (None, None)
    entries = Journal.objects.filter(verb="task.changed").order_by("id")
    assert [entry.payload["state"] for entry in entries] == ["open", "done", "open"]


def test_a_stale_change_is_a_conflict(accepted, tomas, tessa):
    task = Task.objects.first()
    tasks_t2.change(actor=tessa, task_id=task.pk, outcome="looked")
    with pytest.raises(Conflict) as refused:
        tasks_t2.change(actor=tomas, task_id=task.pk, state="done", revision=1)
    assert refused.value.extra["revision"] == 2


def test_a_task_of_ones_own(accepted, tomas):
    task = tasks_t2.add(actor=tomas, ref=accepted.ref, title=" Call the bank ", owner="lina")
    assert (task.title, task.step, task.owner.username) == ("Call the bank", None, "lina")
    for given, field in (({"title": " "}, "title"), ({"title": "x", "owner": "otto"}, "owner")):
        with pytest.raises(Invalid) as refused:
            tasks_t2.add(actor=tomas, ref=accepted.ref, **given)
        assert field in refused.value.errors


def test_what_is_refused(accepted, case, lina, tomas, otto):
    task = Task.objects.first()
    with pytest.raises(NotFound):
        tasks_t2.change(actor=otto, task_id=task.pk, state="done")
    with pytest.raises(NotFound):
        tasks_t2.change(actor=tomas, task_id=task.pk + 1000, state="done")
    with pytest.raises(NotAllowed):
        tasks_t2.change(actor=lina, task_id=task.pk, state="done")
    for given, field in (({"state": "gone"}, "state"), ({"state": "not_done"}, "outcome"), ({"owner": "x"}, "owner")):
        with pytest.raises(Invalid) as refused:
            tasks_t2.change(actor=tomas, task_id=task.pk, **given)
        assert field in refused.value.errors


def test_no_tasks_before_acceptance_none_after_closing(guessed, lina, tomas):
    with pytest.raises(WrongState):
        tasks_t2.add(actor=tomas, ref=guessed.ref, title="too early")
    escalation.escalate(actor=lina, ref=guessed.ref)
    escalation.accept(actor=tomas, ref=guessed.ref)
    task = Task.objects.first()
    tasks_t2.change(actor=tomas, task_id=task.pk, state="done", outcome="nothing")
    decisions.close(actor=tomas, ref=guessed.ref, verdict="true_positive", reason="seen on the host")
    assert list(Task.objects.order_by("id").values_list("state", flat=True)) == ["done", "not_done"]
    assert Task.objects.last().outcome
    with pytest.raises(WrongState):
        tasks_t2.change(actor=tomas, task_id=task.pk, state="open")
