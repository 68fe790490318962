"""Two versions of a playbook side by side, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casebook.actor import Actor
from casebook.models import PlaybookVersion, Section
from casebook.playbooks import library, versions
from casebook.playbooks.access import may_write
from casebook.playbooks.compare import Comparison, StepDiff
from casebook.web.guard import signed_in
from casebook.web.playbook_page import SECTIONS


@dataclass(frozen=True)
class Stretch:
    """Steps that follow each other and all changed, or all stayed the same; those are folded."""

    same: bool
    lines: list[StepDiff]


@dataclass(frozen=True)
class SectionDiff:
    key: str
    name: str
    changed: int
    stretches: list[Stretch]


@require_safe
@signed_in("playbook.read")
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """`/playbooks/<slug>/diff/?from=1&to=2`: any two versions; left out, the last one and the one before it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    new = library.version_of(actor, slug, request.GET.get("to") or _newest(actor, slug))
    every = library.versions_of(actor, new)
    old = library.version_of(actor, slug, request.GET.get("from") or str(_before(every, new).number))
    found = versions.between(old, new)
    context = {
        "old": old,
        "new": new,
        "versions": every,
        "comparison": found,
        "head": _head(old, new),
        "sections": sections_of(found),
        "writes": may_write(actor, new.playbook),
    }
    return render(request, "casebook/diff.html", context)


def sections_of(found: Comparison) -> list[SectionDiff]:
    """The comparison as the page shows it."""
    return [
        SectionDiff(
            key=key,
            name=SECTIONS[Section(key)][0],
            changed=sum(bool(line.kinds) for line in lines),
            stretches=[Stretch(same, list(group)) for same, group in groupby(lines, key=lambda line: not line.kinds)],
        )
        for key, lines in found.sections
    ]


def _newest(actor: Actor, slug: str) -> str:
    return str(library.versions_of(actor, library.version_of(actor, slug))[0].number)


def _before(every: list[PlaybookVersion], new: PlaybookVersion) -> PlaybookVersion:
    """The version a draft was begun from, else the one before; itself where it is the first."""
    based = next((one for one in every if one.pk == new.based_on_id), None)
    return based or next((one for one in every if one.number < new.number), new)


def _head(old: PlaybookVersion, new: PlaybookVersion) -> list[tuple[str, str, str]]:
    """What the card says of itself, where it changed."""
    said = [
        ("Name", old.name, new.name),
        ("Technique", old.technique, new.technique),
        ("Techniques", ", ".join(old.techniques), ", ".join(new.techniques)),
        ("Also serves", ", ".join(old.also_for), ", ".join(new.also_for)),
        ("Tactics", ", ".join(old.tactics), ", ".join(new.tactics)),
    ]
    return [(name, before, after) for name, before, after in said if before != after]
