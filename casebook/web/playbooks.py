"""The library, and one playbook as an analyst will see it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casebook.actor import Actor
from casebook.cases.queries import rows
from casebook.models import Case, PlaybookVersion, Section
from casebook.playbooks import library, outline
from casebook.playbooks.digest import summary_of
from casebook.playbooks.outline import StepOutline
from casebook.plugins import table
from casebook.web.guard import signed_in

MOST = 500
CASES_SHOWN = 10
SECTIONS = {
    Section.LOG_SOURCE: ("Log sources", "Which logs the analysis needs, and why."),
    Section.INDICATOR: ("Indicators", "What to look for first. Computed where a detector can, never required."),
    Section.QUESTION: ("Questions", "Each is answered by a person; where a detector can look, it proposes."),
    Section.L1_STEP: ("L1 steps", "Done beside the questions and ticked off with a note."),
    Section.CRITERION: ("Escalation criteria", "One confirmed criterion met is enough to escalate."),
    Section.T2_ACTION: ("T2 actions", "Become tasks once T2 has accepted the hand-over."),
    Section.CONTAINMENT: ("Containment", "Offered where the case has a target that fits; two people agree to each."),
}


@dataclass(frozen=True)
class SectionShown:
    """A section of a card as the page shows it."""

    key: str
    name: str
    hint: str
    steps: list[StepOutline]


@require_safe
@signed_in("playbook.read")
def listing(request: HttpRequest) -> HttpResponse:
    """`/playbooks/`: what is published, searchable."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = library.published(actor, request.GET.dict()).order_by("technique", "playbook__slug")
    versions = list(found.select_related("playbook__team")[: MOST + 1])
    here = table("DETECTORS").keys()
    context = {
        "rows": [{"version": version, "summary": summary_of(version.digest, here)} for version in versions[:MOST]],
        "more": len(versions) > MOST,
        "most": MOST,
        "asked": request.GET,
    }
    return render(request, "casebook/playbooks.html", context)


@require_safe
@signed_in("playbook.read")
def one(request: HttpRequest, slug: str) -> HttpResponse:
    """`/playbooks/<slug>/`: every step with what answers it, its polarity and its expression in words."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    version = library.version_of(actor, slug, request.GET.get("version"))
    versions = list(
        PlaybookVersion.objects.filter(playbook=version.playbook).order_by("-number").defer("card", "cells")
    )
    with_it = Case.objects.visible_to(actor).open().filter(playbook_version__playbook=version.playbook)
    context = {
        "version": version,
        "versions": versions,
        "newest": versions[0],
        "newest_url": f"/playbooks/{version.playbook.slug}/",
        "sections": _sections(version),
        "open_cases": with_it.count(),
        "cases": rows(with_it).order_by("-severity", "id")[:CASES_SHOWN],
        "sees_cases": actor.may("case.read"),
    }
    return render(request, "casebook/playbook.html", context)


def _sections(version: PlaybookVersion) -> list[SectionShown]:
    steps = outline.outlines(library.steps(version))
    grouped = groupby(steps, key=lambda one: one.step.section)
    return [SectionShown(key, *SECTIONS[Section(key)], list(found)) for key, found in grouped]
