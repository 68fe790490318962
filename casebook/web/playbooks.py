"""The library: every playbook one may use, how much of it the product does by itself, and who last looked at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casebook.actor import Actor
from casebook.attack.read import attack
from casebook.models import PlaybookVersion
from casebook.playbooks import library
from casebook.playbooks.access import WRITE
from casebook.playbooks.digest import Summary, summary_of
from casebook.plugins import table
from casebook.reports import of_playbooks
from casebook.web.guard import signed_in

PER_PAGE = 100
FILTERS = ("q", "technique", "tactic", "library", "team")
STATES = {"published": "Published", "draft": "Drafts", "retired": "Retired"}


@dataclass(frozen=True)
class Line:
    """One playbook. ``technique_name`` is ATT&CK's, ``full_name`` with its parent's before it; ``looked`` says who last
    reviewed or published it, and when."""

    version: PlaybookVersion
    technique_name: str
    full_name: str
    summary: Summary
    open_cases: int
    looked: tuple[str, str, datetime | None]


@dataclass(frozen=True)
class StateTab:
    name: str
    count: int
    url: str
    current: bool


@require_safe
@signed_in("playbook.read")
def listing(request: HttpRequest) -> HttpResponse:
    """`/playbooks/`: a hundred at a time, in the order of their techniques."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked = _asked(request)
    page = _page_number(request)
    found = library.search(actor, asked).order_by("technique", "playbook__slug").select_related("playbook__team")
    start = (page - 1) * PER_PAGE
    versions = list(found.defer("card", "cells")[start : start + PER_PAGE + 1])
    facets = library.facets(actor)
    context = {
        "rows": _lines(actor, versions[:PER_PAGE]),
        "asked": asked,
        "narrowed": any(asked.get(name) for name in FILTERS),
        "facets": facets,
        "tabs": _tabs(actor, asked, facets.states),
        "before": _url(asked, page - 1) if page > 1 else "",
        "after": _url(asked, page + 1) if len(versions) > PER_PAGE else "",
        "first": start + 1,
        "last": start + min(len(versions), PER_PAGE),
        "sees_cases": actor.may("case.read"),
        "sees_report": of_playbooks.sees(actor),
        "writes": actor.may(WRITE),
    }
    return render(request, "casebook/playbooks.html", context)


def _asked(request: HttpRequest) -> dict[str, str]:
    asked = {name: value for name in FILTERS if (value := request.GET.get(name, "").strip())}
    state = request.GET.get("state", "")
    return asked | {"state": state if state in STATES else "published"}


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1


def _lines(actor: Actor, versions: list[PlaybookVersion]) -> list[Line]:
    here, names = table("DETECTORS").keys(), attack()
    cases = library.open_cases(actor, versions) if actor.may("case.read") else {}
    return [
        Line(
            version=version,
            technique_name=names.name(version.technique),
            full_name=names.full_name(version.technique),
            summary=summary_of(version.digest, here),
            open_cases=cases.get(version.playbook_id, 0),
            looked=_looked(version),
        )
        for version in versions
    ]


def _looked(version: PlaybookVersion) -> tuple[str, str, datetime | None]:
    if version.state == PlaybookVersion.State.DRAFT:
        return "written", version.created_by, version.created_at
    if version.state == PlaybookVersion.State.RETIRED:
        return "retired", version.retired_by, version.retired_at
    if version.reviewed_at:
        return "reviewed", version.reviewed_by, version.reviewed_at
    return "published", version.published_by, version.published_at


def _tabs(actor: Actor, asked: Mapping[str, str], counts: Mapping[str, int]) -> list[StateTab]:
    shown = [name for name in STATES if name != "draft" or actor.may(WRITE)]
    return [
        StateTab(STATES[name], counts[name], _url({**asked, "state": name}, 1), asked["state"] == name)
        for name in shown
    ]


def _url(asked: Mapping[str, str], page: int) -> str:
    fields = {name: value for name, value in asked.items() if (name, value) != ("state", "published")}
    fields |= {"page": str(page)} if page > 1 else {}
    return f"/playbooks/?{urlencode(fields)}" if fields else "/playbooks/"
