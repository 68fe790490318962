"""Playbooks, their immutable versions, their steps, and what authors corrected of what rules proposed."""

from __future__ import annotations

from django.conf import settings
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
    """One version of a card: draft → published → retired. A case pins the one it was opened with.

    Once it is published the database refuses every change of what it says, and of its steps; what may still change is
    its ``state`` and who retired and reviewed it. A draft has a ``revision`` that rises with every save, and may hold
    a ``card`` that cannot be read: then its steps are those of the last text that could. ``imported_sha256`` is of the
    file it came from, empty for one written here: an import is a draft only until its steps are stored, in the same
    transaction, and may be so beside an author's. ``digest`` is what lists show of its steps, see
    `casebook.playbooks.digest`.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        RETIRED = "retired"

    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    name = models.CharField(max_length=200)
    technique = models.CharField(max_length=20, blank=True, default="")
    techniques = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    also_for = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    tactics = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    source_format = models.CharField(max_length=10)
    card = models.TextField()
    cells = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    imported_sha256 = models.CharField(max_length=64, default="", blank=True)
    digest = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=0)
    based_on = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(default="", blank=True)
    created_by = models.CharField(max_length=150, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    published_by = models.CharField(max_length=150, default="", blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.CharField(max_length=150, default="", blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.CharField(max_length=150, default="", blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["playbook", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["playbook", "number"], name="one_version_per_number"),
            models.UniqueConstraint(
                fields=["playbook"], condition=models.Q(state="published"), name="one_published_version"
            ),
            models.UniqueConstraint(
                fields=["playbook"], condition=models.Q(state="draft", imported_sha256=""), name="one_draft"
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
    expression_rule = models.CharField(max_length=300, default="", blank=True)
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


class StepCorrection(models.Model):
    """What an author said of a step where a rule had proposed otherwise; it holds for every later import of the card.

    ``key`` is the step's. ``field`` is one of a step's fields that rules propose; ``value`` is what stands there now.
    """

    class Field(models.TextChoices):
        POLARITY = "polarity"
        BINDINGS = "bindings"
        EXPRESSION = "expression"
        CONFIRMED = "confirmed"
        REQUIRED = "required"
        WHY = "why"
        MEANS = "means"
        OPTIONS = "options"

    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="corrections")
    key = models.CharField(max_length=40)
    field = models.CharField(max_length=10, choices=Field)
    value = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["playbook", "key", "field"], name="one_correction_per_step_and_field")
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.field}"
