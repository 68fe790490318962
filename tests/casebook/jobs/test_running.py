"""A worker's side of a job: what it tells, how it ends, and that who lost the lease tells nothing more."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.actors import PersonActor
from casebook.errors import Invalid
from casebook.jobs import asking
from casebook.jobs.running import running
from casebook.models import Job, Work
from casebook.work.lease import Lease, LostLease, take_next
from config.plugins import WORK

KIND, QUEUE = "tests.running", "tests-running"


@pytest.fixture
def lease(pia: PersonActor, monkeypatch: pytest.MonkeyPatch) -> Lease:
    monkeypatch.setitem(WORK, KIND, {"queue": QUEUE, "handler": "nowhere", "lease_s": 30})
    asking.ask(actor=pia, kind=KIND, asked={})
    taken = take_next(QUEUE)
    assert taken is not None
    return taken


def job() -> Job:
    return Job.objects.get(kind=KIND)


def taken_over(lease: Lease) -> Lease:
    """By another worker, as after a lease that ran out."""
    Work.objects.filter(pk=lease.id).update(lease_until=timezone.now() - timezone.timedelta(seconds=1))
    other = take_next(QUEUE)
    assert other is not None
    return other


def test_progress_is_written_at_once_and_then_twice_a_second(lease: Lease) -> None:
    with running(lease) as progress:
        progress.advance(1, 100)
        assert (job().done, job().total, job().state) == (1, 100, "running")
        progress.advance(2, 100)
        assert job().done == 1
        progress.tell()
        assert job().done == 2
        assert Work.objects.get(pk=lease.id).progress == 2
        progress.advance(100, 100)
    assert (job().done, job().state) == (100, "done")


def test_a_result_is_made_only_when_it_is_written(lease: Lease) -> None:
    made = []

    def result() -> dict[str, int]:
        made.append(len(made))
        return {"made": len(made)}

    with running(lease) as progress:
        for done in range(1000):
            progress.advance(done, 1000, result)
        assert made == [0]
        assert job().result == {"made": 1}
        progress.job.result = result()
    assert job().result == {"made": 2}


def test_a_refusal_is_the_jobs_last_word(lease: Lease) -> None:
    with running(lease):
        raise Invalid("There is nothing to do.")
    assert (job().state, job().error) == ("failed", "There is nothing to do.")


def test_what_is_written_with_the_work_goes_with_the_work(lease: Lease) -> None:
    with running(lease) as progress:
        progress.job.result = {"kept": True}
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
            progress.write()
            raise ZeroDivisionError
        assert job().result == {}
        with transaction.atomic():
            progress.write()
        assert job().result == {"kept": True}


def test_who_lost_the_lease_neither_tells_nor_ends_anything(lease: Lease) -> None:
    with pytest.raises(LostLease), running(lease) as progress:  # noqa: PT012
        taken_over(lease)
        progress.job.result = {"late": True}
        progress.tell()
    assert (job().state, job().result) == ("running", {})


def test_who_lost_the_lease_at_the_very_end_does_not_end_it(lease: Lease) -> None:
    with pytest.raises(LostLease), running(lease) as progress:  # noqa: PT012
        progress.job.result = {"late": True}
        taken_over(lease)
    assert (job().state, job().result) == ("running", {})
    with pytest.raises(LostLease), running(lease):
        raise ZeroDivisionError("late")
    assert job().error == ""


def test_another_attempt_begins_without_the_old_error(lease: Lease) -> None:
    with pytest.raises(ZeroDivisionError), running(lease):
        raise ZeroDivisionError("once")
    assert (job().state, job().error, job().finished_at) == ("waiting", "ZeroDivisionError: once", None)
    began = job().started_at
    with running(lease):
        assert (job().state, job().error) == ("running", "")
    assert (job().state, job().started_at) == ("done", began)
