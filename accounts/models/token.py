"""Bearer tokens: shown once, kept as SHA-256, bound to a source or a person."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models.person import Person
from casebook.models import Source


class Token(models.Model):
    """``digest`` is the SHA-256 of 256 random bits; ``prefix`` finds it in a list and in a log.

    ``in_url`` marks a source key, for senders that cannot set headers: it stands in the address, creates alerts and
    does nothing else; it is no bearer token, and a bearer token is no source key.
    """

    digest = models.BinaryField(max_length=32, unique=True)
    prefix = models.CharField(max_length=12)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, null=True, blank=True, related_name="tokens")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="tokens")
    in_url = models.BooleanField(default=False)
    scopes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(source__isnull=False, person__isnull=True) | Q(source__isnull=True, person__isnull=False),
                name="token_is_bound_to_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"
