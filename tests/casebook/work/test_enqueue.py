"""Asking for work: twice is once, while it waits; a bell after commit, and only then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from casebook.models import Work
from casebook.work.enqueue import enqueue
from casebook.work.lease import finish, take_next
from tests.casebook.work.conftest import KIND, QUEUE

pytestmark = pytest.mark.django_db


def test_asking_twice_is_asking_once_with_the_newest_word(ask):
    ask("case:1", lane=6, payload={"asked": 1}, delay_s=60)
    ask("case:1", lane=2, payload={"asked": 2})
    row = Work.objects.get(kind=KIND)
    assert (row.lane, row.payload, row.state) == (2, {"asked": 2}, "waiting")
    assert row.run_after <= timezone.now()


def test_asking_again_never_puts_it_off(ask):
    ask("case:1", lane=2)
    ask("case:1", lane=9, delay_s=600)
    row = Work.objects.get(kind=KIND)
    assert row.lane == 2
    assert row.run_after < timezone.now() + timedelta(seconds=5)


def test_what_is_asked_for_during_a_run_is_not_lost(ask):
    ask("case:1")
    running = take_next(QUEUE)
    ask("case:1")
    assert sorted(Work.objects.filter(kind=KIND).values_list("state", flat=True)) == ["running", "waiting"]
    assert finish(running)
    again = take_next(QUEUE)
    assert again is not None
    assert again.id != running.id


def test_subjects_and_kinds_do_not_meet(ask):
    ask("case:1")
    ask("case:2")
    enqueue("case.recount", "case:1", team_id=None)
    assert Work.objects.count() == 3


def test_a_kind_nobody_does_is_refused():
    with pytest.raises(KeyError):
        enqueue("coffee.make", "case:1", team_id=None)


@pytest.mark.parametrize(("asked", "kept"), [(-3, 0), (0, 0), (9, 9), (40, 9)])
def test_lanes_are_nought_to_nine(ask, asked, kept):
    ask("case:1", lane=asked)
    assert Work.objects.get(kind=KIND).lane == kept


def test_the_bell_rings_after_commit_and_never_for_what_was_rolled_back(ask, rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            ask("case:1")
            assert rung == []
        with transaction.atomic():
            ask("case:2")
            transaction.set_rollback(True)
        ask("case:3", delay_s=3)
    assert rung == [(QUEUE, 0), (QUEUE, 3)]
