"""Systems that containment acts on."""

from __future__ import annotations

from django.db import models

from casebook.models import Team


class Connector(models.Model):
    """One outside system of one team. ``kind`` names a folder of `automation/connectors`.

    ``settings`` is what its operator may read; secrets live apart, encrypted, and are never shown.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="connectors")
    slug = models.SlugField(max_length=50)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    settings = models.JSONField(default=dict, blank=True)
    enabled = models.BooleanField(default=True)
    dry_run = models.BooleanField(default=False)

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(fields=["team", "slug"], name="one_connector_per_slug"),
            models.UniqueConstraint(fields=["id", "team"], name="connector_id_and_team"),
        ]

    def __str__(self) -> str:
        return self.name
