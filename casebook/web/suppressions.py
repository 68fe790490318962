"""`/settings/suppressions/`: what is silenced, by whom, why and until when; and what lies under the silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from casebook.actor import Actor
from casebook.clock import db_now
from casebook.errors import Invalid, NotFound
from casebook.intake import silence, silence_preview
from casebook.models import Alert, AlertObservable, Severity, Source, Suppression, Team
from casebook.web import suppression_form as forms
from casebook.web.guard import signed_in

PAGE = "/settings/suppressions/"
PAST_SHOWN = 50


@dataclass(frozen=True)
class Row:
    """A suppression with what lies under it: ``alerts`` of it, how often they came, and when last."""

    it: Suppression
    scope: list[tuple[str, str]]
    alerts: int = 0
    times: int = 0
    last: datetime | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(silence.READ)
def suppressions(request: HttpRequest) -> HttpResponse:
    """All of them and the form for one more. ``?alert=<id>`` fills it in. Posted, ``act`` is begin, or preview, which
    htmx gets as the part that changes."""
    if request.method != "POST":
        return _page(request, _first_values(request))
    given = request.POST.dict()
    if request.POST.get("act") != "begin":
        return _page(request, given, preview=True)
    try:
        made = _begin(request)
    except Invalid as refusal:
        return _page(request, given, refusal=refusal)
    messages.success(request, f"“{made.name}” is silent. What matches is stored, counted, and opens no case.")
    return redirect(f"{PAGE}#s-{made.pk}")


@require_POST
@signed_in(silence.READ)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    ended = silence.end(actor=_actor(request), suppression_id=pk, reason=request.POST.get("reason", ""))
    messages.success(request, f"“{ended.name}” has ended: what matches opens cases again.")
    return redirect(PAGE)


urlpatterns = [
    path("settings/suppressions/", suppressions, name="suppressions"),
    path("settings/suppressions/<int:pk>/end/", end),
]


def _begin(request: HttpRequest) -> Suppression:
    form = request.POST
    starts_at, expires_at = forms.times_of(form, zone=_zone(request), now=db_now())
    return silence.begin(
        actor=_actor(request),
        team_id=_team(request).pk,
        kind=form.get("kind", Suppression.Kind.SUPPRESSION),
        name=form.get("name", ""),
        reason=form.get("reason", ""),
        match=forms.match_of(form),
        source_slug=form.get("source", ""),
        starts_at=starts_at,
        expires_at=expires_at,
    )


def _page(
    request: HttpRequest, given: Mapping[str, str], *, preview: bool = False, refusal: Invalid | None = None
) -> HttpResponse:
    actor = _actor(request)
    would, problem = _would(request) if preview else (None, None)
    context: dict[str, Any] = {
        "given": given, "errors": refusal.errors if refusal else {}, "would": would, "problem": problem,
        "days": silence_preview.DAYS, "may_read_cases": actor.may("case.read"),
    }  # fmt: skip
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "casebook/suppressions.html#would", context)
    context |= _lists(actor) | {
        "may_write": actor.may(silence.WRITE), "writes": actor.teams(silence.WRITE),
        "teams": Team.objects.filter(pk__in=actor.teams(silence.WRITE)),
        "sources": Source.objects.filter(team__in=actor.teams(silence.WRITE)).order_by("name"),
        "severities": [level.word for level in reversed(Severity)], "lasts": forms.LASTS.items(),
        "kinds": Suppression.Kind.choices, "usual": forms.USUAL, "zone": _zone_name(request),
        "also": _also(actor, request.GET.get("alert", "")),
    }  # fmt: skip
    return render(request, "casebook/suppressions.html", context, status=422 if refusal else 200)


def _lists(actor: Actor) -> dict[str, list[Row]]:
    """In force, the one that ends first before the others; coming; past, the newest of them."""
    now, rows = db_now(), silence.visible_to(actor)
    open_ones = list(rows.filter(ended_at=None, expires_at__gt=now).order_by("expires_at"))
    past = list(rows.exclude(pk__in=[row.pk for row in open_ones])[:PAST_SHOWN])
    swallowed = silence.swallowed([row.pk for row in (*open_ones, *past)])
    shown = {row.pk: Row(row, forms.scope(row), *swallowed.get(row.pk, ())) for row in (*open_ones, *past)}
    return {
        "in_force": [shown[row.pk] for row in open_ones if row.starts_at <= now],
        "coming": [shown[row.pk] for row in open_ones if row.starts_at > now],
        "past": [shown[row.pk] for row in past],
    }


def _would(request: HttpRequest) -> tuple[silence_preview.Swallowed | None, Invalid | None]:
    """What the form as it stands would have swallowed; or what is wrong with it. Neither, where it says nothing."""
    form = request.POST
    try:
        match = forms.match_of(form)
        everything = form.get("kind") == Suppression.Kind.MAINTENANCE and form.get("source")
        if not match and not everything:
            return None, None
        team = _team(request)
        return silence_preview.preview(
            actor=_actor(request), team_id=team.pk, match=match, source_slug=form.get("source", "")
        ), None
    except Invalid as problem:
        return None, problem


def _first_values(request: HttpRequest) -> dict[str, str]:
    found = _alert(_actor(request), request.GET.get("alert", ""))
    return forms.like(found) if found else {}


def _also(actor: Actor, asked: str) -> list[str]:
    """What else the alert names, each as a line of the form."""
    found = _alert(actor, asked)
    if found is None:
        return []
    links = AlertObservable.objects.filter(alert=found).order_by("id").values_list("observable__type", "observable__value")
    return [line for kind, value in dict.fromkeys(links) if (line := f"{kind} {value}") != forms.like(found).get("observables")]


def _alert(actor: Actor, asked: str) -> Alert | None:
    """Raises NotFound for an alert one may not see."""
    if not asked:
        return None
    alerts = Alert.objects.filter(team__in=actor.teams("case.read")).select_related("team", "source")
    found = alerts.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 18 else None
    if found is None:
        raise NotFound("There is no such alert that you may see.")
    return found


def _team(request: HttpRequest) -> Team:
    """The team the form names. Raises NotFound for one the viewer may not see."""
    actor = _actor(request)
    seen = actor.teams(silence.READ) | actor.teams(silence.WRITE)
    found = Team.objects.filter(slug=request.POST.get("team", ""), pk__in=seen).first()
    if found is None:
        raise NotFound("There is no such team that you may see.")
    return found


def _zone(request: HttpRequest) -> tzinfo:
    """The zone the page's times are read and written in."""
    return UTC if request.session.get("zone") == "utc" else timezone.get_current_timezone()


def _zone_name(request: HttpRequest) -> str:
    return "UTC" if _zone(request) is UTC else timezone.get_current_timezone_name()


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
