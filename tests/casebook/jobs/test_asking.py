"""Long work asked for, looked at and stopped: only by who asked for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.actors import PersonActor
from casebook.errors import NotFound, WrongState
from casebook.jobs import asking
from casebook.jobs.running import running
from casebook.models import Job, Journal, Work
from casebook.work.drain import drain
from casebook.work.lease import MAX_ATTEMPTS, Lease, take_next
from config.plugins import WORK

KIND, QUEUE = "tests.job", "tests-jobs"
SEEN: list[int] = []


def work(lease: Lease) -> None:
    """A handler of the tests' own."""
    with running(lease) as progress:
        SEEN.append(lease.subject_id)
        if progress.job.asked.get("fails"):
            raise ZeroDivisionError("a bug\x00")
        progress.job.result = {"did": progress.job.asked}


@pytest.fixture(autouse=True)
def kind(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(WORK, KIND, {"queue": QUEUE, "handler": f"{__name__}.work", "lease_s": 30})
    SEEN.clear()
    return


def ask(actor: PersonActor, **asked: object) -> Job:
    return asking.ask(actor=actor, kind=KIND, asked=asked, what="a look")


def test_a_job_is_done_once_and_says_what_came_of_it(pia: PersonActor) -> None:
    job = ask(pia, n=1)
    assert (job.state, job.asked_by, job.person_id) == ("waiting", "pia", pia.person_id)
    assert Journal.objects.get(verb="job.asked").payload == {"what": "a look"}
    assert drain(QUEUE) == 1
    done = asking.fetch(pia, job.pk)
    assert (done.state, done.result, done.error) == ("done", {"did": {"n": 1}}, "")
    assert done.finished_at >= done.started_at
    assert drain(QUEUE) == 0


def test_a_job_is_nobody_elses(pia: PersonActor, lea: PersonActor) -> None:
    job = ask(pia)
    with pytest.raises(NotFound):
        asking.fetch(lea, job.pk)
    with pytest.raises(NotFound):
        asking.cancel(actor=lea, job_id=job.pk)
    Job.objects.filter(pk=job.pk).update(person=None)
    with pytest.raises(NotFound):
        asking.fetch(pia, job.pk)


def test_what_nobody_has_begun_is_stopped_at_once_and_never_runs(pia: PersonActor) -> None:
    job = ask(pia)
    assert asking.cancel(actor=pia, job_id=job.pk).state == "cancelled"
    assert Job.objects.get(pk=job.pk).finished_at is not None
    assert drain(QUEUE) == 0
    assert SEEN == []
    assert Journal.objects.filter(verb="job.cancelled").count() == 1
    with pytest.raises(WrongState, match="cancelled already"):
        asking.cancel(actor=pia, job_id=job.pk)


def test_what_runs_is_told_to_stop(pia: PersonActor) -> None:
    job = ask(pia)
    lease = take_next(QUEUE)
    assert lease is not None
    with running(lease) as progress:
        progress.advance(1, 10)
        assert asking.cancel(actor=pia, job_id=job.pk).state == "running"
        progress.job.result = {"n": 1}
        progress.tell()
        pytest.fail("it goes on")  # pragma: no cover
    stopped = asking.fetch(pia, job.pk)
    assert (stopped.state, stopped.result, stopped.done, stopped.total) == ("cancelled", {"n": 1}, 1, 10)


def test_what_fails_waits_for_its_next_attempt_with_the_error_beside_it(pia: PersonActor) -> None:
    job = ask(pia, fails=True)
    drain(QUEUE)
    found = asking.fetch(pia, job.pk)
    assert (found.state, found.error) == ("waiting", "ZeroDivisionError: a bug\ufffd")
    assert asking.cancel(actor=pia, job_id=job.pk).state == "cancelled"


def test_what_fails_too_often_has_failed(pia: PersonActor) -> None:
    job = ask(pia, fails=True)
    Work.objects.filter(kind=KIND).update(attempt=MAX_ATTEMPTS - 1)
    drain(QUEUE)
    assert asking.fetch(pia, job.pk).state == "failed"
    assert Work.objects.get(kind=KIND).state == "quarantined"


def test_what_killed_its_worker_too_often_is_shown_as_failed(pia: PersonActor) -> None:
    """The worker that died could not say so."""
    job = ask(pia)
    Work.objects.filter(kind=KIND).update(attempt=MAX_ATTEMPTS)
    Job.objects.filter(pk=job.pk).update(state="running")
    assert drain(QUEUE) == 1
    found = asking.fetch(pia, job.pk)
    assert (found.state, found.error) == ("failed", "it ended its worker too often")
    assert Job.objects.get(pk=job.pk).state == "failed"
