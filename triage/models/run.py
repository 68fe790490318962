"""One walk through one playbook version for one case, and its answers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from casebook.models import Case, PlaybookVersion, Step, Team


class Run(models.Model):
    """``revision`` is raised by every answer. A change of playbook abandons the run, keeps it and says why."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="runs")
    version = models.ForeignKey(PlaybookVersion, on_delete=models.PROTECT, related_name="runs")
    revision = models.PositiveIntegerField(default=0)
    abandoned_at = models.DateTimeField(null=True, blank=True)
    abandoned_reason = models.TextField(blank=True, default="")
    started_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(abandoned_at__isnull=True), name="one_current_run_per_case"
            )
        ]


class Answer(models.Model):
    """What a person said of a step. Older answers stay, with ``current`` false.

    ``proposal_*`` is what was proposed when the answer was given, so that a later change of its outcome can be shown.
    ``snapshot`` keeps the findings the proposal rested on: detector, scope, answer, sentence, digest. ``replaces`` is
    what stood before, and stands again when this one is taken back.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="answers")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="answers")
    value = models.CharField(max_length=12)
    note = models.TextField(blank=True, default="")
    unknowable = models.BooleanField(default=False)
    current = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=1)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    proposal = models.CharField(max_length=10, default="none")
    proposal_answer = models.CharField(max_length=12, blank=True, default="")
    proposal_digest = models.CharField(max_length=64, blank=True, default="")
    proposal_sentence = models.TextField(blank=True, default="")
    snapshot = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "step"], condition=Q(current=True), name="one_current_answer"),
            models.UniqueConstraint(fields=["run", "step", "revision"], name="one_answer_per_revision"),
        ]


class Focus(models.Model):
    """Seconds a person had a step in focus: the active time of the reports."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="focus")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, null=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seconds = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "step", "person"], name="one_focus_per_step_and_person", nulls_distinct=False
            )
        ]
