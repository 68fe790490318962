"""Targets and clocks."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from casebook.models.case import Case
from casebook.models.choices import ClockState, Measure, Severity
from casebook.models.team import Team


class SlaPolicy(models.Model):
    """A versioned list of targets; exactly one is the default. The calendar is 24×7."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True)
    name = models.CharField(max_length=120)
    number = models.PositiveIntegerField(default=1)
    default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "number"], name="one_policy_per_version"),
            models.UniqueConstraint(fields=["default"], condition=models.Q(default=True), name="one_default_policy"),
        ]
        verbose_name_plural = "SLA policies"

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"


class SlaTarget(models.Model):
    """How long a measure may take for cases of a severity, in seconds."""

    policy = models.ForeignKey(SlaPolicy, on_delete=models.CASCADE, related_name="targets")
    measure = models.CharField(max_length=20, choices=Measure)
    severity = models.PositiveSmallIntegerField(choices=Severity)
    target_s = models.PositiveIntegerField()

    class Meta:
        ordering = ["policy", "measure", "-severity"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "measure", "severity"], name="one_target_per_severity")
        ]


class Clock(models.Model):
    """One measured stretch of one case against one target.

    ``segments`` explains it: ``[{"from": iso, "to": iso|null, "state": "running|paused", "why": "…"}]``.
    ``paused_s`` is what the pauses so far took out of it. ``breached_at`` is sticky.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, db_index=False)
    measure = models.CharField(max_length=20, choices=Measure)
    policy = models.ForeignKey(SlaPolicy, on_delete=models.PROTECT)
    target_s = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ClockState, default=ClockState.RUNNING)
    started_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(null=True)
    risk_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_s = models.PositiveIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    segments = models.JSONField(default=list)

    class Meta:
        ordering = ["case", "id"]
        constraints = [models.UniqueConstraint(fields=["case", "measure"], name="one_clock_per_measure")]
        indexes = [
            models.Index(
                fields=["due_at"], name="clocks_that_run", condition=models.Q(state__in=["running", "at_risk"])
            ),
            models.Index(fields=["team", "measure", "started_at"], name="clocks_by_measure"),
        ]
