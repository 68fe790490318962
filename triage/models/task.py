"""A T2 action or an ad-hoc piece of work."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from casebook.models import Case, Step, Team


class Task(models.Model):
    """Closing a case never deletes a task: what is open becomes *not done*."""

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        NOT_DONE = "not_done"

    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, null=True, blank=True)
    title = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True, default="")
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "step"], name="one_task_per_step")]
        indexes = [models.Index(fields=["owner", "state"], name="tasks_of_owner")]

    def __str__(self) -> str:
        return self.title
