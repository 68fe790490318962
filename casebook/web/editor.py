"""The editor: one draft, written step by step or as source. Every act is a form; scripts only save sooner."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from casebook.actor import Actor
from casebook.errors import Conflict, Invalid, NotFound
from casebook.models import Case, PlaybookVersion
from casebook.playbooks import drafts
from casebook.playbooks.access import WRITE
from casebook.playbooks.export.refs import refs_of
from casebook.playbooks.expression_text import from_text
from casebook.web import editing
from casebook.web.editor_page import CASES_OFFERED, SOURCE, STEPS, EditorPage, Refusal, build, rule_in_words
from casebook.web.guard import signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(WRITE)
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """`/playbooks/<slug>/edit/?step=KEY&way=source`; a post does one act of `casebook.web.editing` and saves."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        return _show(request, drafts.fetch(actor, slug), key=request.GET.get("step", ""))
    try:
        done = editing.save(actor, slug, request.POST, _revision(request))
    except (Conflict, Invalid, NotFound) as refused:
        return _refused(request, slug, Refusal.of(refused))
    if _wants_json(request):
        return JsonResponse(_told(done.draft) | {"key": done.key, "flaws": [_flaw(one) for one in done.flaws]})
    return redirect(_address(slug, _way(request), done.key))


@require_POST
@signed_in(WRITE)
def expression(request: HttpRequest, slug: str) -> HttpResponse:
    """What a typed rule says in words, or what is wrong with it, line by line. Nothing is saved."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    card = drafts.read(drafts.fetch(actor, slug)).card
    if card is None:
        raise Invalid("The source cannot be read as it stands: mend it there first.", errors={"text": ["has flaws"]})
    found, faults = from_text(request.POST.get("expression", ""), refs_of(card.steps))
    context = {"faults": faults, "rule": rule_in_words(card, found), "confirmed": "confirmed" in request.POST}
    return render(request, "casebook/_editor_rule.html", context)


def past_cases(actor: Actor, draft: PlaybookVersion) -> list[Case]:
    """Cases to test an expression on: the latest of teams one may read cases of or write playbooks for.

    Their refs only are shown to who may not read them.
    """
    teams = actor.teams("case.read") | actor.teams(WRITE)
    found = Case.objects.filter(team_id__in=teams, playbook_version__playbook=draft.playbook_id)
    return list(found.order_by("-id").only("id", "title", "team_id")[:CASES_OFFERED])


def _show(request: HttpRequest, draft: PlaybookVersion, *, key: str, refusal: Refusal | None = None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    page: EditorPage = build(
        draft,
        way=_way(request),
        key=key,
        cases=past_cases(actor, draft),
        posted=request.POST if refusal else None,
        refusal=refusal,
    )
    context = {"page": page, "draft": draft, "slug": draft.playbook.slug, "sees_cases": actor.may("case.read")}
    return render(request, "casebook/editor.html", context, status=refusal.status if refusal else 200)


def _refused(request: HttpRequest, slug: str, refusal: Refusal) -> HttpResponse:
    """The page as it stands with what was typed in its fields; for a script what was wrong."""
    if _wants_json(request):
        told = {"detail": refusal.detail, "errors": dict(refusal.errors), **refusal.extra}
        return JsonResponse(told, status=refusal.status)
    draft = drafts.fetch(request.actor, slug)  # type: ignore[attr-defined]
    return _show(request, draft, key=request.POST.get("key", ""), refusal=refusal)


def _told(draft: PlaybookVersion) -> dict[str, Any]:
    return {"revision": draft.revision, "by": draft.created_by, "at": draft.created_at.isoformat()}


def _flaw(flaw: Any) -> dict[str, Any]:
    return {"line": flaw.line, "reason": flaw.reason}


def _way(request: HttpRequest) -> str:
    if request.method == "POST":
        return SOURCE if request.POST.get("do") == "source" else STEPS
    return SOURCE if request.GET.get("way") == SOURCE else STEPS


def _address(slug: str, way: str, key: str) -> str:
    fields = ({"way": way} if way == SOURCE else {}) | ({"step": key} if key else {})
    return f"/playbooks/{slug}/edit/{f'?{urlencode(fields)}' if fields else ''}"


def _revision(request: HttpRequest) -> int:
    text = request.POST.get("revision", "")
    if not (text.isdecimal() and len(text) < 10):
        raise Invalid("Say which revision of the draft this was made from.", errors={"revision": ["a number"]})
    return int(text)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"
