"""Cases: the unit of work. Narrow, whole, read by every list."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from casebook.actor import Actor
from casebook.models.choices import OPEN_STATES, LinkRole, Severity, State, Tier, Verdict
from casebook.models.observable import Observable
from casebook.models.playbook import PlaybookVersion
from casebook.models.source import Source
from casebook.models.team import Team


class CaseQuerySet(models.QuerySet["Case"]):
    """The reading vocabulary of cases."""

    def visible_to(self, actor: Actor) -> CaseQuerySet:
        return self.filter(team_id__in=actor.teams("case.read"))

    def open(self) -> CaseQuerySet:
        return self.filter(state__in=OPEN_STATES)


class Case(models.Model):
    """One piece of work, `CB-<id>`.

    ``version`` is raised only by people's changes to state, owner, severity or verdict, never by alerts.
    ``about`` is what the case is about in one line (user, host, source), written when the case opens.
    ``grouping_key`` is what its alerts have in common, blank where a person opened it: by it, what comes after closing
    finds the case it follows.
    The instants are first occurrences, except ``closed_at``, the last.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, db_index=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True)
    title = models.TextField()
    about = models.TextField(default="", blank=True)
    state = models.CharField(max_length=15, choices=State, default=State.NEW)
    tier = models.CharField(max_length=2, choices=Tier, default=Tier.L1)
    severity = models.PositiveSmallIntegerField(choices=Severity, default=Severity.MEDIUM)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_cases",
        db_index=False,
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1)
    playbook_version = models.ForeignKey(PlaybookVersion, on_delete=models.PROTECT, related_name="cases")
    playbook_why = models.TextField(default="")
    techniques = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    alert_count = models.PositiveIntegerField(default=0)
    evidence_count = models.PositiveIntegerField(default=0)

    verdict = models.CharField(max_length=20, choices=Verdict, default="", blank=True)
    closed_how = models.CharField(max_length=12, default="", blank=True)
    closed_from = models.CharField(max_length=15, default="", blank=True)
    waiting_from = models.CharField(max_length=15, default="", blank=True)
    waiting_reason = models.TextField(default="", blank=True)
    wake_at = models.DateTimeField(null=True, blank=True)
    returned_question = models.TextField(default="", blank=True)
    grouping_key = models.CharField(max_length=64, db_default="", default="", blank=True)
    follows = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by", db_index=False
    )

    changed_by = models.CharField(max_length=150, default="", blank=True)
    changed_verb = models.CharField(max_length=60, default="", blank=True)
    changed_at = models.DateTimeField(db_default=Now())

    opened_at = models.DateTimeField(db_default=Now())
    first_event_at = models.DateTimeField(null=True, blank=True)
    detected_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(db_default=Now())
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    contained_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="closed", verdict__gt="") | (~models.Q(state="closed") & models.Q(verdict="")),
                name="case_has_a_verdict_when_closed",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="waiting") | models.Q(waiting_reason__gt=""), name="case_waits_for_a_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["team", "tier", "-severity", "id"],
                name="open_cases",
                condition=models.Q(state__in=["new", "triage", "waiting", "escalated", "investigating"]),
            ),
            models.Index(fields=["owner", "-id"], name="cases_of_owner"),
            models.Index(fields=["team", "-received_at"], name="cases_by_time"),
            models.Index(fields=["follows"], name="cases_that_follow"),
            models.Index(
                fields=["source", "grouping_key", "-closed_at"],
                name="closed_cases_of_key",
                condition=models.Q(state="closed") & ~models.Q(grouping_key=""),
            ),
            GinIndex(fields=["title"], name="case_title_words", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    @property
    def ref(self) -> str:
        return f"CB-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state != State.CLOSED

    @property
    def severity_word(self) -> str:
        return Severity(self.severity).word


class CaseObservable(models.Model):
    """An observable of a case: in how many of its alerts it stands. Its ends are as those of an alert's links."""

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="observable_links", db_index=False, db_constraint=False
    )
    observable = models.ForeignKey(
        Observable, on_delete=models.PROTECT, related_name="case_links", db_index=False, db_constraint=False
    )
    role = models.CharField(max_length=10, choices=LinkRole, default=LinkRole.RELATED)
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "observable", "role"], name="one_link_per_case_role")]
        indexes = [models.Index(fields=["observable", "-case"], name="cases_of_observable")]
