"""A saved search of a log system: its template, and what it becomes for a made-up case as it is typed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from automation.fetch import access, saved
from automation.fetch.about import PLACES
from automation.fetch.languages import LANGUAGES
from automation.fetch.plugins import kind_of
from automation.fetch.policy import LOG_KINDS, wrong_search
from automation.models import LogSystem, SavedSearch
from casebook.errors import Invalid
from casebook.sources.access import READ, WRITE
from casebook.web.guard import actor_of, signed_in

FIELDS = ("name", "kind", "language", "template")
MEANS = {
    "users": "users, mail addresses and cloud principals of the case",
    "ips": "its addresses and ranges",
    "hosts": "its hosts and assets",
    "any": "all three, as words to look for anywhere in a line",
    "from": "when the window begins",
    "to": "when it ends",
    "rows": "how many rows one fetch may bring",
    "index": "the indexes of the system’s settings",
}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(WRITE)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new search of a system. ``act=preview`` shows what it becomes, and keeps nothing."""
    actor = actor_of(request)
    system = access.seen(actor, pk)
    if request.method != "POST":
        kind = request.GET.get("kind", "authentication")
        given = {"name": "", "kind": kind, "language": kind_of(system).languages[0], "template": ""}
        return _page(request, system, given)
    given = _values(request.POST)
    if request.POST.get("act") == "preview":
        return _page(request, system, given)
    try:
        made = saved.add(actor=actor, system_id=pk, values=given)
    except Invalid as refusal:
        return _page(request, system, given, refusal=refusal)
    messages.success(request, f"“{made.name}” saved.")
    return redirect(f"/settings/log-systems/{pk}/")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(READ)
def search(request: HttpRequest, pk: int) -> HttpResponse:
    """A search as it stands; posted, changed."""
    actor = actor_of(request)
    found = access.search_seen(actor, pk)
    if request.method != "POST":
        return _page(request, found.system, {name: getattr(found, name) for name in FIELDS}, found)
    given = _values(request.POST)
    if request.POST.get("act") == "preview":
        return _page(request, found.system, given, found)
    try:
        changed = saved.change(actor=actor, search_id=pk, values=given)
    except Invalid as refusal:
        return _page(request, found.system, given, found, refusal=refusal)
    messages.success(request, f"“{changed.name}” saved.")
    return redirect(f"/settings/log-systems/{found.system_id}/")


@require_POST
@signed_in(WRITE)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    system = saved.drop(actor=actor_of(request), search_id=pk)
    messages.success(request, "The search is gone.")
    return redirect(f"/settings/log-systems/{system.pk}/")


urlpatterns = [
    path("settings/log-systems/<int:pk>/searches/", add),
    path("settings/log-searches/<int:pk>/", search),
    path("settings/log-searches/<int:pk>/drop/", drop),
]


def _page(
    request: HttpRequest,
    system: LogSystem,
    given: dict[str, Any],
    found: SavedSearch | None = None,
    *,
    refusal: Invalid | None = None,
) -> HttpResponse:
    """The form with what it becomes beside it; the part of it alone where htmx asks as somebody types."""
    kind = kind_of(system)
    errors = refusal.errors if refusal else _mistakes(given, system)
    context = {
        "system": system, "search": found, "given": given, "errors": errors, "log_kinds": LOG_KINDS,
        "languages": [LANGUAGES[name] for name in kind.languages],
        "places": [(f"{{{name}}}", MEANS[name]) for name in PLACES],
        "shown": _shown(system, given) if not errors.get("language") else None,
        "may_write": actor_of(request).may(WRITE, system.team_id),
    }  # fmt: skip
    part = "#becomes" if request.htmx else ""  # type: ignore[attr-defined]
    status = 422 if refusal else 200
    return render(request, f"automation/log_search.html{part}", context, status=status)


def _mistakes(given: dict[str, Any], system: LogSystem) -> dict[str, list[str]]:
    """What is wrong with a template, told while it is written; an empty one is not wrong yet."""
    if not given["template"]:
        return {}
    said = wrong_search({"language": given["language"], "template": given["template"]}, kind_of(system))
    return {name: what for name, what in said.items() if name in ("template", "language")}


def _shown(system: LogSystem, given: dict[str, Any]) -> dict[str, Any]:
    about = saved.sample()
    filled = saved.filled(system, given["template"], given["language"], about)
    return {"query": filled.text, "link": saved.link(system, filled.text, given["language"], about)}


def _values(form: QueryDict) -> dict[str, str]:
    return {name: form.get(name, "") for name in FIELDS}
