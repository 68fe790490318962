"""Where alerts come from."""

from __future__ import annotations

from datetime import timedelta

from django.db import models

from casebook.models.team import Team


class Source(models.Model):
    """A system that sends alerts: one SIEM tenant, one tool. It decides the team of everything it sends."""

    class OnClosedRepeat(models.TextChoices):
        NEW_CASE = "new_case", "open a new case, linked"
        REOPEN = "reopen", "reopen within some days"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="sources")
    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=120)
    adapter = models.CharField(max_length=30, default="native")
    enabled = models.BooleanField(default=True)
    grouping_window = models.DurationField(default=timedelta(hours=24))
    on_closed_repeat = models.CharField(max_length=20, choices=OnClosedRepeat, default=OnClosedRepeat.NEW_CASE)
    reopen_within = models.DurationField(default=timedelta(days=7))

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name
