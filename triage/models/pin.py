"""A record of the evidence that somebody put on the timeline of its case."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from casebook.models import Case, Evidence, Team


class Pin(models.Model):
    """One raw record, by where it lies: ``line`` from 1, ``offset`` and ``length`` in bytes, or a JSON ``pointer``.
    ``place`` is the two in one word, so that a record is pinned once.

    ``event`` and ``text`` are what it said when it was pinned, ``at`` its own time. A pin that is taken off is deleted;
    the journal keeps both.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="pins")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="pins")
    place = models.CharField(max_length=200)
    line = models.PositiveBigIntegerField(null=True, blank=True)
    offset = models.PositiveBigIntegerField(null=True, blank=True)
    length = models.PositiveBigIntegerField(null=True, blank=True)
    pointer = models.CharField(max_length=180, blank=True, default="")
    at = models.DateTimeField(null=True, blank=True)
    event = models.JSONField(default=dict, blank=True)
    text = models.TextField(blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["case", "evidence", "place"], name="one_pin_per_record")]
