"""Whose source it is: what is fetched here, the actor may see or change."""

from __future__ import annotations

from django.db.models import QuerySet

from casebook.actor import Actor
from casebook.errors import NotAllowed, NotFound
from casebook.models import Source, Team

READ, WRITE = "source.read", "source.write"


def readable(actor: Actor) -> QuerySet[Source]:
    """The sources the actor may see. Raises NotAllowed where the role sees none."""
    teams = actor.teams(READ)
    if not teams:
        raise NotAllowed("Your role does not see the sources.")
    return Source.objects.filter(team__in=teams).select_related("team")


def seen(actor: Actor, slug: str) -> Source:
    """A source by its slug. Raises NotFound where there is none that the actor may see."""
    found = readable(actor).filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no such source that you may see.")
    return found


def to_change(actor: Actor, slug: str) -> Source:
    """A source locked for a change. Raises NotFound, or NotAllowed where the actor may look and not change."""
    found = seen(actor, slug)
    if not actor.may(WRITE, found.team_id):
        raise NotAllowed("Only an administrator of its team changes a source.")
    return Source.objects.select_for_update(of=("self",), no_key=True).select_related("team").get(pk=found.pk)


def require_team(actor: Actor, slug: str, *, things: str = "sources") -> Team:
    """A team in which the actor may make sources, or other ``things`` of that right. Raises NotFound, NotAllowed."""
    team = Team.objects.filter(slug=slug, pk__in=actor.teams(READ) | actor.teams(WRITE)).first()
    if team is None:
        raise NotFound("There is no such team that you may see.")
    if not actor.may(WRITE, team.pk):
        raise NotAllowed(f"Only an administrator of a team makes {things} for it.")
    return team
