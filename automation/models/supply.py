"""What an outside system may be asked and whether it answers: quota and breaker of one enricher or connector."""

from __future__ import annotations

from django.db import models


class Supply(models.Model):
    """One row per system (``enricher:local_lists``, ``connector:3``), made when something first needs keeping.

    ``failures`` counts in a row; past the threshold nothing is sent before ``open_until``, then one probe is let
    through. ``used`` counts calls since ``hour_at``, for those with a quota.
    """

    name = models.CharField(max_length=80, unique=True)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    open_until = models.DateTimeField(null=True, blank=True)
    hour_at = models.DateTimeField(null=True, blank=True)
    used = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "supplies"

    def __str__(self) -> str:
        return self.name
