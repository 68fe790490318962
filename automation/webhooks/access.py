"""Whose webhook it is."""

from __future__ import annotations

from django.db.models import QuerySet

from automation.models import Webhook
from casebook.actor import Actor
from casebook.errors import NotAllowed, NotFound
from casebook.sources.access import READ, WRITE


def readable(actor: Actor) -> QuerySet[Webhook]:
    """Raises NotAllowed where the role sees none."""
    teams = actor.teams(READ)
    if not teams:
        raise NotAllowed("Your role does not see the webhooks.")
    return Webhook.objects.filter(team__in=teams).select_related("team", "source")


def seen(actor: Actor, hook_id: int) -> Webhook:
    """Raises NotFound."""
    found = readable(actor).filter(pk=hook_id).first()
    if found is None:
        raise NotFound
    return found


def to_change(actor: Actor, hook_id: int) -> Webhook:
    """Locked for a change. Raises NotFound, or NotAllowed for who may look and not change."""
    found = seen(actor, hook_id)
    if not actor.may(WRITE, found.team_id):
        raise NotAllowed("Only an administrator of its team changes a webhook.")
    return Webhook.objects.select_for_update(of=("self",), no_key=True).select_related("team", "source").get(pk=hook_id)
