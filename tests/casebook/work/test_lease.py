"""Taking, keeping, finishing and giving back a row."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from casebook.errors import NotFound
from casebook.models import Journal, Work
from casebook.work import lease as leases
from casebook.work.lease import (
    BASE_S,
    CAP_S,
    MAX_ATTEMPTS,
    LostLease,
    finish,
    quarantine,
    refuse,
    renew,
    retry,
    take_next,
)
from tests.casebook.work.conftest import KIND, QUEUE

pytestmark = pytest.mark.django_db


def expire(lease):
    Work.objects.filter(pk=lease.id).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_the_urgent_lane_goes_first_then_the_longest_waiting(ask):
    for subject, lane in (("case:1", 5), ("case:2", 0), ("case:3", 5), ("case:4", 2)):
        ask(subject, lane=lane)
    now = timezone.now()
    Work.objects.filter(subject="case:3").update(run_after=now - timedelta(hours=1))
    Work.objects.filter(subject="case:1").update(run_after=now - timedelta(minutes=1))
    assert [take_next(QUEUE).subject for _ in range(4)] == ["case:2", "case:4", "case:3", "case:1"]
    assert take_next(QUEUE) is None


def test_a_lease_says_what_it_is_about(ask):
    ask("case:12", payload={"page": 3})
    lease = take_next(QUEUE)
    assert (lease.subject_id, lease.payload, lease.attempt, lease.fence) == (12, {"page": 3}, 1, 1)
    assert lease.actor.kind == "worker"
    row = Work.objects.get(pk=lease.id)
    assert timedelta(seconds=28) < row.lease_until - timezone.now() < timedelta(seconds=31)


def test_a_row_not_due_is_not_taken(ask):
    ask("case:1", delay_s=60)
    assert take_next(QUEUE) is None
    assert take_next("another queue") is None


def test_a_lease_that_ran_out_is_taken_over_and_the_first_holder_can_write_no_more(ask):
    ask("case:1")
    first = take_next(QUEUE)
    assert take_next(QUEUE) is None
    expire(first)
    second = take_next(QUEUE)
    assert (second.id, second.attempt, second.fence) == (first.id, 2, first.fence + 1)

    assert not finish(first)
    with pytest.raises(LostLease):
        renew(first, 50)
    retry(first, "late word")
    refuse(first, NotFound())
    quarantine(first, "late word")
    row = Work.objects.get(pk=first.id)
    assert (row.state, row.fence, row.error) == ("running", second.fence, "")
    assert not Journal.objects.filter(verb="work.quarantined").exists()
    assert finish(second)


def test_renewing_keeps_it_and_shows_progress(ask):
    ask("case:1")
    lease = take_next(QUEUE)
    expire(lease)
    renew(lease, 40)
    row = Work.objects.get(pk=lease.id)
    assert row.progress == 40
    assert row.lease_until > timezone.now()
    assert take_next(QUEUE) is None


def test_retry_waits_a_random_while_under_a_cap_that_grows(ask):
    ask("case:1")
    for attempt in range(1, MAX_ATTEMPTS):
        Work.objects.filter(kind=KIND).update(run_after=timezone.now() - timedelta(seconds=1))
        lease = take_next(QUEUE)
        assert lease.attempt == attempt
        retry(lease, "busy")
        row = Work.objects.get(kind=KIND)
        wait = (row.run_after - timezone.now()).total_seconds()
        assert -1 <= wait <= min(CAP_S, BASE_S * 2**attempt)
        assert (row.state, row.error, row.lease_until) == ("waiting", "busy", None)


def test_the_jitter_is_full(ask, monkeypatch):
    asked = []
    monkeypatch.setattr(leases.random, "uniform", lambda low, high: asked.append((low, high)) or high)
    ask("case:1")
    for _ in range(1, MAX_ATTEMPTS):
        retry(take_next(QUEUE), "busy")
        Work.objects.filter(kind=KIND).update(run_after=timezone.now() - timedelta(hours=1))
    assert {low for low, _ in asked} == {0}
    caps = [high for _, high in asked]
    assert all(later >= earlier for earlier, later in pairwise(caps))
    assert max(caps) <= CAP_S


def test_what_the_other_side_asks_for_is_honoured(ask):
    ask("case:1")
    retry(take_next(QUEUE), "429", after_s=120)
    wait = (Work.objects.get(kind=KIND).run_after - timezone.now()).total_seconds()
    assert 115 < wait < 121


def test_a_retry_gives_way_to_a_newer_request(ask):
    ask("case:1")
    lease = take_next(QUEUE)
    ask("case:1")
    retry(lease, "busy")
    assert sorted(Work.objects.filter(kind=KIND).values_list("state", flat=True)) == ["done", "waiting"]


def test_past_the_cap_it_is_put_aside_and_the_journal_says_so(ask):
    ask("case:1")
    Work.objects.filter(kind=KIND).update(attempt=MAX_ATTEMPTS - 1)
    retry(take_next(QUEUE), "still busy")
    row = Work.objects.get(kind=KIND)
    assert (row.state, row.error) == ("quarantined", "still busy")
    assert row.finished_at is not None
    entry = Journal.objects.get(verb="work.quarantined")
    assert entry.payload == {"kind": KIND, "subject": "case:1", "attempts": MAX_ATTEMPTS, "error": "still busy"}
    assert take_next(QUEUE) is None


def test_what_was_put_aside_does_not_stop_a_new_request(ask):
    ask("case:1")
    quarantine(take_next(QUEUE), "broken")
    ask("case:1")
    assert take_next(QUEUE) is not None
