"""Systems that keep logs, the searches saved for them, and each time one was asked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from casebook.models import Case, Evidence, Step, Team


class LogSystem(models.Model):
    """One system of one team that is asked for logs. ``kind`` names a module of `automation/fetch`.

    ``reach``, ``settings`` and ``sealed`` are as of a webhook. ``most_*`` are the caps of one fetch, so that nobody's
    question is too much for the system. ``worked_at``, ``failures`` and ``error`` are of the last time it was asked.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="log_systems")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=30)
    url = models.CharField(max_length=2000)
    reach = models.CharField(max_length=10, default="public")
    settings = models.JSONField(default=dict, blank=True)
    sealed = models.BinaryField(default=b"")
    most_rows = models.PositiveIntegerField(default=5_000)
    most_bytes = models.PositiveIntegerField(default=32 * 1024 * 1024)
    most_s = models.PositiveIntegerField(default=120)
    enabled = models.BooleanField(default=True)
    worked_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.TextField(default="", blank=True)

    class Meta:
        ordering = ["team", "name"]
        constraints = [
            models.UniqueConstraint(fields=["team", "name"], name="one_log_system_per_name"),
            models.UniqueConstraint(fields=["id", "team"], name="log_system_id_and_team"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """Where its secret is sealed for, see `automation.vault`."""
        return f"logsystem:{self.pk}:secret"


class SavedSearch(models.Model):
    """A template for one system: ``kind`` is the kind of event it brings, ``language`` one the system speaks."""

    system = models.ForeignKey(LogSystem, on_delete=models.CASCADE, related_name="searches")
    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=10)
    template = models.TextField()
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["system", "kind", "id"]
        constraints = [models.UniqueConstraint(fields=["system", "name"], name="one_saved_search_per_name")]

    def __str__(self) -> str:
        return self.name


class LogFetch(models.Model):
    """One time a system was asked for a case: the query as it ran, by whom, for which window, and what came of it.

    ``capped`` says which cap ended it ("" where everything came). ``left_out`` are values the query could not name.
    Without ``evidence`` a finished fetch found nothing. The names stay when system or search go.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="log_fetches", db_index=False)
    step = models.ForeignKey(Step, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    system = models.ForeignKey(LogSystem, on_delete=models.SET_NULL, null=True, blank=True, related_name="fetches")
    system_name = models.CharField(max_length=120)
    search_name = models.CharField(max_length=120)
    kind = models.CharField(max_length=30)
    language = models.CharField(max_length=10)
    query = models.TextField()
    left_out = models.JSONField(default=list, blank=True)
    window_from = models.DateTimeField()
    window_to = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    rows = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    progress = models.PositiveSmallIntegerField(default=0)
    capped = models.CharField(max_length=80, default="", blank=True)
    error = models.TextField(default="", blank=True)
    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="fetch")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["case", "-id"], name="log_fetches_of_case")]

    def __str__(self) -> str:
        return f"{self.search_name} from {self.system_name}"

    @property
    def under_way(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)
