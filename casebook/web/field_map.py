"""`/settings/sources/<slug>/map/`: the field map of a generic source, drawn up against a payload and seen at work."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods

from casebook.errors import Invalid
from casebook.models import RawBody, Source
from casebook.sources import access, keeping, refusals
from casebook.web import field_map_page
from casebook.web.field_map_form import Rows, of_form, of_map
from casebook.web.field_map_page import Payload
from casebook.web.guard import actor_of, signed_in

MORE_ROWS = 6


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(access.WRITE)
def field_map(request: HttpRequest, slug: str) -> HttpResponse:
    """``?raw=<id>`` picks a kept body. Posted: ``act`` is save, propose, more (rows) or preview, which htmx gets as
    the part that changes."""
    actor = actor_of(request)
    source = access.seen(actor, slug)
    if request.method != "POST":
        seen = field_map_page.payload(source, request.GET.get("raw", ""))
        return _page(request, source, of_map(source.field_map), seen)
    form = request.POST
    rows, seen = of_form(form), Payload(form.get("payload", ""), _raw(source, form))
    act = form.get("act", "preview")
    if act == "save":
        return _save(request, source, rows, seen)
    if act == "propose":
        found = rows.propose(field_map_page.proposal(seen.text))
        messages.info(request, _proposed(found))
    elif act == "more":
        rows.spare(MORE_ROWS)
    return _page(request, source, rows, seen)


urlpatterns = [path("settings/sources/<slug:slug>/map/", field_map)]


def _save(request: HttpRequest, source: Source, rows: Rows, seen: Payload) -> HttpResponse:
    """The page again, saved or not: the payload in it is kept nowhere else."""
    actor = actor_of(request)
    if rows.unheld() or not rows.as_map():
        return _page(request, source, rows, seen, status=422)
    try:
        source = keeping.change(actor=actor, slug=source.slug, values={"field_map": rows.as_map()})
    except Invalid:  # which says what the page itself finds wrong, row by row
        return _page(request, source, rows, seen, status=422)
    messages.success(request, f"The field map of {source.name} is saved. It holds from the next message on.")
    return _page(request, source, rows, seen)


def _page(request: HttpRequest, source: Source, rows: Rows, seen: Payload, *, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    in_place = bool(request.htmx)  # type: ignore[attr-defined]
    context = field_map_page.shown(actor, source, rows, seen, number=_number(request.POST), in_place=in_place)
    template = "casebook/field_map.html" + ("#preview" if in_place else "")
    return render(request, template, context | {"in_place": in_place, "refused": status == 422}, status=status)


def _raw(source: Source, form: QueryDict) -> RawBody | None:
    """The kept body the text came from, for the words above it; one that is gone meanwhile is no matter."""
    text = form.get("raw", "")
    if not text.isdecimal() or len(text) > 17:
        return None
    return refusals.bodies(source).filter(id=int(text)).first()


def _number(form: QueryDict) -> int:
    """Which message to show: the one of the button pressed, else the one that is shown."""
    text = form.get("go") or form.get("number", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _proposed(found: int) -> str:
    if not found:
        return "Nothing more to propose: what the payload names by a known name is in the map."
    rows = "a row is" if found == 1 else f"{found} rows are"
    return f"From the names in this payload {rows} proposed, each with its why. Nothing is saved yet."
