"""Issue, resolve and revoke bearer tokens."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.actors import PersonActor, SourceActor
from accounts.models import Person, Token
from casebook.actor import Actor, Automation
from casebook.journal.record import record
from casebook.models import Source

PREFIX = "cb_"

# One statement answers everything a request needs of its token: who, still valid, and for a source its team, adapter
# and how old this process's tables in memory may be. No cache, so that a revoked token fails at once.
_RESOLVE = """
select t.id, t.scopes, t.person_id, t.source_id, s.team_id, s.slug, s.adapter, i.config_epoch,
       t.revoked_at is null as kept, t.expires_at > now() as fresh, coalesce(s.enabled, true) as enabled,
       s.grouping_window, s.on_closed_repeat, s.reopen_within
  from accounts_token t
  left join casebook_source s on s.id = t.source_id
  left join casebook_installation i on i.id = 1
 where t.digest = %s
"""


class TokenRefused(Exception):
    """The token is unknown, revoked, expired, or its source is switched off."""


def issue(*, source: Source | None = None, person: Person | None = None, scopes: list[str], days: int) -> str:
    """A new token, shown this once: 256 random bits behind a prefix that secret scanners can look for."""
    secret = PREFIX + secrets.token_urlsafe(32)
    Token.objects.create(
        digest=_digest(secret),
        prefix=secret[:10],
        source=source,
        person=person,
        scopes=scopes,
        expires_at=timezone.now() + timedelta(days=days),
    )
    return secret


def resolve(secret: str) -> PersonActor | SourceActor:
    """Whoever holds this token. Raises TokenRefused with the reason."""
    with connection.cursor() as cursor:
        cursor.execute(_RESOLVE, [_digest(secret)])
        row = cursor.fetchone()
    if row is None:
        raise TokenRefused("The token is not known.")
    token_id, scopes, person_id, source_id, team_id, slug, adapter, config_epoch, kept, fresh, enabled, *policy = row
    if not kept:
        raise TokenRefused("The token was revoked.")
    if not fresh:
        raise TokenRefused("The token has expired.")
    if source_id is not None:
        if not enabled:
            raise TokenRefused("The source is switched off.")
        return SourceActor(source_id, team_id, slug, token_id, adapter, config_epoch, *policy)
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


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
