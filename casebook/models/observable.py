"""Typed values, one row per team, type and canonical value."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from casebook.models.choices import ObservableType
from casebook.models.team import Team


class Observable(models.Model):
    """A typed value. ``key`` is the canonical value, or its SHA-256 where that is too long to index."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, db_index=False)
    type = models.CharField(max_length=20, choices=ObservableType)
    value = models.TextField()
    key = models.CharField(max_length=200)
    first_seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "type", "key"], name="one_observable_per_value")]
        indexes = [models.Index(fields=["key", "team"], name="observables_by_key")]

    def __str__(self) -> str:
        return self.value
