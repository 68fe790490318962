"""Playbooks, their immutable versions and their steps."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from casebook.models.choices import Polarity, Section
from casebook.models.team import Team


class Playbook(models.Model):
    """An identity across versions: a name in a library (``base_slug``, by default the technique id).

    ``slug`` is its address, unique everywhere; it differs from ``base_slug`` only where another library had it first.
    ``team`` is None for a playbook shared by all.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="playbooks")
    library = models.SlugField(max_length=50, default="local")
    base_slug = models.CharField(max_length=80)
    slug = models.CharField(max_length=120, unique=True)

    class Meta:
        ordering = ["slug"]
        constraints = [models.UniqueConstraint(fields=["library", "base_slug"], name="one_playbook_per_library_slug")]

    def __str__(self) -> str:
        return self.slug


class PlaybookVersion(models.Model):
    """One version of a card. Immutable once published; a case pins the one it was opened with."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        RETIRED = "retired"

    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    name = models.CharField(max_length=200)
    technique = models.CharField(max_length=20, blank=True, default="")
    also_for = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    tactics = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    source_format = models.CharField(max_length=10)
    card = models.TextField()
    cells = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    created_by = models.CharField(max_length=150, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["playbook", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["playbook", "number"], name="one_version_per_number"),
            models.UniqueConstraint(
                fields=["playbook"], condition=models.Q(state="published"), name="one_published_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.playbook.slug} v{self.number}"


class Step(models.Model):
    """One item of a section. ``key`` lives across versions; ``span`` is where its text stands in the card's cell.

    ``bindings``: ``[{"detector": "D01", "deciding": true, "rule": "…"}]``. ``expression``: the data of
    `triage.engine.expression`, or None. An expression counts only once ``confirmed``.
    """

    version = models.ForeignKey(PlaybookVersion, on_delete=models.CASCADE, related_name="steps")
    section = models.CharField(max_length=12, choices=Section)
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    text = models.TextField()
    span_from = models.PositiveIntegerField()
    span_to = models.PositiveIntegerField()
    polarity = models.CharField(max_length=10, choices=Polarity, default=Polarity.OPEN)
    polarity_rule = models.CharField(max_length=200, default="", blank=True)
    required = models.BooleanField(default=False)
    why = models.TextField(default="", blank=True)
    means = models.TextField(default="", blank=True)
    bindings = models.JSONField(default=list, blank=True)
    expression = models.JSONField(null=True, blank=True)
    confirmed = models.BooleanField(default=False)
    options = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["version", "section", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="one_step_per_key"),
            models.UniqueConstraint(fields=["version", "section", "position"], name="one_step_per_position"),
        ]

    def __str__(self) -> str:
        return self.text
