"""`/cases/<ref>/logs/`: which logs the case's questions wait for, and where to get them: by a copy, a link, a fetch.

The workbench asks for the part of it that one step needs; it is the same page without script.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from automation.fetch import read
from automation.fetch import request as asking
from automation.fetch.access import fetch_seen
from automation.fetch.policy import LOG_KINDS
from casebook.actor import Actor
from casebook.cases.access import fetch_for
from casebook.errors import Conflict, DomainError, Invalid
from casebook.models import Case
from casebook.web.guard import actor_of, signed_in
from triage import run_view, wanted
from triage.web.step_card import place, short

FORM = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Asked:
    """What an address narrows the page to: the step it is for, kinds of event, and hours of one's own."""

    step: int | None
    kinds: tuple[str, ...]
    start: datetime | None
    end: datetime | None

    def query(self) -> str:
        told = {"step": str(self.step or ""), "kinds": ",".join(self.kinds)}
        told |= {name: f"{at:{FORM}}" for name, at in (("from", self.start), ("to", self.end)) if at}
        return urlencode({name: value for name, value in told.items() if value})


@require_safe
@signed_in("case.read")
def show(request: HttpRequest, ref: str) -> HttpResponse:
    """The page; or, for htmx, what one step may have fetched and how far that is."""
    case = fetch_for(actor_of(request), ref)
    return _part(request, case) if _is_part(request) else _page(request, case)


@require_POST
@signed_in("case.work")
def fetch(request: HttpRequest, ref: str) -> HttpResponse:
    """Have one saved search run."""
    actor, problem = actor_of(request), None
    case, asked = fetch_for(actor, ref), _asked(request)
    try:
        about = wanted.about(case, wanted.observables_of(case), start=asked.start, end=asked.end)
        asking.ask(actor=actor, ref=ref, search_id=_number(request.POST.get("search")), about=about, step_id=asked.step)
    except (Invalid, Conflict) as refused:
        problem = refused
    return _answered(request, case, problem)


@require_POST
@signed_in("case.work")
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask no further."""
    actor, problem = actor_of(request), None
    found = fetch_seen(actor, pk)
    try:
        asking.stop(actor=actor, fetch_id=pk)
    except Conflict as refused:
        problem = refused
    return _answered(request, found.case, problem)


def _answered(request: HttpRequest, case: Case, problem: DomainError | None) -> HttpResponse:
    if _is_part(request):
        return _part(request, case, problem)
    if problem:
        messages.error(request, problem.detail)
    return redirect(f"/cases/{case.ref}/logs/?{_asked(request).query()}")


def _is_part(request: HttpRequest) -> bool:
    return bool(request.htmx)  # type: ignore[attr-defined]


def _part(request: HttpRequest, case: Case, problem: DomainError | None = None) -> HttpResponse:
    status = problem.status if problem else 200
    return render(request, "triage/logs.html#logs", _context(request, case) | {"problem": problem}, status=status)


def _page(request: HttpRequest, case: Case) -> HttpResponse:
    view = run_view.view(case)
    wants = wanted.of_run(view, wanted.observables_of(case))
    waiting = [(one, [(place(line), short(line.step.text), line.step.pk) for line in one.steps]) for one in wants]
    context = _context(request, case) | {"wants": waiting, "kind_words": LOG_KINDS}
    return render(request, "triage/logs.html", context)


def _context(request: HttpRequest, case: Case) -> dict[str, Any]:
    actor: Actor = actor_of(request)
    asked = _asked(request)
    about = wanted.about(case, wanted.observables_of(case), start=asked.start, end=asked.end)
    fetches = read.of_case(case)
    shown = [one for one in fetches if not asked.kinds or one.kind in asked.kinds]
    return {
        "case": case,
        "asked": asked,
        "about": about,
        "names": about.values("any"),
        "ready": read.ready(case, about, asked.kinds),
        "fetches": shown,
        "under_way": any(one.under_way for one in shown),
        "may_fetch": actor.may("case.work", case.team_id),
        "sees_settings": actor.may("source.read", case.team_id),
    }


def _asked(request: HttpRequest) -> Asked:
    """Of the address, or of a form that repeats it. What cannot be read is as if it were not there."""
    told = request.POST if request.method == "POST" else request.GET
    kinds = tuple(kind for kind in told.get("kinds", "").split(",") if kind in LOG_KINDS)
    return Asked(_number(told.get("step")) or None, kinds, _instant(told.get("from")), _instant(told.get("to")))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 18 else 0


def _instant(text: str | None) -> datetime | None:
    """UTC, as a form's field of date and time writes it."""
    try:
        return datetime.strptime((text or "")[:16], FORM).replace(tzinfo=UTC)
    except ValueError:
        return None


urlpatterns = [
    path("cases/<str:ref>/logs/", show, name="case-logs"),
    path("cases/<str:ref>/logs/fetch/", fetch),
    path("log-fetches/<int:pk>/stop/", stop),
]
