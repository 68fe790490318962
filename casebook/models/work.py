"""The queue of record. Redis only rings the bell."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from casebook.models.choices import WorkState
from casebook.models.team import Team


class Work(models.Model):
    """One thing a worker must do. At most one waiting row per kind and subject: asking twice is asking once.

    ``queue`` is copied from the kind so that a worker takes its next with one index. ``fence`` rises with every lease;
    a write under an older fence changes nothing. ``lane`` 0 is taken before 9.
    """

    kind = models.CharField(max_length=40)
    queue = models.CharField(max_length=20)
    subject = models.CharField(max_length=80)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, db_index=False)
    lane = models.PositiveSmallIntegerField(default=5)
    state = models.CharField(max_length=12, choices=WorkState, default=WorkState.WAITING)
    payload = models.JSONField(default=dict, blank=True)
    run_after = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    progress = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=models.Q(state="waiting"), name="one_waiting_row_per_subject"
            )
        ]
        indexes = [
            models.Index(
                fields=["queue", "lane", "run_after"],
                name="work_due",
                condition=models.Q(state__in=["waiting", "running"]),
            ),
            models.Index(fields=["kind", "subject"], name="work_of_subject"),
        ]
        verbose_name_plural = "work"


class Tick(models.Model):
    """One slot of one schedule, so that two beats do no harm."""

    name = models.CharField(max_length=40)
    slot = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "slot"], name="one_run_per_slot")]


class IdempotencyKey(models.Model):
    """A write that was answered once: the same key gets the same answer."""

    principal = models.CharField(max_length=40)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=255)
    key = models.CharField(max_length=255)
    body_sha256 = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    location = models.CharField(max_length=255, default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["principal", "method", "path", "key"], name="one_answer_per_key")
        ]
        indexes = [models.Index(fields=["at"], name="idempotency_by_age")]
