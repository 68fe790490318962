"""Which open case an alert joins. A row exists only while its case is open: closing and merging delete it."""

from __future__ import annotations

from django.db import models

from casebook.models.case import Case
from casebook.models.source import Source
from casebook.models.team import Team


class Grouping(models.Model):
    """One key of one source, pointing to the open case that collects its alerts until ``until``."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, db_index=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, db_index=False)
    key = models.CharField(max_length=64)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="groupings", db_index=False)
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "source", "key"], name="one_case_per_grouping_key")]
        indexes = [models.Index(fields=["case"], name="grouping_of_case")]
