"""Records as a file to take away, from the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from casebook.cases import evidence as evidence_verbs
from casebook.cases.access import fetch_for
from casebook.errors import NotFound
from casebook.models import Evidence
from casebook.web.guard import actor_of, signed_in
from triage import event_views
from triage.events.taking_away import FORMS, fields_of, lines
from triage.models import EventView, Finding
from triage.web.events_page import question_of
from triage.web.finding_card import log_zone


@require_safe
@signed_in("case.read")
def events(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """`/evidence/<id>/export/<csv|ndjson>/`: what matches, as a file; while a worker writes it, a page that waits."""
    evidence = evidence_verbs.fetch(actor_of(request), pk)
    media = _media(form)
    question = replace(question_of(request.GET, log_zone(evidence)), after=0, by=None)
    asked = question.to_json() | {"form": form}
    view = event_views.ask(evidence.case, EventView.What.EXPORT, asked, evidence=evidence)
    path = event_views.export_path(view)
    if view.state == EventView.State.READY and not path.is_file():  # the file is a cache like any other
        view.delete()
        view = event_views.ask(evidence.case, EventView.What.EXPORT, asked, evidence=evidence)
    if view.state != EventView.State.READY:
        context = {"evidence": evidence, "case": evidence.case, "view": view, "here": request.get_full_path()}
        return _waiting(request, context)
    return _as_file(path, f"{evidence.name}.events.{form}", media)


@require_safe
@signed_in("case.read")
def finding(request: HttpRequest, ref: str, detector: str, form: str) -> HttpResponseBase:
    """`/cases/<ref>/findings/<D05>/<csv|ndjson>/`: the records one finding keeps, each with where it lies."""
    case = fetch_for(actor_of(request), ref)
    media = _media(form)
    found = Finding.objects.filter(case=case, detector=detector, scope="case").first()
    if found is None:
        raise NotFound(f"{case.ref} has no finding {detector}.")
    digests = dict(Evidence.objects.filter(case=case).values_list("pk", "sha256"))
    rows = [_row(one, digests) for one in found.data.get("evidence", ())]
    text = lines(form, {"file": "", "sha256": ""}, rows, fields_of(rows))
    return _as_file(text, f"{case.ref}-{detector}.{form}", media)


def _waiting(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The page that stands in for a file until it is whole; browsers look again by themselves."""
    page = render(request, "triage/export_wait.html", context, status=202)
    if context["view"].state == EventView.State.WAITING:
        page.headers["Refresh"] = "1"
    return page


def _row(kept: Mapping[str, Any], digests: Mapping[int, str]) -> dict[str, Any]:
    """A finding's row as files hold it: the event, its raw text, and where it lies."""
    place = {f"evidence.{name}": kept[name] for name in ("line", "offset", "length")}
    source = {"evidence.file": kept["source"], "evidence.sha256": digests.get(kept["evidence"], "")}
    return {**kept["event"], "event.original": kept["text"], **place, **source}


def _media(form: str) -> str:
    if form not in FORMS:
        raise NotFound(f"There is no such file: {' or '.join(FORMS)}.")
    return FORMS[form]


def _as_file(content: Path | Iterable[str], name: str, media: str) -> HttpResponseBase:
    """A download a browser will neither show nor run."""
    if isinstance(content, Path):
        response: HttpResponseBase = FileResponse(
            content.open("rb"), as_attachment=True, filename=name, content_type=media
        )
    else:
        response = HttpResponse("".join(content), content_type=f"{media}; charset=utf-8")
        response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
