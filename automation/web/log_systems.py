"""`/settings/log-systems/`: systems that are asked for the logs of a case, and the searches saved for them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from automation.fetch import access, keeping, saved
from automation.fetch.plugins import kind_of, kinds
from automation.fetch.policy import CAPS, LOG_KINDS
from automation.models import LogSystem
from automation.outbound import Reach
from casebook.errors import Invalid
from casebook.models import Team
from casebook.sources.access import READ, WRITE
from casebook.web.guard import actor_of, signed_in

PAGE = "/settings/log-systems/"
MIB = 1024 * 1024


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(READ)
def systems(request: HttpRequest) -> HttpResponse:
    """All of them, and the form that makes one."""
    if request.method != "POST":
        return _list_page(request)
    values = _values(request.POST) | {"kind": request.POST.get("kind", "")}
    try:
        made = keeping.create(actor=actor_of(request), team=request.POST.get("team", ""), values=values)
    except Invalid as refusal:
        return _list_page(request, refusal)
    messages.success(request, f"{made.name} can be asked from now on. Try it, and fit its searches to your fields.")
    return redirect(f"{PAGE}{made.pk}/")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(READ)
def system(request: HttpRequest, pk: int) -> HttpResponse:
    """One: its searches and its settings."""
    actor = actor_of(request)
    if request.method != "POST":
        return _system_page(request, access.seen(actor, pk))
    try:
        changed = keeping.change(actor=actor, system_id=pk, values=_values(request.POST))
    except Invalid as refusal:
        return _system_page(request, access.seen(actor, pk), refusal)
    messages.success(request, f"{changed.name} saved.")
    return redirect(f"{PAGE}{pk}/")


@require_POST
@signed_in(WRITE)
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    on = request.POST.get("enabled") == "on"
    changed = keeping.change(actor=actor_of(request), system_id=pk, values={"enabled": on})
    messages.success(request, f"{changed.name} is {'on' if on else 'off'}.")
    return redirect(f"{PAGE}{pk}/")


@require_POST
@signed_in(WRITE)
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    tried = keeping.attempt(actor=actor_of(request), system_id=pk)
    (messages.success if tried.worked else messages.error)(request, tried.said)
    return redirect(f"{PAGE}{pk}/")


@require_POST
@signed_in(WRITE)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    keeping.drop(actor=actor_of(request), system_id=pk)
    messages.success(request, "The log system is gone, and its searches with it. What was fetched stays.")
    return redirect(PAGE)


@require_POST
@signed_in(WRITE)
def starters(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring back the searches its kind ships."""
    count = saved.starters_again(actor=actor_of(request), system_id=pk)
    messages.success(request, f"{count} searches brought back." if count else "They are all there.")
    return redirect(f"{PAGE}{pk}/")


urlpatterns = [
    path("settings/log-systems/", systems, name="log-systems"),
    path("settings/log-systems/<int:pk>/", system),
    path("settings/log-systems/<int:pk>/switch/", switch),
    path("settings/log-systems/<int:pk>/try/", attempt),
    path("settings/log-systems/<int:pk>/drop/", drop),
    path("settings/log-systems/<int:pk>/starters/", starters),
]


def _list_page(request: HttpRequest, refusal: Invalid | None = None) -> HttpResponse:
    actor = actor_of(request)
    known = {one.name: one for one in kinds()}
    asked = (request.POST if refusal else request.GET).get("kind", "")
    chosen = known.get(asked, next(iter(known.values())))
    found = access.readable(actor).annotate(search_count=Count("searches"))
    given = _given(LogSystem()) | (_values(request.POST) if refusal else {})
    context = {
        "systems": [(one, known.get(one.kind)) for one in found], "kinds": list(known.values()), "chosen": chosen,
        "given": given, "errors": refusal.errors if refusal else {}, "teams": _teams(request),
        "reaches": [one.value for one in Reach], "fresh": True,
    }  # fmt: skip
    return render(request, "automation/log_systems.html", context, status=422 if refusal else 200)


def _system_page(request: HttpRequest, row: LogSystem, refusal: Invalid | None = None) -> HttpResponse:
    context = {
        "system": row, "chosen": kind_of(row), "searches": row.searches.all(), "kind_words": LOG_KINDS,
        "may_write": actor_of(request).may(WRITE, row.team_id), "reaches": [one.value for one in Reach],
        "given": _given(row) | (_values(request.POST) if refusal else {}),
        "errors": refusal.errors if refusal else {},
    }  # fmt: skip
    return render(request, "automation/log_system.html", context, status=422 if refusal else 200)


def _teams(request: HttpRequest) -> Any:
    return Team.objects.filter(pk__in=actor_of(request).teams(WRITE))


def _given(row: LogSystem) -> dict[str, Any]:
    """What the form shows of a system as it stands."""
    plain = {name: getattr(row, name) for name in ("name", "url", "reach", "settings", *CAPS)}
    return plain | {"most_mib": row.most_bytes // MIB}


def _values(form: QueryDict) -> dict[str, Any]:
    """A posted form as the verb takes it. An empty secret of a change keeps the one there is."""
    values: dict[str, Any] = {
        "name": form.get("name", ""),
        "url": form.get("url", "").strip(),
        "reach": form.get("reach", "public"),
        "settings": {name.removeprefix("set-"): said for name in form
                     if name.startswith("set-") and (said := form.get(name, "").strip())},
    }  # fmt: skip
    for name, field, unit in (("most_rows", "most_rows", 1), ("most_bytes", "most_mib", MIB), ("most_s", "most_s", 1)):
        if field in form:
            text = form.get(field, "")
            values[name] = int(text) * unit if text.isdecimal() and len(text) < 9 else text
    return values | ({"secret": form["secret"]} if form.get("secret") else {})
