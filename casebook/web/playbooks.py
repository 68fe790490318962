"""The library, and one playbook as an analyst will see it."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casebook.actor import Actor
from casebook.models import Case, PlaybookVersion, Section
from casebook.playbooks import library, outline
from casebook.web.guard import signed_in

SECTION_NAMES = {
    Section.LOG_SOURCE: "Log sources",
    Section.INDICATOR: "Indicators",
    Section.QUESTION: "Questions",
    Section.CRITERION: "Escalation criteria",
    Section.L1_STEP: "L1 steps",
    Section.T2_ACTION: "T2 actions",
    Section.CONTAINMENT: "Containment",
}


@require_safe
@signed_in("playbook.read")
def listing(request: HttpRequest) -> HttpResponse:
    """`/playbooks/`: what is published, searchable."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    versions = list(library.published(actor, request.GET.dict()).order_by("technique", "playbook__slug")[:500])
    summaries = outline.summaries(versions)
    rows = [{"version": version, "summary": summaries[version.pk]} for version in versions]
    return render(request, "casebook/playbooks.html", {"rows": rows, "asked": request.GET})


@require_safe
@signed_in("playbook.read")
def one(request: HttpRequest, slug: str) -> HttpResponse:
    """`/playbooks/<slug>/`: every step with what answers it, its polarity and its expression in words."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    version = library.version_of(actor, slug, request.GET.get("version"))
    steps = groupby(library.steps(version), key=lambda step: step.section)
    numbers = PlaybookVersion.objects.filter(playbook=version.playbook).order_by("-number")
    context = {
        "version": version,
        "versions": numbers,
        "sections": [
            (SECTION_NAMES[Section(section)], [outline.step(step) for step in found]) for section, found in steps
        ],
        "open_cases": Case.objects.visible_to(actor).open().filter(playbook_version__playbook=version.playbook).count(),
    }
    return render(request, "casebook/playbook.html", context)
