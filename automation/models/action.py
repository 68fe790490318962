"""One containment action on one target through one connector."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from automation.models.connector import Connector
from casebook.actor import Actor
from casebook.models import Case, Team


class ActionState(models.TextChoices):
    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    APPLYING = "applying"
    APPLIED = "applied"
    VERIFIED = "verified"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNDOING = "undoing"
    UNDONE = "undone"
    UNDO_FAILED = "undo_failed"


IN_FORCE = (
    ActionState.APPLYING,
    ActionState.APPLIED,
    ActionState.VERIFIED,
    ActionState.UNKNOWN,
    ActionState.UNDOING,
    ActionState.UNDO_FAILED,
)
"""What may be in effect at a target right now, the unknown included."""

OVER = (ActionState.REFUSED, ActionState.LAPSED, ActionState.WITHDRAWN, ActionState.FAILED, ActionState.UNDONE)
"""Nothing of these is in effect, and nothing more will happen to them by itself."""


class ActionQuerySet(models.QuerySet["Action"]):
    def visible_to(self, actor: Actor) -> ActionQuerySet:
        return self.filter(team_id__in=actor.teams("action.read"))

    def in_force(self) -> ActionQuerySet:
        return self.filter(state__in=IN_FORCE, ended_at=None)

    def waiting(self) -> ActionQuerySet:
        return self.filter(state=ActionState.REQUESTED)


class Action(models.Model):
    """What two people agreed to.

    ``approval_hash`` binds the approval to (connector, kind, target, parameters, expiry): any change voids it.
    ``apply_key`` and ``undo_key`` are the idempotency keys the target sees, committed before the call that carries
    them. ``undo`` is what the target said of itself just before we acted: what an undo restores and a read-back
    compares with. ``sent_at`` is when sending began, ``called_at`` when the last call began. ``fence`` guards the
    writes of a worker that was taken over. ``ended_at`` is set once nothing more can happen to it: a kind that cannot
    be undone ends when it is done, every other when it is undone or came to nothing.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="actions")
    connector = models.ForeignKey(Connector, on_delete=models.PROTECT, related_name="actions")
    kind = models.CharField(max_length=30)
    target = models.CharField(max_length=255)
    parameters = models.JSONField(default=dict, blank=True)
    expires_in_s = models.PositiveIntegerField(null=True, blank=True)
    reason = models.TextField()
    state = models.CharField(max_length=12, choices=ActionState, default=ActionState.REQUESTED)
    critical = models.BooleanField(default=False)
    guard_rails = models.JSONField(default=list, blank=True)
    reach = models.JSONField(default=dict, blank=True)
    undo = models.JSONField(null=True, blank=True)
    undo_text = models.TextField(blank=True, default="")
    approval_hash = models.CharField(max_length=64, blank=True, default="")
    apply_key = models.UUIDField(null=True, blank=True)
    undo_key = models.UUIDField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    outcome = models.TextField(blank=True, default="")
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField(db_default=Now())
    lapses_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    called_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    undoing_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    overdue_at = models.DateTimeField(null=True, blank=True, help_text="when it was said that its time is over")

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")), name="four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "refused", "lapsed", "withdrawn"])
                | Q(approved_by__isnull=False, approval_hash__gt=""),
                name="nothing_is_applied_without_approval",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "refused", "lapsed", "withdrawn", "approved", "failed"])
                | Q(apply_key__isnull=False, sent_at__isnull=False),
                name="nothing_is_sent_without_a_key",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "lapsed", "withdrawn", "failed", "undone"])
                | Q(ended_at__isnull=False),
                name="what_is_over_has_an_end",
            ),
            models.UniqueConstraint(
                fields=["connector", "kind", "target"],
                condition=Q(ended_at__isnull=True),
                name="one_open_action_per_target",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "id"], name="actions_of_case"),
            models.Index(fields=["team", "state"], name="actions_by_state"),
            models.Index(fields=["team", "kind", "-approved_at"], name="actions_by_hour"),
            models.Index(fields=["team", "-ended_at"], name="actions_that_ended"),
            models.Index(fields=["state"], name="actions_open", condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target}"
