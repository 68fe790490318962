"""Long work that somebody waits for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from casebook.models.choices import WorkState
from casebook.models.team import Team


class Job(models.Model):
    """An import, a replay, a bulk verb: with progress, a result, and a way to stop it.

    A row of `Work` of the same kind (subject ``job:<id>``) makes a worker do it. ``done`` of ``total`` is its progress,
    ``total`` 0 until it is known. ``upload`` is where what was uploaded for it lies (`casebook.originals`).
    ``result`` grows with the work, so that a cancelled job still says what it did; ``report`` is where a report lies
    that is too long for a row, empty where there is none or it is no longer kept.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True)
    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=WorkState, default=WorkState.WAITING)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="jobs")
    asked_by = models.CharField(max_length=150)
    asked = models.JSONField(default=dict, blank=True)
    upload = models.CharField(max_length=200, blank=True, default="")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict, blank=True)
    report = models.CharField(max_length=200, blank=True, default="")
    error = models.TextField(blank=True, default="")
    cancel_asked = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["person", "-id"], name="jobs_of_person")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
