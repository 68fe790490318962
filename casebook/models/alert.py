"""Alerts: narrow rows that lists may read.

Foreign keys here and in the tables intake writes have no index of their own where a constraint or an index begins with
them: each one would be written for every alert, and tempt the planner to read all rows of a team for one of them.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from casebook.models.case import Case
from casebook.models.choices import LinkRole, Severity, Tlp
from casebook.models.observable import Observable
from casebook.models.source import Source
from casebook.models.suppression import Suppression
from casebook.models.team import Team


class Alert(models.Model):
    """One message of a source. ``count`` is how often the source has sent it. Of a suppressed one ``case`` is null.

    ``entity`` is the main entity it is about, ``user:root``: what grouping by entity reads.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, db_index=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="alerts", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="alerts", null=True, db_index=False)
    external_id = models.CharField(max_length=500)
    title = models.TextField()
    description = models.TextField(default="", blank=True)
    severity = models.PositiveSmallIntegerField(choices=Severity, default=Severity.MEDIUM)
    tlp = models.CharField(max_length=12, choices=Tlp, default=Tlp.AMBER)
    pap = models.CharField(max_length=12, choices=Tlp, default=Tlp.AMBER)
    rule_id = models.CharField(max_length=500, default="", blank=True)
    rule_name = models.TextField(default="", blank=True)
    techniques = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    tactics = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    assets = models.JSONField(default=list, blank=True)
    entity = models.CharField(max_length=210, db_default="", default="", blank=True)
    link = models.TextField(default="", blank=True)
    detected_at = models.DateTimeField(null=True)
    first_event_at = models.DateTimeField(null=True)
    last_event_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())
    count = models.PositiveIntegerField(default=1)
    events = models.PositiveIntegerField(default=0)
    suppressed_by = models.ForeignKey(
        Suppression, on_delete=models.PROTECT, related_name="alerts", null=True, blank=True, db_index=False
    )
    raw_id = models.BigIntegerField()
    raw_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="one_alert_per_external_id")]
        indexes = [
            models.Index(fields=["case", "id"], name="alerts_of_case"),
            models.Index(
                fields=["suppressed_by"], name="alerts_suppressed", condition=models.Q(suppressed_by__isnull=False)
            ),
            BrinIndex(fields=["received_at"], name="alerts_by_arrival", autosummarize=True),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def severity_word(self) -> str:
        return Severity(self.severity).word


class AlertObservable(models.Model):
    """An observable in an alert, in a role.

    Both ends are written or read by the statement before, in the same transaction, and neither is ever deleted alone:
    the database does not look them up again for each of the five links an alert has, see `docs/adr/0020-links.md`.
    """

    alert = models.ForeignKey(
        Alert, on_delete=models.CASCADE, related_name="observable_links", db_index=False, db_constraint=False
    )
    observable = models.ForeignKey(
        Observable, on_delete=models.PROTECT, related_name="alert_links", db_index=False, db_constraint=False
    )
    role = models.CharField(max_length=10, choices=LinkRole, default=LinkRole.RELATED)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "observable", "role"], name="one_link_per_alert_role")]
        indexes = [models.Index(fields=["observable", "-alert"], name="alerts_of_observable")]
