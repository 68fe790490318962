"""Whose context it is: what is fetched here, the actor may change."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import QuerySet

from casebook.actor import Actor
from casebook.errors import Invalid, NotAllowed, NotFound
from casebook.models import AllowEntry, Asset, ChangeWindow, KnownPerson, NetworkRange, Team

READ, WRITE = "context.read", "context.write"
Row = TypeVar("Row", NetworkRange, Asset, KnownPerson, AllowEntry, ChangeWindow)


def readable(actor: Actor) -> QuerySet[Team]:
    """The teams whose context the actor may see. Raises NotAllowed where there is none."""
    teams = actor.teams(READ)
    if not teams:
        raise NotAllowed("Your role does not see the context: what the organisation knows of itself.")
    return Team.objects.filter(pk__in=teams)


def require_team(actor: Actor, team_id: int) -> Team:
    """A team whose context the actor may change.

    Raises NotFound for a team they are not in, NotAllowed where they may look and not change.
    """
    team = Team.objects.filter(pk=team_id, pk__in=actor.teams(READ) | actor.teams(WRITE)).first()
    if team is None:
        raise NotFound("There is no such team that you may see.")
    if not actor.may(WRITE, team.pk):
        raise NotAllowed("Only a lead or an administrator changes the context.")
    return team


def team_named(actor: Actor, slug: str) -> int:
    """The team of a slug, else the only one whose context the actor changes.

    Raises NotFound for a team they are not in, Invalid where it must be said which, NotAllowed where there is none.
    """
    mine = Team.objects.filter(pk__in=actor.teams(READ) | actor.teams(WRITE))
    if slug:
        named = mine.filter(slug=slug).first()
        if named is None:
            raise NotFound(f"There is no team {slug} that you may see.")
        return named.pk
    changeable = actor.teams(WRITE)
    if len(changeable) > 1:
        slugs = ", ".join(team.slug for team in mine)
        raise Invalid("Say which team it belongs to.", errors={"team": [f"one of {slugs}"]})
    only = next(iter(changeable), None) or mine.values_list("pk", flat=True).first()
    if only is None:
        raise NotAllowed("Only a lead or an administrator changes the context.")
    return only  # where they may only look, the verb says what their role lacks


def there(actor: Actor, rows: QuerySet[Row]) -> Row:
    """The one row, which the actor may change. Raises NotFound where they may not even know of it."""
    found = rows.filter(team_id__in=actor.teams(READ) | actor.teams(WRITE)).first()
    if found is None:
        raise NotFound
    require_team(actor, found.team_id)
    return found
