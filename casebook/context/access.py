"""Whose context it is: what is fetched here, the actor may change."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import QuerySet

from casebook.actor import Actor
from casebook.errors import NotAllowed, NotFound
from casebook.models import Asset, NetworkRange, Team

READ, WRITE = "context.read", "context.write"
Row = TypeVar("Row", NetworkRange, Asset)


def readable(actor: Actor) -> QuerySet[Team]:
    """The teams whose context the actor may see. Raises NotAllowed where there is none."""
    teams = actor.teams(READ)
    if not teams:
        raise NotAllowed("Your role does not see the context (ranges and assets).")
    return Team.objects.filter(pk__in=teams)


def require_team(actor: Actor, team_id: int) -> Team:
    """A team whose context the actor may change.

    Raises NotFound for a team they are not in, NotAllowed where they may look and not change.
    """
    team = Team.objects.filter(pk=team_id, pk__in=actor.teams(READ) | actor.teams(WRITE)).first()
    if team is None:
        raise NotFound("There is no such team that you may see.")
    if not actor.may(WRITE, team.pk):
        raise NotAllowed("Only a lead or an administrator changes ranges and assets.")
    return team


def there(actor: Actor, rows: QuerySet[Row]) -> Row:
    """The one row, which the actor may change. Raises NotFound where they may not even know of it."""
    found = rows.filter(team_id__in=actor.teams(READ) | actor.teams(WRITE)).first()
    if found is None:
        raise NotFound
    require_team(actor, found.team_id)
    return found
