"""Evidence: a file, a paste or a log system's answer kept untouched, or an alert's inline events."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from casebook.models.case import Case
from casebook.models.choices import EvidenceState
from casebook.models.team import Team


class Evidence(models.Model):
    """The original is the truth; what was parsed from it is a cache and can be made again.

    ``path`` is relative to the evidence folder and made by us; ``name`` is what the sender called it, for people only.
    """

    class Kind(models.TextChoices):
        FILE = "file"
        PASTE = "paste"
        INLINE = "inline"
        FETCHED = "fetched"

    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence", db_index=False)
    alert = models.ForeignKey("casebook.Alert", on_delete=models.PROTECT, null=True, blank=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.FILE)
    name = models.CharField(max_length=255)
    path = models.CharField(max_length=200, blank=True, default="")
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    state = models.CharField(max_length=15, choices=EvidenceState, default=EvidenceState.QUEUED)
    forced_format = models.CharField(max_length=40, blank=True, default="")
    format = models.CharField(max_length=40, blank=True, default="")
    timezone = models.CharField(max_length=60, blank=True, default="")
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    assumptions = models.JSONField(default=dict, blank=True)
    lines = models.PositiveIntegerField(default=0)
    understood = models.PositiveIntegerField(default=0)
    not_understood = models.PositiveIntegerField(default=0)
    samples = models.JSONField(default=list, blank=True)
    kinds = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    window_from = models.DateTimeField(null=True, blank=True)
    window_to = models.DateTimeField(null=True, blank=True)
    events_key = models.CharField(max_length=120, blank=True, default="")
    progress = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    after_close = models.BooleanField(default=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["case", "id"], name="evidence_of_case")]
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return self.name
