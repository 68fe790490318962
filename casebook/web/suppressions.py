"""`/settings/suppressions/`: what is silenced, by whom, why and until when; and what lies under the silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, TextField, Value
from django.db.models.functions import Concat
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
from casebook.web.guard import actor_of, signed_in

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
        alert = _alert(actor_of(request), request.GET.get("alert", ""))
        return _page(request, forms.like(alert) if alert else {}, alert=alert)
    given = request.POST.dict()
    if given.get("act") != "begin":
        return _page(request, given)
    try:
        made = _begin(request)
    except Invalid as refusal:
        return _page(request, given, refusal=refusal)
    messages.success(request, f"“{made.name}” is silent. What matches is stored, counted, and opens no case.")
    return redirect(f"{PAGE}#s-{made.pk}")


@require_POST
@signed_in(silence.READ)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    ended = silence.end(actor=actor_of(request), suppression_id=pk, reason=request.POST.get("reason", ""))
    messages.success(request, f"“{ended.name}” has ended: what matches opens cases again.")
    return redirect(PAGE)


urlpatterns = [
    path("settings/suppressions/", suppressions, name="suppressions"),
    path("settings/suppressions/<int:pk>/end/", end),
]


def _begin(request: HttpRequest) -> Suppression:
    form = request.POST.dict()
    starts_at, expires_at = forms.times_of(form, zone=_zone(request), now=db_now())
    return silence.begin(
        actor=actor_of(request),
        team_id=_team(_teams(actor_of(request)), form).pk,
        kind=form.get("kind", Suppression.Kind.SUPPRESSION),
        name=form.get("name", ""),
        reason=form.get("reason", ""),
        match=forms.match_of(form),
        source_slug=form.get("source", ""),
        starts_at=starts_at,
        expires_at=expires_at,
    )


def _page(
    request: HttpRequest,
    given: Mapping[str, str],
    *,
    refusal: Invalid | None = None,
    alert: Alert | None = None,
) -> HttpResponse:
    """``given`` is what the form's fields hold: typed, or of the ``alert`` it begins with."""
    actor = actor_of(request)
    named: list[str] = list(dict.fromkeys(getattr(alert, "named", ())))
    teams = _teams(actor)
    would, problem = _would(actor, given, teams)
    context: dict[str, Any] = {
        "given": given, "errors": refusal.errors if refusal else {}, "would": would,
        "problem": None if refusal else problem,
        "days": silence_preview.DAYS, "may_read_cases": actor.may("case.read"),
    }  # fmt: skip
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "casebook/suppressions.html#would", context)
    context |= _lists(actor) | {
        "may_write": actor.may(silence.WRITE), "writes": actor.teams(silence.WRITE),
        "teams": [team for team in teams if actor.may(silence.WRITE, team.pk)],
        "sources": Source.objects.filter(team__in=actor.teams(silence.WRITE)).order_by("name"),
        "severities": [level.word for level in reversed(Severity)], "lasts": forms.LASTS.items(),
        "kinds": Suppression.Kind.choices, "usual": forms.USUAL, "zone": _zone_name(request),
        "alert": alert, "also": [line for line in named if line != given.get("observables")],
    }  # fmt: skip
    return render(request, "casebook/suppressions.html", context, status=422 if refusal else 200)


def _lists(actor: Actor) -> dict[str, list[Row]]:
    """In force, the one that ends first before the others; coming; past, the newest of them."""
    rows = silence.visible_to(actor)
    past = silence.in_state(rows, "past")
    newest = Q(pk__in=past.values("pk")[:PAST_SHOWN])
    found: list[Any] = list(rows.filter(~silence.STATES["past"] | newest).order_by("expires_at"))
    swallowed = silence.swallowed([row.pk for row in found])
    lists: dict[str, list[Row]] = {state: [] for state in silence.STATES}
    for row in found:
        lists[row.state].append(Row(row, forms.scope(row), *swallowed.get(row.pk, ())))
    lists["past"].sort(key=lambda row: -row.it.pk)
    return lists


def _would(
    actor: Actor, given: Mapping[str, str], teams: list[Team]
) -> tuple[silence_preview.Swallowed | None, Invalid | None]:
    """What the form as it stands would have swallowed; or what is wrong with it. Neither, where it says nothing."""
    try:
        match, source = forms.match_of(given), given.get("source", "")
        if not match and not (source and given.get("kind") == Suppression.Kind.MAINTENANCE):
            return None, None
        team = _team(teams, given)
        return silence_preview.preview(actor=actor, team_id=team.pk, match=match, source_slug=source), None
    except Invalid as problem:
        return None, problem


def _alert(actor: Actor, asked: str) -> Alert | None:
    """With what it ``named``, each as a line of the form. Raises NotFound for an alert one may not see."""
    if not asked:
        return None
    line = Concat("observable__type", Value(" "), "observable__value", output_field=TextField())
    named = AlertObservable.objects.filter(alert=OuterRef("pk")).order_by("id").values(line=line)
    alerts = Alert.objects.filter(team__in=actor.teams("case.read")).select_related("team", "source")
    alerts = alerts.annotate(named=ArraySubquery(named))
    found = alerts.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 18 else None
    if found is None:
        raise NotFound("There is no such alert that you may see.")
    return found


def _teams(actor: Actor) -> list[Team]:
    """Those whose suppressions the viewer sees."""
    return list(Team.objects.filter(pk__in=actor.teams(silence.READ) | actor.teams(silence.WRITE)))


def _team(teams: list[Team], given: Mapping[str, str]) -> Team:
    """The team the form names. Raises NotFound for one the viewer may not see."""
    found = next((team for team in teams if team.slug == given.get("team")), None)
    if found is None:
        raise NotFound("There is no such team that you may see.")
    return found


def _zone(request: HttpRequest) -> tzinfo:
    """The zone the page's times are read and written in."""
    return UTC if request.session.get("zone") == "utc" else timezone.get_current_timezone()


def _zone_name(request: HttpRequest) -> str:
    return "UTC" if _zone(request) is UTC else timezone.get_current_timezone_name()
