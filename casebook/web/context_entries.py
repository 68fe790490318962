"""People, the allow list and change windows as pages: see, search, add, change, remove, CSV in and out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casebook.clock import db_now
from casebook.context import access, csv_files, entries
from casebook.context.importing import LineReport
from casebook.context.kind import Kind
from casebook.context.kinds import KINDS
from casebook.errors import Invalid, NotAllowed, NotFound
from casebook.web.context_form import inputs_of, shown, team_id_of, uploaded, zone_of
from casebook.web.guard import actor_of, signed_in

PAGE = "/settings/context/"
PER_PAGE = 100
REFUSED_SHOWN = 200
TITLES = {"people": "People", "allowed": "Allow list", "changes": "Change windows"}


@dataclass(frozen=True)
class Imported:
    """What became of a file: how many lines of each outcome, and the refused ones to mend."""

    counts: dict[str, int]
    refused: list[LineReport]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(access.READ)
def entries_of(request: HttpRequest, kind: str) -> HttpResponse:
    """`/settings/context/<kind>/`: the list and the form for one more."""
    about = KINDS[kind]
    if request.method != "POST":
        return _list(request, about)
    _require_write(request)
    try:
        team_id = team_id_of(request.POST)
        row = entries.add(
            about, actor=actor_of(request), team_id=team_id, values=request.POST.dict(), zone=zone_of(request)
        )
    except Invalid as refusal:
        return _list(request, about, given=request.POST.dict(), errors=refusal.errors)
    messages.success(request, f"{row} added.")
    return redirect(f"{PAGE}{kind}/")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(access.READ)
def entry(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """`/settings/context/<kind>/<id>/`: one record, to be changed."""
    about = KINDS[kind]
    if request.method != "POST":
        return _one(request, about, pk)
    _require_write(request)
    try:
        row = entries.change(about, actor=actor_of(request), pk=pk, values=request.POST.dict(), zone=zone_of(request))
    except Invalid as refusal:
        return _one(request, about, pk, given=request.POST.dict(), errors=refusal.errors)
    messages.success(request, f"{row} saved.")
    return redirect(f"{PAGE}{kind}/")


@require_POST
@signed_in(access.WRITE)
def remove(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    row = entries.remove(KINDS[kind], actor=actor_of(request), pk=pk)
    messages.success(request, f"{row} removed.")
    return redirect(f"{PAGE}{kind}/")


@require_POST
@signed_in(access.WRITE)
def import_csv(request: HttpRequest, kind: str) -> HttpResponse:
    """Answers with the page itself: what became of the lines, and the refused ones ready to mend."""
    about = KINDS[kind]
    try:
        text = uploaded(request) or request.POST.get("csv", "")
        report = csv_files.import_csv(about, actor=actor_of(request), team_id=team_id_of(request.POST), text=text)
    except Invalid as refusal:
        return _list(request, about, pasted=request.POST.get("csv", ""), import_errors=refusal.errors)
    refused = [line for line in report if line.outcome == "refused"]
    counts = Counter(line.outcome for line in report)
    imported = Imported({word: counts[word] for word in csv_files.OUTCOMES if counts[word]}, refused[:REFUSED_SHOWN])
    mend = "\n".join([csv_files.heading(about), *(line.line for line in refused)]) if refused else ""
    return _list(request, about, imported=imported, pasted=mend)


@require_safe
@signed_in(access.READ)
def export_csv(request: HttpRequest, kind: str) -> HttpResponse:
    """The records of the teams one may see, all that a search names; times in UTC."""
    about = KINDS[kind]
    answer = HttpResponse(csv_files.export_csv(about, _rows(request, about)), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return answer


def _routes(kind: str) -> list[URLPattern]:
    at, about = f"settings/context/{kind}/", {"kind": kind}
    return [
        path(at, entries_of, about),
        path(f"{at}<int:pk>/", entry, about),
        path(f"{at}<int:pk>/remove/", remove, about),
        path(f"{at}import/", import_csv, about),
        path(f"{at}export/", export_csv, about),
    ]


urlpatterns = [route for kind in KINDS for route in _routes(kind)]


def _require_write(request: HttpRequest) -> None:
    """Who may change nothing here is told so, whatever they ask for."""
    if not actor_of(request).may(access.WRITE):
        raise NotAllowed("Only a lead or an administrator changes the context.")


def _list(
    request: HttpRequest,
    kind: Kind[Any],
    *,
    given: Mapping[str, str] | None = None,
    errors: Mapping[str, list[str]] | None = None,
    pasted: str = "",
    import_errors: Mapping[str, list[str]] | None = None,
    imported: Imported | None = None,
) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:200]
    page = Paginator(_rows(request, kind), PER_PAGE).get_page(request.GET.get("page"))
    found = _common(request, kind) | {
        "rows": page.object_list,
        "total": page.paginator.count,
        "asked": asked,
        "before": _address(kind, asked, page.previous_page_number()) if page.has_previous() else "",
        "after": _address(kind, asked, page.next_page_number()) if page.has_next() else "",
        "inputs": inputs_of(kind, given or {}, errors or {}),
        "form": {"given": given or {}, "errors": errors or {}},
        "import_form": {"given": {"csv": pasted}, "errors": import_errors or {}},
        "imported": imported,
        "heading": csv_files.heading(kind),
        "most_lines": csv_files.MOST_LINES,
        "now": db_now(),
    }
    wrong = errors or import_errors or (imported and imported.refused)
    return render(request, "casebook/context_entries.html", found, status=422 if wrong else 200)


def _one(
    request: HttpRequest,
    kind: Kind[Any],
    pk: int,
    *,
    given: Mapping[str, str] | None = None,
    errors: Mapping[str, list[str]] | None = None,
) -> HttpResponse:
    row = kind.model.objects.filter(pk=pk, team__in=access.readable(actor_of(request))).select_related("team").first()
    if row is None:
        raise NotFound
    stands = {field.name: shown(field, getattr(row, field.name), zone_of(request)) for field in kind.fields}
    found = _common(request, kind) | {
        "row": row,
        "inputs": inputs_of(kind, stands if given is None else given, errors or {}),
        "may_write": actor_of(request).may(access.WRITE, row.team_id),
    }
    return render(request, "casebook/context_entry.html", found, status=422 if errors else 200)


def _common(request: HttpRequest, kind: Kind[Any]) -> dict[str, Any]:
    actor = actor_of(request)
    teams = list(access.readable(actor))
    return {
        "kind": kind,
        "tab": kind.slug,
        "title": TITLES[kind.slug],
        "table": f"casebook/_context_{kind.slug}.html",
        "teams": teams,
        "writable": [team for team in teams if actor.may(access.WRITE, team.pk)],
        "zone": timezone.get_current_timezone_name() if zone_of(request) is not UTC else "UTC",
    }


def _rows(request: HttpRequest, kind: Kind[Any]) -> Any:
    """The records one may see, those a search names."""
    rows = kind.model.objects.filter(team__in=access.readable(actor_of(request))).select_related("team")
    asked = request.GET.get("q", "").strip()[:200].replace("\x00", "")
    return rows.filter(kind.found_by(asked)) if asked else rows


def _address(kind: Kind[Any], asked: str, page: int) -> str:
    return f"{PAGE}{kind.slug}/?{urlencode(({'q': asked} if asked else {}) | {'page': page})}"
