"""Silence with a scope, an owner, a reason and an end; and what analysts say of the rules that make the noise."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from casebook.models.source import Source
from casebook.models.team import Team


class Suppression(models.Model):
    """Alerts that match open no case while it holds; they are stored, and count as swallowed by it.

    ``match`` is ``{field: value}``, all of which must agree: ``rule_id rule_name title technique severity_at_most``
    and ``observables``, a list of ``{"type", "value"}`` of which each must be in the alert (an ``ip`` also by the
    ``cidr`` that holds it). Text matches whole, without regard to case, ``*`` standing for anything. A maintenance
    window is the same with ``kind`` maintenance and a beginning that lies ahead.
    """

    class Kind(models.TextChoices):
        SUPPRESSION = "suppression"
        MAINTENANCE = "maintenance", "maintenance window"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="suppressions")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="suppressions", null=True, blank=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.SUPPRESSION)
    name = models.CharField(max_length=120)
    match = models.JSONField(default=dict)
    reason = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    starts_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("starts_at")), name="suppression_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(reason=""), name="suppression_has_a_reason"),
        ]
        indexes = [models.Index(fields=["team", "expires_at"], name="suppressions_in_force")]

    def __str__(self) -> str:
        return self.name


class RuleFeedback(models.Model):
    """An analyst's word on a detection rule, given with one click on an alert of it."""

    class Kind(models.TextChoices):
        UNSAID = "unsaid", "not said what it lacks"
        NOISY = "noisy", "too noisy"
        WRONG = "wrong", "fires on the wrong thing"
        SEVERITY = "severity", "wrong severity"
        CONTEXT = "context", "lacks fields needed to judge"
        DUPLICATE = "duplicate", "same as another rule"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="feedback")
    rule_id = models.CharField(max_length=500, default="", blank=True)
    rule_name = models.TextField(default="", blank=True)
    case = models.ForeignKey("casebook.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="feedback")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.UNSAID)
    note = models.TextField(default="", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["team", "source", "rule_id"], name="feedback_of_rule")]
        constraints = [
            models.UniqueConstraint(fields=["case", "source", "rule_id", "by"], name="one_word_per_person_and_case")
        ]


class SourceMinute(models.Model):
    """How many alerts of a source arrived within one minute; written by the sweep once the minute is over."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="minutes", db_index=False)
    minute = models.DateTimeField()
    alerts = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "minute"], name="one_count_per_source_minute")]
