"""Tokens and source keys of a source: issued, renewed with an overlap in which both count, revoked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Least, Now

from accounts.models import Token
from accounts.tokens import issue, revoke
from casebook.actor import Actor
from casebook.errors import Invalid, NotFound, WrongState
from casebook.journal.record import record
from casebook.models import Source
from casebook.sources.access import READ, seen, to_change

DAYS_MOST, DAYS = 3650, 365
OVERLAP_MOST_H, OVERLAP_H = 30 * 24, 24
SCOPES = ["alerts"]


@dataclass(frozen=True)
class Issued:
    """A token, and its secret: shown this once. ``replaces`` is the one it was made in place of."""

    token: Token
    secret: str
    replaces: Token | None = None


def of_source(actor: Actor, slug: str) -> QuerySet[Token]:
    """Those that count come first, then the newest. Raises NotFound or NotAllowed."""
    return Token.objects.filter(source=seen(actor, slug)).order_by("-revoked_at", "-pk")


def issue_for(*, actor: Actor, slug: str, days: int = DAYS, in_url: bool = False) -> Issued:
    """A new one beside those there are. Raises Invalid, NotFound or NotAllowed."""
    _within("days", days, DAYS_MOST)
    with transaction.atomic():
        return _issue(actor, to_change(actor, slug), days, in_url)


def renew(*, actor: Actor, token_id: int, overlap_h: int = OVERLAP_H, days: int | None = None) -> Issued:
    """Another in its place, for as many days as the old one had; the old one counts for ``overlap_h`` hours more, so
    that no sender stands before a shut door. Raises Invalid, NotFound, NotAllowed, or WrongState for one that counts no
    more."""
    if days is not None:
        _within("days", days, DAYS_MOST)
    _within("overlap_h", overlap_h, OVERLAP_MOST_H, least=0)
    with transaction.atomic():
        old, source = _live(actor, token_id)
        made = _issue(actor, source, days or _days_of(old), old.in_url)
        ends = Least("expires_at", Now() + timedelta(hours=overlap_h))
        Token.objects.filter(pk=old.pk).update(expires_at=ends)
        told = {"prefix": old.prefix, "by": made.token.prefix, "hours": overlap_h}
        record(actor, "token.renewed", f"token:{old.pk}", told, team_id=source.team_id)
        old.refresh_from_db()
    return replace(made, replaces=old)


def revoke_of(*, actor: Actor, token_id: int) -> Token:
    """At once. Raises NotFound, NotAllowed, or WrongState for one that counts no more."""
    with transaction.atomic():
        token, _ = _live(actor, token_id)
        revoke(token, actor=actor)
    return token


def _issue(actor: Actor, source: Source, days: int, in_url: bool) -> Issued:
    secret = issue(source=source, scopes=SCOPES, days=days, in_url=in_url)
    token = Token.objects.filter(source=source).latest("pk")
    whom = f"source {source.slug}"
    record(actor, "token.issued", f"token:{token.pk}", {"whom": whom, "scopes": SCOPES}, team_id=source.team_id)
    return Issued(token, secret)


def _days_of(token: Token) -> int:
    """How long it was to count from the first, as it stands now; less than half a day is the usual."""
    return round((token.expires_at - token.created_at) / timedelta(days=1)) or DAYS


def _live(actor: Actor, token_id: int) -> tuple[Token, Source]:
    found = Token.objects.filter(pk=token_id, source__team__in=actor.teams(READ)).select_related("source").first()
    if found is None or found.source is None:
        raise NotFound("There is no such token that you may see.")
    source = to_change(actor, found.source.slug)
    live = (
        Token.objects.select_for_update(of=("self",)).filter(pk=token_id, revoked_at=None, expires_at__gt=Now()).first()
    )
    if live is None:
        raise WrongState("This token counts no more.")
    return live, source


def _within(name: str, number: int, most: int, *, least: int = 1) -> None:
    if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
        raise Invalid(f"{name} is out of bounds.", errors={name: [f"a whole number from {least} to {most:,}"]})
