"""The library as people search it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from casebook.actor import Actor
from casebook.errors import NotFound
from casebook.models import PlaybookVersion, Section, Step

SECTION_ORDER = list(Section.values)


def published(actor: Actor, asked: Mapping[str, str]) -> QuerySet[PlaybookVersion]:
    """Published versions the actor's teams may use, filtered by ``technique``, ``library`` and words ``q``."""
    found = _visible(actor).filter(state=PlaybookVersion.State.PUBLISHED)
    if technique := asked.get("technique"):
        found = found.filter(technique__istartswith=technique)
    if name := asked.get("library"):
        found = found.filter(playbook__library=name)
    if words := asked.get("q"):
        found = found.filter(Q(name__icontains=words) | Q(playbook__slug__icontains=words))
    return found


def version_of(actor: Actor, slug: str, number: str | None = None) -> PlaybookVersion:
    """A version of a playbook by number, or the newest. Raises NotFound."""
    found = _visible(actor).filter(playbook__slug=slug).order_by("-number")
    if number:
        found = found.filter(number=int(number) if number.isdecimal() and len(number) < 9 else -1)
    version = found.first()
    if version is None:
        raise NotFound(f"There is no playbook {slug} that you may see.")
    return version


def steps(version: PlaybookVersion) -> list[Step]:
    """All steps in the card's own order."""
    return sorted(version.steps.all(), key=lambda step: (SECTION_ORDER.index(step.section), step.position))


def _visible(actor: Actor) -> QuerySet[PlaybookVersion]:
    of_teams = Q(playbook__team=None) | Q(playbook__team_id__in=actor.teams("playbook.read"))
    return PlaybookVersion.objects.filter(of_teams).select_related("playbook")
