"""Alerts counted, day by day: what a report over months reads in place of the alerts."""

from __future__ import annotations

from django.db import models

from casebook.models.team import Team


class AlertDay(models.Model):
    """A past day of a team (UTC), once it is counted. ``lists`` is ``[[["T1110.001"], 31], …]``: how many of its alerts
    name which techniques, in the alerts' own order.

    An alert that is written, changed or deleted in such a day afterwards takes the row away (a trigger does), until the
    day is counted again.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, db_index=False)
    day = models.DateField()
    lists = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "day"], name="one_count_per_day")]

    def __str__(self) -> str:
        return f"{self.team_id} {self.day}"
