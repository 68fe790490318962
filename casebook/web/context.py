"""Ranges and assets as a page: see, add, remove, and paste many. Beside it the other records of the context."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from casebook.context import access, assets, importing, ranges
from casebook.context.importing import LineReport
from casebook.errors import Invalid
from casebook.models import Asset, NetworkRange
from casebook.web import context_entries
from casebook.web.context_form import team_id_of
from casebook.web.guard import actor_of, signed_in

PAGE = "/settings/context/"


@require_safe
@signed_in(access.READ)
def context(request: HttpRequest) -> HttpResponse:
    """`/settings/context/`: what the organisation knows of itself."""
    return _page(request)


@require_POST
@signed_in(access.WRITE)
def add_range(request: HttpRequest) -> HttpResponse:
    form = request.POST
    try:
        added = ranges.add_range(
            actor=actor_of(request), team_id=team_id_of(form), cidr=form.get("cidr", ""), label=form.get("label", "")
        )
    except Invalid as refusal:
        return _page(request, range_form=_refused(request, refusal), status=422)
    overlaps = ", ".join(one.cidr for one in added.overlaps)
    messages.success(request, f"Range {added.range.cidr} added" + (f"; it overlaps {overlaps}." if overlaps else "."))
    return redirect(PAGE)


@require_POST
@signed_in(access.WRITE)
def remove_range(request: HttpRequest, pk: int) -> HttpResponse:
    ranges.remove_range(actor=actor_of(request), range_id=pk)
    messages.success(request, "Range removed.")
    return redirect(PAGE)


@require_POST
@signed_in(access.WRITE)
def add_asset(request: HttpRequest) -> HttpResponse:
    form = request.POST
    try:
        asset = assets.add_asset(
            actor=actor_of(request),
            team_id=team_id_of(form),
            kind=form.get("kind", ""),
            name=form.get("name", ""),
            label=form.get("label", ""),
            critical="critical" in form,
            protected="protected" in form,
            zone=form.get("zone", ""),
        )
    except Invalid as refusal:
        return _page(request, asset_form=_refused(request, refusal), status=422)
    messages.success(request, f"{asset.name} added.")
    return redirect(PAGE)


@require_POST
@signed_in(access.WRITE)
def remove_asset(request: HttpRequest, pk: int) -> HttpResponse:
    assets.remove_asset(actor=actor_of(request), asset_id=pk)
    messages.success(request, "Asset removed.")
    return redirect(PAGE)


@require_POST
@signed_in(access.WRITE)
def import_lines(request: HttpRequest) -> HttpResponse:
    """Answers with the page itself: the report of each line, and the refused ones ready to mend."""
    text = request.POST.get("lines", "")
    try:
        report = importing.import_lines(actor=actor_of(request), team_id=team_id_of(request.POST), text=text)
    except Invalid as refusal:
        return _page(request, import_form=_refused(request, refusal), status=422)
    refused = "\n".join(line.line for line in report if line.outcome == "refused")
    form = {"given": {"lines": refused, "team": request.POST.get("team", "")}, "errors": {}}
    return _page(request, report=report, import_form=form, status=422 if refused else 200)


urlpatterns = [
    path("settings/context/", context, name="context"),
    path("settings/context/ranges/", add_range),
    path("settings/context/ranges/<int:pk>/remove/", remove_range),
    path("settings/context/assets/", add_asset),
    path("settings/context/assets/<int:pk>/remove/", remove_asset),
    path("settings/context/import/", import_lines),
    *context_entries.urlpatterns,
]


def _page(
    request: HttpRequest,
    *,
    range_form: dict[str, Any] | None = None,
    asset_form: dict[str, Any] | None = None,
    import_form: dict[str, Any] | None = None,
    report: list[LineReport] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    teams = list(access.readable(actor))
    ids = [team.pk for team in teams]
    empty: dict[str, Any] = {"given": {}, "errors": {}}
    found = {
        "teams": teams,
        "writable": [team for team in teams if actor.may(access.WRITE, team.pk)],
        "ranges": NetworkRange.objects.filter(team_id__in=ids).select_related("team").order_by("team__slug", "cidr"),
        "assets": Asset.objects.filter(team_id__in=ids).select_related("team").order_by("team__slug", "kind", "name"),
        "kinds": Asset.Kind.choices,
        "range_form": range_form or empty,
        "asset_form": asset_form or empty,
        "import_form": import_form or empty,
        "report": report or [],
        "most_lines": importing.MOST_LINES,
        "tab": "",
    }
    return render(request, "casebook/context.html", found, status=status)


def _refused(request: HttpRequest, refusal: Invalid) -> dict[str, Any]:
    """What was typed, with what is wrong by field."""
    return {"given": request.POST, "errors": refusal.errors}
