"""Who outside is told what happens to cases, and each telling."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from casebook.models import Source, Team


class Webhook(models.Model):
    """One listener of one team. ``form`` names a module of `automation/webhooks/forms`: what the call looks like.

    ``verbs`` are those of the journal it hears of; ``source`` narrows it to cases of one source. ``reach`` is where it
    may stand: public, private or local. ``settings`` is what its administrator may read; ``sealed`` is the secret,
    which no page and no answer ever shows again.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="webhooks")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="webhooks", null=True, blank=True)
    name = models.CharField(max_length=120)
    form = models.CharField(max_length=30, default="signed")
    url = models.CharField(max_length=2000)
    reach = models.CharField(max_length=10, default="public")
    verbs = ArrayField(models.CharField(max_length=60), default=list)
    settings = models.JSONField(default=dict, blank=True)
    sealed = models.BinaryField(default=b"")
    enabled = models.BooleanField(default=True)
    stopped_why = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["team", "name"]
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="one_webhook_per_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """Where its secret is sealed for, see `automation.vault`."""
        return f"webhook:{self.pk}:secret"


class Delivery(models.Model):
    """One entry told to one webhook. Rows of one webhook and case go out in the order of their ids.

    ``state``: waiting, delivered, given_up. ``body`` is what was or will be told, fixed when it was planned; a row is
    sent again under the same ``key``, so that a receiver can tell a repeat. ``resent`` marks what a person asked for: a
    copy, or a test message, which is of no case and no entry (both 0).
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        GIVEN_UP = "given_up", "given up"

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    case_id = models.BigIntegerField()
    entry_id = models.BigIntegerField()
    verb = models.CharField(max_length=60)
    key = models.CharField(max_length=40)
    body = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    resent = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.TextField(default="", blank=True)
    took_ms = models.PositiveIntegerField(null=True, blank=True)
    planned_at = models.DateTimeField(db_default=Now())
    next_at = models.DateTimeField(db_default=Now())
    tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "entry_id"], condition=Q(resent=False), name="one_delivery_per_entry"
            )
        ]
        indexes = [
            models.Index(fields=["webhook", "case_id", "id"], condition=Q(state="waiting"), name="deliveries_waiting"),
            models.Index(fields=["webhook", "-id"], name="deliveries_of_webhook"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} of {self.case_ref}" if self.case_id else self.verb

    @property
    def case_ref(self) -> str:
        """``CB-7``, or "" for a test message."""
        return f"CB-{self.case_id}" if self.case_id else ""


class OutboxPlace(models.Model):
    """One row, id 1: up to where the journal has been read for webhooks. Whoever plans holds its lock."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    epoch = models.IntegerField(default=0)
    tx = models.BigIntegerField(default=0)
    entry_id = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="outbox_place_is_one_row")]
