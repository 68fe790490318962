"""Issue, resolve and revoke bearer tokens."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.actors import PersonActor, SourceActor
from accounts.models import Person, Token
from casebook.actor import Actor, Automation
from casebook.journal.record import record
from casebook.models import Source

PREFIX, KEY_PREFIX = "cb_", "cbk_"
KEPT = 10
"""So many of its first characters are kept, to name a token by."""

# One statement answers everything a request needs of its token: who, still valid, and for a source its team, adapter
# and how old this process's tables in memory may be. No cache, so that a revoked token fails at once.
_RESOLVE = """
select t.id, t.scopes, t.person_id, t.revoked_at is null as kept, t.expires_at > now() as fresh,
       coalesce(s.enabled, true) as enabled, t.source_id, s.team_id, s.slug, t.id, i.config_epoch, s.grouping_window,
       s.on_closed_repeat, s.reopen_within, s.grouping_on, s.contract_per_minute, s.zone, s.field_map
  from accounts_token t
  left join casebook_source s on s.id = t.source_id
  left join casebook_installation i on i.id = 1
 where t.digest = %s and t.in_url = %s
"""


class TokenRefused(Exception):
    """The token is unknown, revoked, expired, or its source is switched off."""


def issue(
    *, source: Source | None = None, person: Person | None = None, scopes: list[str], days: int, in_url: bool = False
) -> str:
    """A new token, shown this once: 256 random bits behind a prefix that secret scanners can look for.

    ``in_url`` makes it a source key: it stands in an address, sends alerts there, and is no bearer token.
    """
    secret = (KEY_PREFIX if in_url else PREFIX) + secrets.token_urlsafe(32)
    Token.objects.create(
        digest=_digest(secret),
        prefix=secret[:KEPT],
        source=source,
        person=person,
        in_url=in_url,
        scopes=scopes,
        expires_at=timezone.now() + timedelta(days=days),
    )
    return secret


def resolve(secret: str, *, in_url: bool = False) -> PersonActor | SourceActor:
    """Whoever holds this token, or source key. Raises TokenRefused with the reason."""
    row = _looked_up(_digest(secret), in_url)
    if row is None:
        raise TokenRefused("The token is not known.")
    token_id, scopes, person_id, kept, fresh, enabled, source_id, *of_source = row
    if not kept:
        raise TokenRefused("The token was revoked.")
    if not fresh:
        raise TokenRefused("The token has expired.")
    if source_id is not None:
        if not enabled:
            raise TokenRefused("The source is switched off.")
        return SourceActor(source_id, *of_source)
    person = Person.objects.get(pk=person_id)
    if not person.is_active:
        raise TokenRefused("The person behind the token is no longer active.")
    return PersonActor(person, token_id=token_id, scopes=frozenset(scopes))


def revoke(token: Token, *, actor: Actor | None = None) -> None:
    """From the next request on it is refused. Revoking again changes nothing."""
    with transaction.atomic():
        if not Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=Now()):
            return
        team_id = token.source.team_id if token.source else None
        by = actor or Automation(name="manage.py")
        record(by, "token.revoked", f"token:{token.pk}", {"prefix": token.prefix}, team_id=team_id)


def _looked_up(digest: bytes, in_url: bool) -> tuple[Any, ...] | None:
    """The row behind a secret. It is the first statement of a request, and so its check of the connection too: one that
    went away while it lay idle is opened again, once, instead of being asked beforehand."""
    fresh = connection.connection is None
    try:
        row = _resolved(digest, in_url)
    except (OperationalError, InterfaceError):
        if fresh or connection.in_atomic_block:
            raise
        connection.close()
        row = _resolved(digest, in_url)
    connection.health_check_done = True  # type: ignore[attr-defined]
    return row


def _resolved(digest: bytes, in_url: bool) -> tuple[Any, ...] | None:
    connection.ensure_connection()
    # psycopg's own cursor: Django's binds on the client, and a statement so bound is never prepared.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        row: tuple[Any, ...] | None = cursor.execute(_RESOLVE, [digest, in_url], prepare=True).fetchone()
        return row


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
