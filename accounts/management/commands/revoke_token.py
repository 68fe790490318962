"""`manage.py revoke_token PREFIX`: from the next request on, the token or source key that begins so is refused."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Token
from accounts.tokens import KEPT, revoke

LEAST = 6


class Command(BaseCommand):
    help = "Revoke one token by its first characters. It is refused from the next request on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("prefix", help=f"the first {LEAST} to {KEPT} characters; the rest is secret and not needed")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = options["prefix"].strip()
        if len(asked) < LEAST:
            raise CommandError(f"Give at least {LEAST} characters.")
        found = list(Token.objects.filter(prefix__startswith=asked[:KEPT]).select_related("source", "person"))
        live = [token for token in found if token.revoked_at is None]
        if not found:
            raise CommandError("No token begins like that.")
        if not live:
            raise CommandError(f"{found[0].prefix}… was revoked already, on {found[0].revoked_at:%Y-%m-%d %H:%M} UTC.")
        if len(live) > 1:
            raise CommandError(f"Several tokens begin like that: {', '.join(f'{t.prefix}…' for t in live)}.")
        revoke(live[0])
        self.stdout.write(f"Revoked {live[0].prefix}… of {_whose(live[0])}.")


def _whose(token: Token) -> str:
    return f"source {token.source.slug}" if token.source else f"person {token.person}"
