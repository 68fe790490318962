"""Where alerts come from."""

from __future__ import annotations

from datetime import timedelta

from django.db import models

from casebook.models.team import Team


class Source(models.Model):
    """A system that sends alerts: one SIEM tenant, one tool. It decides the team of everything it sends.

    ``zone`` (IANA; "" is UTC) is that of times which carry none. ``field_map`` is the generic adapter's: our field →
    expression. ``contract_per_minute`` is what it may send; far past it, it alone is told 429. None: no limit.
    """

    class OnClosedRepeat(models.TextChoices):
        NEW_CASE = "new_case", "open a new case, linked"
        REOPEN = "reopen", "reopen within some days"

    class GroupingOn(models.TextChoices):
        RULE_ENTITY = "rule_entity", "rule and main entity"
        RULE = "rule", "rule alone"
        ENTITY = "entity", "main entity alone"
        TITLE_ENTITY = "title_entity", "title and main entity"
        ALERT = "alert", "nothing: a case for each alert"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="sources")
    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=120)
    adapter = models.CharField(max_length=30, default="native")
    enabled = models.BooleanField(default=True)
    zone = models.CharField(max_length=60, default="", blank=True)
    field_map = models.JSONField(default=dict, blank=True)
    contract_per_minute = models.PositiveIntegerField(null=True, blank=True)
    grouping_on = models.CharField(max_length=20, choices=GroupingOn, default=GroupingOn.RULE_ENTITY)
    grouping_window = models.DurationField(default=timedelta(hours=24))
    on_closed_repeat = models.CharField(max_length=20, choices=OnClosedRepeat, default=OnClosedRepeat.NEW_CASE)
    reopen_within = models.DurationField(default=timedelta(days=7))

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name
