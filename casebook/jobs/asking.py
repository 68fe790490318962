"""Ask for long work, look at it, stop it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from casebook.actor import Actor
from casebook.clock import db_now
from casebook.errors import NotFound, WrongState
from casebook.journal.record import record
from casebook.models import Job, Work, WorkState
from casebook.work.enqueue import enqueue

UNDER_WAY = (WorkState.WAITING, WorkState.RUNNING)
GIVEN_UP = (WorkState.QUARANTINED, WorkState.FAILED)


def ask(
    *, actor: Actor, kind: str, asked: dict[str, Any], team_id: int | None = None, upload: str = "", what: str = ""
) -> Job:
    """A job of ``kind`` (`config/plugins.py` WORK) and the row that makes a worker do it.

    ``asked`` is what its handler reads; ``upload`` the stored path of a file that came with it; ``what`` says in the
    journal what was asked for.
    """
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind, asked=asked, team_id=team_id, upload=upload, person_id=actor.person_id, asked_by=actor.name
        )
        enqueue(kind, f"job:{job.pk}", team_id=team_id)
        if what:
            record(actor, "job.asked", job, {"what": what}, team_id=team_id)
    return job


def of(actor: Actor) -> QuerySet[Job]:
    """The actor's own jobs, the latest first; a machine has none."""
    return Job.objects.none() if actor.person_id is None else Job.objects.filter(person_id=actor.person_id)


def fetch(actor: Actor, job_id: int) -> Job:
    """A job of the actor's own. Raises NotFound for another's."""
    job = of(actor).filter(pk=job_id).first()
    if job is None:
        raise NotFound("There is no such job of yours.")
    return _as_it_stands(job)


def cancel(*, actor: Actor, job_id: int) -> Job:
    """Stop a job: at once where nobody has begun it, else at its next step. Raises WrongState where it has ended."""
    with transaction.atomic():
        fetch(actor, job_id)
        job = Job.objects.select_for_update().get(pk=job_id)
        if job.state not in UNDER_WAY:
            raise WrongState(f"The job is {job.state} already.", extra={"state": job.state})
        job.cancel_asked = True
        if job.state == WorkState.WAITING:
            _end_before_begun(job)
        job.save(update_fields=["cancel_asked", "state", "finished_at"])
        record(actor, "job.cancelled", job, {"what": f"job {job.pk} ({job.kind})"}, team_id=job.team_id)
    return job


def _end_before_begun(job: Job) -> None:
    waiting = Work.objects.filter(kind=job.kind, subject=f"job:{job.pk}", state=WorkState.WAITING)
    if waiting.update(state=WorkState.CANCELLED):
        job.state, job.finished_at = WorkState.CANCELLED, db_now()


def _as_it_stands(job: Job) -> Job:
    """A job whose work was given up says so, also where its worker died without a word."""
    if job.state not in UNDER_WAY:
        return job
    work = Work.objects.filter(kind=job.kind, subject=f"job:{job.pk}").order_by("-id").first()
    if work is not None and work.state in GIVEN_UP:
        job.state, job.error, job.finished_at = WorkState.FAILED, work.error, work.finished_at
        Job.objects.filter(pk=job.pk, state__in=UNDER_WAY).update(
            state=job.state, error=job.error, finished_at=job.finished_at
        )
    return job
