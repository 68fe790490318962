"""One enrichment of one observable by one enricher."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from casebook.models import Observable, Team


class LookupResult(models.TextChoices):
    """Never "clean": a list that does not name a value says nothing about it."""

    LISTED = "listed"
    KNOWN_INFRASTRUCTURE = "known_infrastructure"
    NOT_LISTED = "not_listed"
    LIMITED = "limited"
    ERROR = "error"


class Lookup(models.Model):
    """Kept per (enricher, observable): cases that share an observable share its lookups.

    ``state``: new (planned, not sent on its way), waiting, running, done, failed. ``hits`` lists all that was found,
    each with what it ``says``: ``[{"list": "…", "says": "listed", "level": 3, "date": "2026-11-01", "note": "…"}]``.
    ``stale_after`` is when it is asked again at the next plan.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    observable = models.ForeignKey(Observable, on_delete=models.PROTECT, related_name="lookups")
    enricher = models.CharField(max_length=40)
    state = models.CharField(max_length=12, default="waiting")
    result = models.CharField(max_length=24, choices=LookupResult, null=True, blank=True)
    summary = models.TextField(blank=True, default="")
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    hits = models.JSONField(default=list, blank=True)
    list_date = models.DateField(null=True, blank=True)
    link = models.TextField(blank=True, default="")
    asked_at = models.DateTimeField(db_default=Now())
    at = models.DateTimeField(null=True, blank=True)
    stale_after = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["observable", "enricher"]
        constraints = [models.UniqueConstraint(fields=["observable", "enricher"], name="one_lookup_per_enricher")]

    def __str__(self) -> str:
        return f"{self.enricher} on {self.observable_id}"
