"""The end of a draft: published with a note, or thrown away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from casebook.actor import Actor
from casebook.errors import Conflict, Invalid
from casebook.playbooks import drafts, versions
from casebook.playbooks.access import WRITE
from casebook.web.guard import signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(WRITE)
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """`/playbooks/<slug>/publish/`: what would change for whom, the note, the act. A script asks for the form only."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            version = versions.publish(
                actor=actor,
                slug=slug,
                revision=_number(request, "revision") or 0,
                note=request.POST.get("note", ""),
                over=_number(request, "over"),
            )
        except (Conflict, Invalid) as refused:
            return _form(request, slug, refused)
        messages.success(request, f"Version {version.number} is published: new cases get it.")
        return redirect(f"/playbooks/{slug}/")
    return _form(request, slug, None)


@require_POST
@signed_in(WRITE)
def discard(request: HttpRequest, slug: str) -> HttpResponse:
    """Throw the draft away."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    playbook = drafts.fetch(actor, slug).playbook
    drafts.discard(actor=actor, slug=slug)
    messages.success(request, f"The draft of {slug} is thrown away.")
    gone = not playbook.__class__.objects.filter(pk=playbook.pk).exists()
    return redirect("/playbooks/" if gone else f"/playbooks/{slug}/")


def _form(request: HttpRequest, slug: str, refused: Conflict | Invalid | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    draft = drafts.fetch(actor, slug)
    former = versions.published(draft.playbook)
    base = former or draft.based_on
    context: dict[str, Any] = {
        "draft": draft,
        "number": versions.next_number(draft),
        "slug": slug,
        "former": former,
        "base": base,
        "changes": versions.between(base, draft) if base else None,
        "flaws": drafts.read(draft).flaws,
        "keep": versions.cases_that_keep(draft.playbook),
        "moved_on": versions.moved_on(draft, former),
        "refused": refused,
        "note": request.POST.get("note", ""),
        "over": _number(request, "over"),
    }
    template = "casebook/_publish.html" if request.headers.get("HX-Request") else "casebook/publish.html"
    return render(request, template, context, status=refused.status if refused else 200)


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None
