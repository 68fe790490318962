"""A worker's loop goes on, whatever a handler does; and the sweep rings what a bell did not."""

from __future__ import annotations

import pytest
from django.utils import timezone

from casebook.models import Journal, Work
from casebook.work.drain import drain
from casebook.work.lease import MAX_ATTEMPTS, take_next
from casebook.work.sweep import HANDS, sweep
from config.plugins import SWEEPS
from tests.casebook.work import handlers
from tests.casebook.work.conftest import KIND, QUEUE

pytestmark = pytest.mark.django_db


def row(subject):
    return Work.objects.get(kind=KIND, subject=subject)


def test_each_ending_leaves_its_own_state_and_the_loop_goes_on(ask):
    for subject in ("broken:1", "later:2", "refused:3", "lost:4", "case:5"):
        ask(subject)
    Work.objects.filter(subject="broken:1").update(lane=0)
    # A broken one may come back at once: its jitter starts at nothing.
    assert drain(QUEUE) >= 5
    assert handlers.DONE == ["case:5"]
    assert (row("case:5").state, row("case:5").error) == ("done", "")
    assert row("broken:1").state in ("waiting", "quarantined")
    assert row("broken:1").error == "ZeroDivisionError: a bug"
    assert (row("later:2").state, row("later:2").error) == ("waiting", "the other side is busy")
    assert row("later:2").run_after > timezone.now()
    assert (row("refused:3").state, row("refused:3").error) == ("failed", "there is no such case")
    assert row("lost:4").state == "running"


def test_nothing_due_is_no_work():
    assert drain(QUEUE) == 0


def test_a_row_that_kills_its_workers_is_put_aside_without_another_run(ask):
    ask("case:1")
    Work.objects.filter(kind=KIND).update(attempt=MAX_ATTEMPTS)
    assert drain(QUEUE) == 1
    assert handlers.DONE == []
    assert row("case:1").state == "quarantined"
    assert Journal.objects.filter(verb="work.quarantined").count() == 1


def test_the_sweep_rings_what_is_due_and_what_was_abandoned_as_often_as_there_are_hands(ask, rung):
    for number in range(HANDS + 3):
        ask(f"case:{number}")
    ask("case:90", delay_s=600)
    found = sweep()
    assert found[f"due.{QUEUE}"] == HANDS + 3
    assert rung.count((QUEUE, 0.0)) == HANDS

    Work.objects.filter(kind=KIND).exclude(subject="case:1").delete()
    abandoned = take_next(QUEUE)
    rung.clear()
    assert f"due.{QUEUE}" not in sweep()
    Work.objects.filter(pk=abandoned.id).update(lease_until=timezone.now() - timezone.timedelta(seconds=1))
    assert sweep()[f"due.{QUEUE}"] == 1


def test_one_rooms_trouble_stops_no_other_sweep(rung, monkeypatch):
    trouble = {"tests.casebook.work.test_drain.broken_sweep": "fails"}
    monkeypatch.setattr("casebook.work.sweep.table", lambda name: trouble | SWEEPS)
    found = sweep()
    assert "waiting.wake_due" in found
    assert "test_drain.broken_sweep" not in found


def broken_sweep():
    raise ZeroDivisionError("a bug")
