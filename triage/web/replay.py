"""What would this version have done to past cases? Ask, watch, read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casebook.actor import Actor
from casebook.errors import Invalid, NotFound
from casebook.jobs import asking
from casebook.models import Job, PlaybookVersion
from casebook.playbooks import library
from casebook.web.guard import signed_in
from triage.replay import job as replays
from triage.replay.choice import numbers, usual

PERIODS = (7, 30, 90, 365)
LATEST = 10
PER_PAGE = 50


@dataclass(frozen=True)
class Cell:
    """One row of the matrix: how many cases went from one recommendation to another, as a share of the largest."""

    before: str
    after: str
    cases: int
    named: list[str]
    share: int

    @property
    def same(self) -> bool:
        return self.before == self.after


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("playbook.write")
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """`/playbooks/<slug>/replay/`: which version, over which cases; and the replays one asked for lately."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    version = library.version_of(actor, slug, request.POST.get("version") or request.GET.get("version"))
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            return _asked(request, actor, version)
        except (Invalid, NotFound) as refused:
            errors = refused.errors or {"cases": [refused.detail]}
    mine = asking.of(actor).filter(kind=replays.KIND, asked__slug=slug)
    context = {
        "version": version,
        "versions": list(version.playbook.versions.order_by("-number").defer("card", "cells")),
        "periods": PERIODS,
        "asked": request.POST or {"days": "30", "which": "followed"},
        "errors": errors,
        "latest": list(mine[:LATEST]),
    }
    return render(request, "triage/replay_ask.html", context, status=422 if errors else 200)


@require_safe
@signed_in("playbook.write")
def show(request: HttpRequest, slug: str, job: int) -> HttpResponse:
    """`/playbooks/<slug>/replay/<job>/`: how far it is, and what it came to so far."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = _fetch(actor, slug, job)
    if request.GET.get("format") == "json":
        answer = JsonResponse(found.result, json_dumps_params={"ensure_ascii": False, "indent": 1})
        answer["Content-Disposition"] = f'attachment; filename="replay-{found.pk}.json"'
        return answer
    context = _shown(found, request.GET.get("change", ""))
    part = "triage/replay.html#report" if request.htmx else "triage/replay.html"  # type: ignore[attr-defined]
    return render(request, part, context)


@require_POST
@signed_in("playbook.write")
def cancel(request: HttpRequest, slug: str, job: int) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asking.cancel(actor=actor, job_id=_fetch(actor, slug, job).pk)
    messages.success(request, "Asked to stop: what was decided so far stays.")
    return redirect(f"/playbooks/{slug}/replay/{job}/")


def _asked(request: HttpRequest, actor: Actor, version: PlaybookVersion) -> HttpResponse:
    form, slug = request.POST, version.playbook.slug
    which = form.get("which", "followed")
    refs = numbers(form.get("cases", "").replace(",", " ").split()) if which == "named" else ()
    if which == "named" and not refs:
        raise Invalid("Name the cases, such as CB-12.", errors={"cases": ["name at least one, such as CB-12"]})
    days = form.get("days", "")
    if days not in {str(one) for one in PERIODS}:
        raise Invalid("Choose a period.", errors={"days": [f"one of {', '.join(map(str, PERIODS))} days"]})
    followed = slug if which == "followed" else ""
    choice = usual(actor.teams("playbook.write"), playbook=followed, days=int(days), cases=refs)
    made = replays.ask(actor=actor, slug=slug, number=str(version.number), choice=choice)
    return redirect(f"/playbooks/{slug}/replay/{made.pk}/")


def _fetch(actor: Actor, slug: str, job_id: int) -> Job:
    found = asking.fetch(actor, job_id)
    if found.kind != replays.KIND or found.asked.get("slug") != slug:
        raise NotFound
    return found


def _shown(job: Job, wanted: str) -> dict[str, Any]:
    result = job.result
    largest = max((one["cases"] for one in result.get("matrix", [])), default=1)
    cells = [
        Cell(one["from"], one["to"], one["cases"], one["named"], max(1, 100 * one["cases"] // largest))
        for one in result.get("matrix", [])
    ]
    changes = [one for one in result.get("changes", []) if wanted in ("", _label(one))]
    return {
        "job": job,
        "slug": job.asked["slug"],
        "result": result,
        "changed": sorted((one for one in cells if not one.same), key=lambda one: -one.cases),
        "unchanged": sorted((one for one in cells if one.same), key=lambda one: -one.cases),
        "changes": changes[:PER_PAGE],
        "more": len(changes) - PER_PAGE,
        "wanted": wanted,
        "reads": job.asked["evidence"],
        "under_way": job.state in asking.UNDER_WAY,
        "percent": 100 * job.done // max(1, job.total),
    }


def _label(change: dict[str, Any]) -> str:
    return " → ".join(change[side]["label"] for side in ("from", "to"))
