"""What the organisation knows of itself: its ranges and its assets."""

from __future__ import annotations

from django.db import models

from casebook.models.team import Team


class NetworkRange(models.Model):
    """An address range of ours. Never blocked, and what "corporate" means to a detector."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="ranges")
    cidr = models.CharField(max_length=43)
    label = models.CharField(max_length=120)

    class Meta:
        ordering = ["cidr"]
        constraints = [models.UniqueConstraint(fields=["team", "cidr"], name="one_range_per_cidr")]

    def __str__(self) -> str:
        return self.cidr


class Asset(models.Model):
    """A host, address or account that matters. Critical: only a lead approves. Protected: nobody touches it."""

    class Kind(models.TextChoices):
        HOST = "host"
        ADDRESS = "ip"
        ACCOUNT = "user"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="assets")
    kind = models.CharField(max_length=5, choices=Kind)
    name = models.CharField(max_length=255)
    label = models.CharField(max_length=120, blank=True, default="")
    critical = models.BooleanField(default=False)
    protected = models.BooleanField(default=False)
    zone = models.CharField(max_length=60, blank=True, default="", help_text="IANA time zone of its clock")

    class Meta:
        ordering = ["kind", "name"]
        constraints = [models.UniqueConstraint(fields=["team", "kind", "name"], name="one_asset_per_name")]

    def __str__(self) -> str:
        return self.name
