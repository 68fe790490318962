"""Sources that cannot send and are asked instead."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from casebook.models import Source


class Poll(models.Model):
    """How one source is asked for news. ``kind`` names a module of `automation/pollers`; the source's own adapter reads
    what it answers. ``place`` is up to where it has been read, moved in the transaction that stores what was read.

    ``reach``, ``settings`` and ``sealed`` are as of a webhook. ``failures`` counts since it last worked.
    """

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="poll")
    kind = models.CharField(max_length=30)
    url = models.CharField(max_length=2000)
    reach = models.CharField(max_length=10, default="public")
    settings = models.JSONField(default=dict, blank=True)
    sealed = models.BinaryField(default=b"")
    every_s = models.PositiveIntegerField(default=60)
    enabled = models.BooleanField(default=True)
    place = models.JSONField(default=dict, blank=True)
    next_at = models.DateTimeField(db_default=Now())
    worked_at = models.DateTimeField(null=True, blank=True)
    took = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    error = models.TextField(default="", blank=True)

    class Meta:
        ordering = ["source"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.source}"

    @property
    def seal_place(self) -> str:
        """Where its secret is sealed for, see `automation.vault`."""
        return f"poll:{self.pk}:secret"
