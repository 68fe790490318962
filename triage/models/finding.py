"""What one detector says of one case."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from casebook.models import Case, Team


class Finding(models.Model):
    """The latest finding of a detector for a case, in one scope; ``data`` is `triage.detectors.protocol.Finding` whole.

    The columns beside it are what lists and the engine read.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="findings")
    detector = models.CharField(max_length=6)
    scope = models.CharField(max_length=10, default="case")
    version = models.PositiveSmallIntegerField(default=1)
    answer = models.CharField(max_length=12)
    confidence = models.CharField(max_length=8, blank=True, default="")
    sentence = models.TextField()
    input_digest = models.CharField(max_length=64)
    data = models.JSONField(default=dict)
    computed_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["detector", "scope"]
        constraints = [models.UniqueConstraint(fields=["case", "detector", "scope"], name="one_finding_per_scope")]
