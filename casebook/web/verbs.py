"""The record's verbs as forms of a page: each calls the service the API calls, then goes back to the case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from casebook.api.evidence import original, upload_of
from casebook.cases import closing, evidence, notes, ownership, waiting
from casebook.errors import Conflict, DomainError, Invalid
from casebook.web.guard import signed_in


def _verb(act: Callable[..., Any], *takes: str) -> Callable[..., HttpResponseBase]:
    @require_POST
    @signed_in("case.work")
    def view(request: HttpRequest, ref: str) -> HttpResponse:
        def do() -> Any:
            given = {name: _value(request, name) for name in takes}
            return act(actor=request.actor, ref=ref, **given)  # type: ignore[attr-defined]

        return answered(request, ref, do)

    view.__doc__ = act.__doc__
    return view


def answered(request: HttpRequest, ref: str, act: Callable[[], Any]) -> HttpResponse:
    """Do it and go back; a refusal is said on the page the person came from."""
    back = back_to(request, f"/cases/{ref}/")
    try:
        act()
    except (Invalid, Conflict) as refused:
        messages.error(request, said(refused))
    return redirect(back)


def said(refused: DomainError) -> str:
    """A refusal in one line: what, and by field what is wrong."""
    fields = "; ".join(f"{name}: {', '.join(map(str, what))}" for name, what in refused.errors.items())
    return f"{refused.detail} ({fields})" if fields else refused.detail


def back_to(request: HttpRequest, default: str) -> str:
    """The ``next`` of a form, or of the address it stands at, where it leads to a page of ours."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()})
    return asked if asked and ours else default


def _value(request: HttpRequest, name: str) -> Any:
    text = request.POST.get(name, "")
    if name == "version":
        return _small(text)
    if name == "until":
        return _instant(text)
    return text


def _small(text: str) -> int | None:
    """A number of a form's field, None where it is none; longer than any number of ours is none."""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _instant(text: str) -> datetime | None:
    """A time as a form gives it: without a zone it is the zone the person reads times in. Raises Invalid."""
    try:
        found = parse_datetime(text) if text else None
    except ValueError:
        found = None
    if text and found is None:
        raise Invalid("That is no time.", errors={"until": ["a date and a time"]})
    return timezone.make_aware(found) if found is not None and timezone.is_naive(found) else found


take = _verb(ownership.take, "version")
release = _verb(ownership.release, "version", "reason")
assign = _verb(ownership.assign, "version", "to", "reason")
wait = _verb(waiting.wait, "version", "reason", "until")
resume = _verb(waiting.resume, "version")
reopen = _verb(closing.reopen, "version", "reason")
note = _verb(notes.note, "text")
edit = _verb(notes.edit, "version", "severity", "reason")


@require_POST
@signed_in("case.work")
def attach(request: HttpRequest, ref: str) -> HttpResponse:
    """A file or a paste from the page."""
    act = lambda: evidence.attach(actor=request.actor, ref=ref, **upload_of(request))  # type: ignore[attr-defined] # noqa: E731
    return answered(request, ref, act)


@require_POST
@signed_in("case.work")
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Zone, year or format of a log, corrected; it is read again."""
    found = evidence.fetch(request.actor, pk)  # type: ignore[attr-defined]
    given = {
        "timezone": request.POST.get("timezone") or None,
        "year": _small(request.POST.get("year", "")),
        "format": request.POST.get("format"),  # empty: as recognised; not there at all: as it is
    }
    act = lambda: evidence.correct(actor=request.actor, evidence_id=pk, **given)  # type: ignore[attr-defined,arg-type] # noqa: E731
    return answered(request, found.case.ref, act)


@require_safe
@signed_in("case.read")
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The untouched original."""
    return original(evidence.fetch(request.actor, pk))  # type: ignore[attr-defined]
