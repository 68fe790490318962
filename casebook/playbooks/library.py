"""The library as people search it: one line a playbook, and one version of one as it is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, F, Func, OuterRef, Q, QuerySet

from casebook.actor import Actor
from casebook.errors import NotFound
from casebook.models import Case, PlaybookVersion, Section, Step
from casebook.playbooks.access import visible
from casebook.playbooks.techniques import normalise

SECTION_ORDER = list(Section.values)
STATE = PlaybookVersion.State


@dataclass(frozen=True)
class Facets:
    """What a search may be narrowed to: tactics, libraries and teams there are, and how many stand in each state."""

    tactics: list[str]
    libraries: list[str]
    teams: list[tuple[str, str]]
    states: dict[str, int]


def published(actor: Actor, asked: Mapping[str, str]) -> QuerySet[PlaybookVersion]:
    """Published versions the actor may read, narrowed as `search` does."""
    return search(actor, {**asked, "state": STATE.PUBLISHED})


def search(actor: Actor, asked: Mapping[str, str]) -> QuerySet[PlaybookVersion]:
    """One version of each playbook that stands in ``state`` (published unless asked), narrowed by ``technique``,
    ``tactic``, ``library``, ``team`` (a slug) and the words ``q`` of its name, its slug or its steps.

    A playbook is *retired* once no version of it is published; its newest one stands for it.
    """
    found = in_state(actor, asked.get("state") or STATE.PUBLISHED)
    if technique := asked.get("technique", "").strip():
        found = found.filter(_serves(technique))
    if tactic := asked.get("tactic"):
        found = found.filter(tactics__contains=[tactic])
    if name := asked.get("library"):
        found = found.filter(playbook__library=name)
    if team := asked.get("team"):
        found = found.filter(playbook__team__slug=team)
    if words := asked.get("q", "").strip():
        found = found.filter(_speaks_of(words))
    return found


def in_state(actor: Actor, state: str) -> QuerySet[PlaybookVersion]:
    """The version that stands for each playbook of a state."""
    found = visible(actor).filter(state=state)
    if state != STATE.RETIRED:
        return found
    newer = PlaybookVersion.objects.filter(
        Q(state=STATE.PUBLISHED) | Q(state=STATE.RETIRED, number__gt=OuterRef("number")), playbook=OuterRef("playbook")
    )
    return found.filter(~Exists(newer))


def facets(actor: Actor) -> Facets:
    """What there is to choose from, over all the actor may read. Three queries."""
    seen = visible(actor)
    owners = list(seen.values_list("playbook__library", "playbook__team__slug", "playbook__team__name").distinct())
    tactics = seen.annotate(tactic=Func(F("tactics"), function="unnest")).order_by().values_list("tactic", flat=True)
    states = {name: in_state(actor, name).order_by().values("pk") for name in STATE.values}
    counts = PlaybookVersion.objects.aggregate(
        **{name: Count("pk", filter=Q(pk__in=found)) for name, found in states.items()}
    )
    return Facets(
        tactics=sorted(tactics.distinct()),
        libraries=sorted({library for library, _, _ in owners}),
        teams=sorted({(slug, name) for _, slug, name in owners if slug}),
        states=counts,
    )


def open_cases(actor: Actor, versions: Iterable[PlaybookVersion]) -> dict[int, int]:
    """Open cases the actor may see, by playbook id, whichever version they follow."""
    books = [version.playbook_id for version in versions]
    found = Case.objects.visible_to(actor).open().filter(playbook_version__playbook__in=books).order_by()
    return dict(found.values_list("playbook_version__playbook").annotate(n=Count("pk")))


def version_of(actor: Actor, slug: str, number: str | None = None) -> PlaybookVersion:
    """A version of a playbook by number; else the published one, the newest retired one, or its draft, in this order.

    Raises NotFound.
    """
    found = visible(actor).filter(playbook__slug=slug)
    if number:
        version = found.filter(number=int(number) if number.isdecimal() and len(number) < 9 else -1).first()
    else:
        standing = {STATE.PUBLISHED: 0, STATE.RETIRED: 1, STATE.DRAFT: 2}
        version = min(found, key=lambda one: (standing[STATE(one.state)], -one.number), default=None)
    if version is None:
        raise NotFound(f"There is no playbook {slug} that you may see.")
    return version


def versions_of(actor: Actor, version: PlaybookVersion) -> list[PlaybookVersion]:
    """All versions of its playbook that the actor may read, newest first, without their texts."""
    return list(visible(actor).filter(playbook=version.playbook_id).order_by("-number").defer("card", "cells"))


def steps(version: PlaybookVersion) -> list[Step]:
    """All steps in the order of the rail."""
    return in_rail_order(version.steps.all())


def in_rail_order(steps: Iterable[Step]) -> list[Step]:
    """The order an analyst works in, which is not the card's: L1's steps come before the criteria."""
    return sorted(steps, key=lambda step: (SECTION_ORDER.index(step.section), step.position))


def _serves(technique: str) -> Q:
    """A technique it is for or also serves, however the id is written; or the beginning of its id."""
    exact = normalise(technique)
    begins = Q(technique__istartswith=exact or technique)
    return begins | Q(techniques__contains=[exact]) | Q(also_for__contains=[exact]) if exact else begins


def _speaks_of(words: str) -> Q:
    in_steps = Step.objects.filter(version=OuterRef("pk"), text__icontains=words)
    if normalise(words):
        return _serves(words)
    named = Q(name__icontains=words) | Q(playbook__slug__icontains=words) | Q(technique__istartswith=words)
    return named | Q(Exists(in_steps))
