"""One playbook as an analyst will see it and an author looks after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from casebook.actor import Actor
from casebook.attack.read import attack
from casebook.cases.queries import rows
from casebook.errors import Conflict, Invalid
from casebook.models import Case, PlaybookVersion, Section
from casebook.playbooks import drafts, edits, library, outline, versions
from casebook.playbooks.access import WRITE, may_write
from casebook.playbooks.outline import StepOutline
from casebook.reports import of_playbooks
from casebook.web.guard import signed_in
from casebook.web.verbs import said

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
def one(request: HttpRequest, slug: str) -> HttpResponse:
    """`/playbooks/<slug>/`: every step with what answers it, its polarity and its expression in words."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    version = library.version_of(actor, slug, request.GET.get("version"))
    every = library.versions_of(actor, version)
    with_it = Case.objects.visible_to(actor).open().filter(playbook_version__playbook=version.playbook_id)
    sections = _sections(version)
    context = {
        "version": version,
        "technique_name": attack().full_name(version.technique),
        "versions": _with_former(every),
        "published": next((one for one in every if one.state == "published"), None),
        "draft": next((one for one in every if one.state == "draft"), None),
        "sections": sections,
        "proposed": _proposed(sections),
        "open_cases": with_it.count(),
        "cases": rows(with_it).order_by("-severity", "id")[:CASES_SHOWN],
        "sees_cases": actor.may("case.read"),
        "sees_report": of_playbooks.sees(actor),
        "writes": may_write(actor, version.playbook),
    }
    return render(request, "casebook/playbook.html", context)


@require_POST
@signed_in(WRITE)
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a draft or open the one there is: at a ``step``, from a ``number``, or with a rule to ``confirm``."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    number = request.POST.get("number", "")
    try:
        found = drafts.begin(actor=actor, slug=slug, number=int(number) if number.isdecimal() else None)
        if key := request.POST.get("confirm", ""):
            _confirm(actor, found, key)
    except (Conflict, Invalid) as refused:
        messages.error(request, said(refused))
        return redirect(f"/playbooks/{slug}/")
    step = request.POST.get("confirm") or request.POST.get("step", "")
    return redirect(f"/playbooks/{slug}/edit/{f'?step={step}' if step else ''}")


@require_POST
@signed_in(WRITE)
def retire(request: HttpRequest, slug: str) -> HttpResponse:
    """Take it out of use, with the reason."""
    reason = request.POST.get("reason", "")
    return _done(
        request,
        slug,
        lambda: versions.retire(actor=request.actor, slug=slug, reason=reason),  # type: ignore[attr-defined]
        "Retired. Cases that follow it go on with it; new ones get another.",
    )


@require_POST
@signed_in(WRITE)
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """Say that it was read and is still right."""
    note = request.POST.get("note", "")
    return _done(
        request,
        slug,
        lambda: versions.review(actor=request.actor, slug=slug, note=note),  # type: ignore[attr-defined]
        "Noted: you reviewed it today.",
    )


def _done(request: HttpRequest, slug: str, act: Callable[[], Any], told: str) -> HttpResponse:
    try:
        act()
        messages.success(request, told)
    except (Conflict, Invalid) as refused:
        messages.error(request, said(refused))
    return redirect(f"/playbooks/{slug}/")


def _confirm(actor: Actor, found: PlaybookVersion, key: str) -> None:
    card = drafts.read(found).card
    if card is None:
        raise Invalid("The draft cannot be read as it stands: mend it first.")
    confirmed = edits.confirm(card, [key])
    drafts.save_card(actor=actor, slug=found.playbook.slug, card=confirmed, revision=found.revision)


def _sections(version: PlaybookVersion) -> list[SectionShown]:
    steps = outline.outlines(library.steps(version))
    grouped = groupby(steps, key=lambda one: one.step.section)
    return [SectionShown(key, *SECTIONS[Section(key)], list(found)) for key, found in grouped]


def _proposed(sections: list[SectionShown]) -> int:
    """Criteria a rule wrote and no author has confirmed."""
    return sum(one.clause is not None and not one.step.confirmed for section in sections for one in section.steps)


def _with_former(every: list[PlaybookVersion]) -> list[tuple[PlaybookVersion, PlaybookVersion | None]]:
    """Each version with the one before it, which it is compared with."""
    return list(zip(every, [*every[1:], None], strict=True))
