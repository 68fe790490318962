"""`/settings/sources/`: what sends alerts, and how each of them stands."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casebook.actor import Actor
from casebook.clock import db_now
from casebook.errors import Invalid
from casebook.intake import grouping_preview, reprocess
from casebook.models import Source, Team
from casebook.sources import access, keeping, minutes, policy, refusals
from casebook.web import source_page
from casebook.web.guard import actor_of, signed_in

PAGE = "/settings/sources/"
LOOK_BACK = (1, 7, 30, 90)
"""Days a preview may look back."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(access.READ)
def sources(request: HttpRequest) -> HttpResponse:
    """All of them with what they sent in a day, and the form that makes one."""
    if request.method != "POST":
        return _list_page(request)
    form = request.POST
    values = {name: form.get(name, "") for name in ("slug", "name", "adapter")}
    try:
        made = keeping.create(actor=actor_of(request), team=form.get("team", ""), values=values)
    except Invalid as refusal:
        return _list_page(request, refusal)
    messages.success(request, f"{made.name} is made. Issue a token, and it can send.")
    return redirect(f"{PAGE}{made.slug}/")


@require_safe
@signed_in(access.READ)
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """One: when it last sent, how much, what of it was refused and why."""
    actor = actor_of(request)
    found = access.seen(actor, slug)
    return render(request, "casebook/source.html", source_page.overview(actor, found, request.GET.get("span", "")))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(access.READ)
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    """Its policies. ``preview`` shows what another grouping would have made of the last days, and saves nothing."""
    actor = actor_of(request)
    if request.method != "POST" or request.POST.get("preview"):
        return _settings_page(request, access.seen(actor, slug))
    try:
        changed = keeping.change(actor=actor, slug=slug, values=source_page.values_of(request.POST))
    except Invalid as refusal:
        return _settings_page(request, access.seen(actor, slug), refusal)
    messages.success(request, f"{changed.name} saved. It holds from the next alert on.")
    return redirect(f"{PAGE}{slug}/settings/")


@require_POST
@signed_in(access.WRITE)
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    on = request.POST.get("enabled") == "on"
    changed = keeping.change(actor=actor_of(request), slug=slug, values={"enabled": on})
    messages.success(request, f"{changed.name} is on." if on else f"{changed.name} is off: its tokens are refused.")
    return redirect(f"{PAGE}{slug}/")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(access.READ)
def bodies(request: HttpRequest, slug: str) -> HttpResponse:
    """What became no alert; posted, what was ticked, or all of it, is read again."""
    actor = actor_of(request)
    found = access.seen(actor, slug)
    if request.method != "POST":
        return render(request, "casebook/source_bodies.html", source_page.bodies(actor, found, request.GET))
    if request.POST.get("all"):
        job = reprocess.ask(actor=actor, source_slug=slug)
        messages.success(request, "Everything that waits is being read again by a worker.")
        return redirect(f"{PAGE}{slug}/bodies/?job={job.pk}")
    ids = [int(one) for one in request.POST.getlist("raw") if one.isdecimal() and len(one) < 18]
    done = reprocess.reprocess(actor=actor, source_slug=slug, raw_ids=ids)
    words = f"{done.understood} of {done.bodies} understood, {done.alerts} alert{'' if done.alerts == 1 else 's'}."
    messages.success(request, words)
    return redirect(f"{PAGE}{slug}/bodies/")


@require_safe
@signed_in(access.READ)
def body(request: HttpRequest, slug: str, raw: int) -> HttpResponse:
    """One body as it came, beside why it became no alert."""
    actor = actor_of(request)
    found = access.seen(actor, slug)
    return render(request, "casebook/source_body.html", source_page.one_body(actor, found, raw))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(access.WRITE)
def trial(request: HttpRequest, slug: str) -> HttpResponse:
    """A test alert: what a body would become, without anything of it staying."""
    actor = actor_of(request)
    found = access.seen(actor, slug)
    text = request.POST.get("body", "") if request.method == "POST" else source_page.example(found)
    context = source_page.tried(actor, found, text, run=request.method == "POST")
    return render(request, "casebook/source_trial.html", context, status=422 if context["problem"] else 200)


urlpatterns = [
    path("settings/sources/", sources, name="sources"),
    path("settings/sources/<slug:slug>/", source),
    path("settings/sources/<slug:slug>/settings/", settings),
    path("settings/sources/<slug:slug>/switch/", switch),
    path("settings/sources/<slug:slug>/bodies/", bodies),
    path("settings/sources/<slug:slug>/bodies/<int:raw>/", body),
    path("settings/sources/<slug:slug>/try/", trial),
]


def _list_page(request: HttpRequest, refusal: Invalid | None = None) -> HttpResponse:
    actor = actor_of(request)
    rows = list(access.readable(actor))
    arrived = minutes.totals([row.pk for row in rows], since=db_now() - timedelta(hours=24))
    waiting = refusals.waiting(rows)
    last = minutes.last_seen([row.pk for row in rows])
    context = {
        "rows": [(row, arrived.get(row.pk, 0), waiting.get(row.pk, 0), last.get(row.pk)) for row in rows],
        "teams": Team.objects.filter(pk__in=actor.teams(access.WRITE)),
        "adapters": policy.adapters(),
        "given": request.POST if refusal else QueryDict(),
        "errors": refusal.errors if refusal else {},
    }
    return render(request, "casebook/sources.html", context, status=422 if refusal else 200)


def _settings_page(request: HttpRequest, found: Source, refusal: Invalid | None = None) -> HttpResponse:
    actor = actor_of(request)
    asked = request.POST or request.GET
    errors = dict(refusal.errors) if refusal else {}
    days = int(asked["days"]) if asked.get("days", "") in map(str, LOOK_BACK) else LOOK_BACK[1]
    shown = None
    if asked.get("preview") and not refusal:
        try:
            shown = _preview(actor, found, asked, days)
        except Invalid as wrong:
            errors |= wrong.errors
    context = source_page.frame(actor, found) | {
        "given": source_page.given_of(found) | asked.dict(), "errors": errors, "preview": shown, "days": days,
        "adapters": policy.adapters(), "groupings": Source.GroupingOn.choices, "closed": Source.OnClosedRepeat.choices,
        "units": list(source_page.UNITS), "spans": LOOK_BACK,
    }  # fmt: skip
    return render(request, "casebook/source_settings.html", context, status=422 if errors else 200)


def _preview(actor: Actor, found: Source, asked: QueryDict, days: int) -> grouping_preview.Preview:
    """Raises Invalid naming the field."""
    given = source_page.values_of(source_page.given_of(found) | asked.dict())
    values = policy.checked({name: given[name] for name in source_page.GROUPING})
    on, window = values["grouping_on"], values["grouping_window"]
    return grouping_preview.preview(actor=actor, source_slug=found.slug, on=on, window=window, days=days)
