"""What somebody asked of events, and what the evidence worker answered."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from casebook.models import Case, Evidence, Team


class EventView(models.Model):
    """A question about the events of one piece of evidence, or of a whole case (``evidence`` is null).

    Web reads no frames: it writes the question down, the evidence worker answers it, and the page asks for the answer
    until it is there. ``key`` is a digest of all that the answer rests on, so that the same question is answered once.
    A cache: rows are deleted when they have been still for a day.
    """

    class What(models.TextChoices):
        EVENTS = "events"
        TIES = "ties"
        EXPORT = "export"

    class State(models.TextChoices):
        WAITING = "waiting"
        READY = "ready"
        FAILED = "failed"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, db_index=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False)
    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, null=True, related_name="+")
    what = models.CharField(max_length=10, choices=What)
    key = models.CharField(max_length=64)
    asked = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    answer = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="one_answer_per_question")]
        indexes = [models.Index(fields=["made_at"], name="event_view_by_age")]
