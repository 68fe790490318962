"""ATT&CK as a full bundle gives it, where one was loaded; else the extract in `casebook/attack/` is read."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class AttackTechnique(models.Model):
    """A technique or sub-technique. ``parent`` is empty for a technique; ``tactics`` are short names.

    ``replaced_by`` is the id that a revoked one has in the release today, empty where MITRE names none.
    """

    technique_id = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=200)
    parent = models.CharField(max_length=12, blank=True, default="")
    tactics = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    deprecated = models.BooleanField(default=False)
    replaced_by = models.CharField(max_length=12, blank=True, default="")
    version = models.CharField(max_length=20, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.technique_id} {self.name}"
