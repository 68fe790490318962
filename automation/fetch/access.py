"""Whose log system it is, and whose fetch."""

from __future__ import annotations

from django.db.models import QuerySet

from automation.models import LogFetch, LogSystem, SavedSearch
from casebook.actor import Actor
from casebook.errors import NotAllowed, NotFound
from casebook.sources.access import READ, WRITE


def readable(actor: Actor) -> QuerySet[LogSystem]:
    """Systems whose settings the actor sees. Raises NotAllowed where the role sees none."""
    teams = actor.teams(READ)
    if not teams:
        raise NotAllowed("Your role does not see the log systems.")
    return LogSystem.objects.filter(team__in=teams).select_related("team")


def seen(actor: Actor, system_id: int) -> LogSystem:
    """Raises NotFound."""
    found = readable(actor).filter(pk=system_id).first()
    if found is None:
        raise NotFound
    return found


def to_change(actor: Actor, system_id: int) -> LogSystem:
    """Locked for a change. Raises NotFound, or NotAllowed for who may look and not change."""
    found = seen(actor, system_id)
    if not actor.may(WRITE, found.team_id):
        raise NotAllowed("Only an administrator of its team changes a log system.")
    return LogSystem.objects.select_for_update(of=("self",), no_key=True).select_related("team").get(pk=system_id)


def search_seen(actor: Actor, search_id: int) -> SavedSearch:
    """Raises NotFound."""
    systems = readable(actor)
    found = SavedSearch.objects.filter(pk=search_id, system__in=systems).select_related("system__team").first()
    if found is None:
        raise NotFound
    return found


def fetch_seen(actor: Actor, fetch_id: int) -> LogFetch:
    """A fetch, by who reads its case. Raises NotFound."""
    teams = actor.teams("case.read")
    rows = LogFetch.objects.filter(pk=fetch_id, team__in=teams)
    found = rows.select_related("case__team", "case__owner", "evidence", "asked_by", "system").first()
    if found is None:
        raise NotFound(f"There is no fetch {fetch_id} that you may see.")
    return found
