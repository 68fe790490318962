"""What was decided, on what grounds, and the transfer to T2."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from casebook.models import Case, Team
from triage.models.run import Run

COULD_NOT_TELL = '$.findings[*] ? (@.answer == "cannot_tell" && @.scope == "case")'
JSON_PATH = "%(function)s(%(expressions)s::jsonpath)"


class Decision(models.Model):
    """Escalate, or close with a verdict; with the recommendation as it stood and whether it was followed.

    ``record`` is the whole decision record: criteria, because, answers and their proposals, findings' digests.
    ``inputs`` are the engine's own inputs, so that any version can decide again (`triage.replay`). ``lacking`` are the
    findings among them that could not tell, kept apart because the report reads nothing else of that large column.
    ``pivotal`` are the keys of steps whose answer changed what was recommended (`triage.engine.inputs.pivotal`).
    ``overridden`` steps were required and open when the case was closed.
    """

    class Kind(models.TextChoices):
        ESCALATE = "escalate"
        CLOSE = "close"

    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="decisions", null=True)
    kind = models.CharField(max_length=10, choices=Kind)
    verdict = models.CharField(max_length=20, blank=True, default="")
    recommended = models.CharField(max_length=12, default="none")
    followed = models.BooleanField(default=True)
    overridden = models.JSONField(default=list, blank=True)
    reason = models.TextField(blank=True, default="")
    record = models.JSONField(default=dict)
    inputs = models.JSONField(default=dict, blank=True)
    lacking = models.GeneratedField(
        expression=Func(F("inputs"), Value(COULD_NOT_TELL), template=JSON_PATH, function="jsonb_path_query_array"),
        output_field=models.JSONField(),
        db_persist=True,
    )
    pivotal = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["at"], name="decisions_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(followed=True) | Q(reason__gt=""), name="against_the_recommendation_needs_a_reason"
            )
        ]


class Escalation(models.Model):
    """The L1→T2 transfer: it must be accepted or returned."""

    class State(models.TextChoices):
        WAITING = "waiting"
        ACCEPTED = "accepted"
        RETURNED = "returned"
        CLOSED = "closed"

    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="escalations")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    handover = models.TextField()
    generated = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.TextField(blank=True, default="")
    return_question = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(state="waiting"), name="one_waiting_escalation")
        ]
