"""A worker's side of a job: begin it, tell how far it is, stop when asked to, end it one way or another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from casebook.clock import db_now
from casebook.errors import DomainError
from casebook.models import Job, WorkState
from casebook.work.lease import MAX_ATTEMPTS, Lease, LostLease, renew

TELL_EVERY_S = 0.5


class Cancelled(Exception):
    """Whoever asked for the job no longer wants it."""


class Progress:
    """What a handler tells of its job. ``job.result`` is written whenever it is told, ``job.report`` when it ends."""

    def __init__(self, job: Job, lease: Lease) -> None:
        self.job = job
        self._lease = lease
        self._told = -TELL_EVERY_S  # the first word is written at once

    def advance(self, done: int, total: int, result: Callable[[], dict[str, Any]] | None = None) -> None:
        """Say how far it is; written twice a second at most, and only then is ``result`` asked what came of it so far.
        Raises Cancelled, and LostLease."""
        self.job.done, self.job.total = done, total
        if time.monotonic() - self._told >= TELL_EVERY_S:
            if result is not None:
                self.job.result = result()
            self.tell()

    def tell(self) -> None:
        """Write progress and result now. Raises Cancelled, and LostLease."""
        self.write()
        self.listen()

    def write(self) -> None:
        """Write progress and result, in the caller's transaction where it has one: then what the job says it did is
        true exactly if it was done. Raises LostLease, which ends that transaction."""
        self._told = time.monotonic()
        renew(self._lease, 100 * self.job.done // max(1, self.job.total))
        self.job.save(update_fields=["done", "total", "result"])

    def listen(self) -> None:
        """Raises Cancelled where somebody asked for that; not for the inside of a transaction."""
        if Job.objects.filter(pk=self.job.pk, cancel_asked=True).exists():
            raise Cancelled


@contextmanager
def running(lease: Lease) -> Iterator[Progress]:
    """The job a lease is about, running inside the block and ended after it; a cancelled one ends the block quietly.

    What fails in a way that may pass is left waiting for its next attempt; the error stands beside it.
    """
    job = Job.objects.get(pk=lease.subject_id)
    _begin(job)
    try:
        yield Progress(job, lease)
    except Cancelled:
        _end(job, lease, WorkState.CANCELLED)
    except LostLease:
        raise
    except DomainError as refused:
        _end(job, lease, WorkState.FAILED, refused.detail)
    except Exception as error:
        last = lease.attempt >= MAX_ATTEMPTS
        _end(job, lease, WorkState.FAILED if last else WorkState.WAITING, f"{type(error).__name__}: {error}")
        raise
    else:
        _end(job, lease, WorkState.DONE)


def _begin(job: Job) -> None:
    job.state, job.error = WorkState.RUNNING, ""
    job.started_at = job.started_at or db_now()
    job.save(update_fields=["state", "error", "started_at"])


def _end(job: Job, lease: Lease, state: str, error: str = "") -> None:
    """Under the lease's fence: who lost it ends nothing. Raises LostLease."""
    fields: dict[str, Any] = {"state": state, "error": error.replace("\x00", "\ufffd")[:2000]}
    if state != WorkState.WAITING:
        fields["finished_at"] = db_now()
    for name, value in fields.items():
        setattr(job, name, value)
    with transaction.atomic():
        renew(lease, 100 * job.done // max(1, job.total))
        job.save(update_fields=["done", "total", "result", "report", *fields])
