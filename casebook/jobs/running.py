"""A worker's side of a job: begin it, tell how far it is, stop when asked to, end it one way or another."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from casebook.clock import db_now
from casebook.errors import DomainError
from casebook.models import Job, WorkState
from casebook.work.lease import MAX_ATTEMPTS, Lease, LostLease, renew

TELL_EVERY_S = 0.5


class Cancelled(Exception):
    """Whoever asked for the job no longer wants it."""


class Progress:
    """What a handler tells of its job. ``job.result`` is written whenever it is told."""

    def __init__(self, job: Job, lease: Lease) -> None:
        self.job = job
        self._lease = lease
        self._told = time.monotonic()

    def advance(self, done: int, total: int) -> None:
        """Say how far it is; written twice a second at most. Raises Cancelled, and LostLease."""
        self.job.done, self.job.total = done, total
        if time.monotonic() - self._told >= TELL_EVERY_S:
            self.tell()

    def tell(self) -> None:
        """Write progress and result now. Raises Cancelled, and LostLease."""
        self._told = time.monotonic()
        renew(self._lease, 100 * self.job.done // max(1, self.job.total))
        self.job.save(update_fields=["done", "total", "result"])
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
        _end(job, WorkState.CANCELLED)
    except LostLease:
        raise
    except DomainError as refused:
        _end(job, WorkState.FAILED, refused.detail)
    except Exception as error:
        last = lease.attempt >= MAX_ATTEMPTS
        _end(job, WorkState.FAILED if last else WorkState.WAITING, f"{type(error).__name__}: {error}")
        raise
    else:
        _end(job, WorkState.DONE)


def _begin(job: Job) -> None:
    job.state, job.error = WorkState.RUNNING, ""
    job.started_at = job.started_at or db_now()
    job.save(update_fields=["state", "error", "started_at"])


def _end(job: Job, state: str, error: str = "") -> None:
    fields: dict[str, Any] = {"state": state, "error": error[:2000]}
    if state != WorkState.WAITING:
        fields["finished_at"] = db_now()
    for name, value in fields.items():
        setattr(job, name, value)
    job.save(update_fields=["done", "total", "result", *fields])
