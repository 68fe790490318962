"""`/settings/sources/<slug>/poll/`: a source that cannot send, and is asked instead."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from automation.outbound import Reach
from automation.pollers import keeping
from casebook.errors import Invalid
from casebook.plugins import load, table
from casebook.sources import access
from casebook.web import source_page
from casebook.web.guard import actor_of, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(access.WRITE)
def poll(request: HttpRequest, slug: str) -> HttpResponse:
    """How it is asked, and how that went; posted, the settings."""
    if request.method != "POST":
        return _page(request, slug)
    try:
        kept = keeping.keep(actor=actor_of(request), slug=slug, values=_values(request.POST))
    except Invalid as refusal:
        return _page(request, slug, refusal)
    messages.success(
        request, f"Asked every {kept.every_s} s from now on." if kept.enabled else "Kept, and switched off."
    )
    return redirect(f"/settings/sources/{slug}/poll/")


@require_POST
@signed_in(access.WRITE)
def now(request: HttpRequest, slug: str) -> HttpResponse:
    keeping.ask_now(actor=actor_of(request), slug=slug)
    messages.success(request, "It is being asked.")
    return redirect(f"/settings/sources/{slug}/poll/")


@require_POST
@signed_in(access.WRITE)
def stop(request: HttpRequest, slug: str) -> HttpResponse:
    keeping.stop(actor=actor_of(request), slug=slug)
    messages.success(request, "It is asked no more.")
    return redirect(f"/settings/sources/{slug}/poll/")


urlpatterns = [
    path("settings/sources/<slug:slug>/poll/", poll),
    path("settings/sources/<slug:slug>/poll/now/", now),
    path("settings/sources/<slug:slug>/poll/stop/", stop),
]


def _page(request: HttpRequest, slug: str, refusal: Invalid | None = None) -> HttpResponse:
    actor = actor_of(request)
    source = access.seen(actor, slug)
    found = keeping.of_source(actor, slug)
    given: dict[str, Any] = {"url": "", "reach": "public", "settings": {}, "every_s": 60, "enabled": True}
    if found is not None:
        given = {name: getattr(found, name) for name in given}
    pollers = [load(dotted) for dotted in table("POLLERS").values()]
    asked = request.POST.get("kind") or request.GET.get("kind") or (found.kind if found else source.adapter)
    chosen = next((one for one in pollers if one.name == asked), pollers[0])
    context = source_page.frame(actor, source) | {
        "poll": found, "pollers": pollers, "chosen": chosen, "given": _values(request.POST) if refusal else given,
        "errors": refusal.errors if refusal else {}, "reaches": [one.value for one in Reach],
        "fresh": found is None or found.kind != chosen.name,
    }  # fmt: skip
    return render(request, "automation/poll.html", context, status=422 if refusal else 200)


def _values(form: QueryDict) -> dict[str, Any]:
    """A posted form as the verb takes it. An empty secret keeps the one there is."""
    every = form.get("every_s", "")
    values: dict[str, Any] = {
        "kind": form.get("kind", ""),
        "url": form.get("url", "").strip(),
        "reach": form.get("reach", "public"),
        "settings": {n.removeprefix("set-"): value for n, value in form.items() if n.startswith("set-") and value},
        "every_s": int(every) if every.isdecimal() and len(every) < 9 else every,
        "enabled": form.get("enabled") == "on",
    }
    return values | ({"secret": form["secret"]} if form.get("secret") else {})
