"""Bring a library in the browser: upload, see first what would happen, follow it, read what became of each file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casebook.errors import DomainError, Invalid, NotFound, TooLarge, WrongState
from casebook.jobs import asking
from casebook.jobs.asking import UNDER_WAY
from casebook.models import Job, Playbook, Team
from casebook.playbooks import import_job, import_kept
from casebook.playbooks.clauses import Clause, clause
from casebook.playbooks.import_job import Asked
from casebook.playbooks.import_report import OUTCOMES
from casebook.playbooks.outline import name_of, names_of
from casebook.web.guard import actor_of, signed_in

PER_PAGE = 200
RECENT = 8
PAGE = "/playbooks/import/"
FIRST = ("refused", "imported", "unchanged", "skipped")
"""In the order a reader needs them."""

TONES = {"refused": "bad", "imported": "good", "unchanged": "", "skipped": ""}
LOOKED = {"imported": "to import"}
"""Words of a dry run, where they differ."""


@dataclass(frozen=True)
class Line:
    """A file of the report. ``number`` is its place in it, by which its steps are asked for."""

    number: int
    file: Mapping[str, Any]
    word: str
    tone: str
    steps: int
    listed: bool

    @property
    def said(self) -> str:
        """Why it was refused, without the path that stands above it; else what is to be known of it.

        Its first line is no place to look at: it stands for the file as a whole.
        """
        reason = self.file["refused"] or self.file["skipped"] or self.file["note"] or ""
        path = f"{self.file['path']}:"
        placed = f"line {reason.removeprefix(path)}" if reason.startswith(path) else reason
        return placed.removeprefix("line 1: ")


@dataclass(frozen=True)
class StepShown:
    """One step a dry run lists: its detectors by name, and its expression in words."""

    step: Mapping[str, Any]
    detectors: list[tuple[Mapping[str, Any], str]]
    clause: Clause | None


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("playbook.write")
def upload(request: HttpRequest) -> HttpResponse:
    """`/playbooks/import/`: choose what to bring. A script is answered with the job's address, or with why not."""
    if request.method != "POST":
        return _form(request)
    try:
        job = import_job.ask_import(
            actor=actor_of(request),
            files=request.FILES.getlist("file"),
            library=request.POST.get("library", ""),
            team=request.POST.get("team", ""),
            dry_run="dry_run" in request.POST,
        )
    except (Invalid, TooLarge) as refusal:
        if _wants_json(request):
            answer = {"detail": refusal.detail, "errors": refusal.errors}
            return JsonResponse(answer, status=refusal.status)
        return _form(request, refusal)
    address = f"{PAGE}{job.pk}/"
    if _wants_json(request):
        return JsonResponse({"job": job.pk, "url": address}, status=202, headers={"Location": address})
    return redirect(address)


@require_safe
@signed_in("playbook.write")
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """`/playbooks/import/<job>/`: how far it is, then what became of each file.

    A page that waits asks for its bar again and again; once there is nothing to wait for, it is told to load anew.
    """
    job = import_job.fetch(actor_of(request), pk)
    if request.headers.get("HX-Request") and job.state not in UNDER_WAY:
        return HttpResponse(headers={"HX-Refresh": "true"})
    part = "#progress" if request.headers.get("HX-Request") else ""
    return render(request, f"casebook/import_report.html{part}", _report(request, job))


@require_safe
@signed_in("playbook.write")
def steps(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The steps of one file of a dry run: as a part of the report, or as a page where there is no script."""
    job = import_job.fetch(actor_of(request), pk)
    if not job.report:
        raise NotFound("This import lists no steps, or they are not kept any more.")
    shown = _steps(import_kept.steps_of_file(job.report, number))
    part = "#steps" if request.headers.get("HX-Request") else ""
    return render(
        request,
        f"casebook/import_steps.html{part}",
        {"job": job, "file": job.result["files"][number], "sections": shown},
    )


@require_POST
@signed_in("playbook.write")
def go_ahead(request: HttpRequest, pk: int) -> HttpResponse:
    """What the dry run has shown, for good."""
    job = import_job.go_ahead(actor=actor_of(request), job_id=pk)
    return redirect(f"{PAGE}{job.pk}/")


@require_POST
@signed_in("playbook.write")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop it; what was imported stays. One that has ended meanwhile is shown as it ended."""
    with suppress(WrongState):
        asking.cancel(actor=actor_of(request), job_id=import_job.fetch(actor_of(request), pk).pk)
    return redirect(f"{PAGE}{pk}/")


urlpatterns = [
    path("playbooks/import/", upload, name="import"),
    path("playbooks/import/<int:pk>/", report),
    path("playbooks/import/<int:pk>/files/<int:number>/", steps),
    path("playbooks/import/<int:pk>/go/", go_ahead),
    path("playbooks/import/<int:pk>/cancel/", cancel),
]


def _form(request: HttpRequest, refusal: DomainError | None = None) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "teams": list(Team.objects.filter(pk__in=actor.teams("playbook.write")).order_by("name")),
        "libraries": list(Playbook.objects.order_by("library").values_list("library", flat=True).distinct()[:50]),
        "given": request.POST,
        "first": "dry_run" in request.POST or request.method != "POST",
        "refusal": refusal,
        "errors": refusal.errors if refusal else {},
        "recent": [(job, Asked.of(job)) for job in import_job.latest(actor, RECENT)],
    }
    return render(request, "casebook/import.html", context, status=refusal.status if refusal else 200)


def _report(request: HttpRequest, job: Job) -> dict[str, Any]:
    asked = Asked.of(job)
    wanted = request.GET.get("outcome", "")
    words = {outcome: LOOKED.get(outcome, outcome) if asked.dry_run else outcome for outcome in FIRST}
    lines = [_line(number, file, words, bool(job.report)) for number, file in enumerate(job.result.get("files", []))]
    chosen = [one for outcome in FIRST if wanted in ("", outcome) for one in lines if one.file["outcome"] == outcome]
    start = _whole(request.GET.get("from", ""))
    could_go = asked.dry_run and job.state == "done" and job.result.get("imported", 0)
    return {
        "job": job,
        "asked": asked,
        "under_way": job.state in UNDER_WAY,
        "tabs": [(one, words[one], job.result.get(one, 0), TONES[one]) for one in FIRST],
        "total": sum(job.result.get(one, 0) for one in OUTCOMES),
        "wanted": wanted,
        "lines": chosen[start : start + PER_PAGE],
        "before": _address(wanted, start - PER_PAGE) if start else "",
        "after": _address(wanted, start + PER_PAGE) if len(chosen) > start + PER_PAGE else "",
        "range": (start + 1, min(start + PER_PAGE, len(chosen)), len(chosen)),
        "could_go": could_go,
        "can_go": could_go and import_job.still_kept(asked),
    }


def _line(number: int, file: Mapping[str, Any], words: Mapping[str, str], listed: bool) -> Line:
    """``listed`` says whether the steps of each file are kept."""
    count = sum(file["steps"].values())
    return Line(number, file, words[file["outcome"]], TONES[file["outcome"]], count, listed and count > 0)


def _steps(listed: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[StepShown]]]:
    names = names_of(_Named(step["key"], step["text"]) for step in listed)
    sections: dict[str, list[StepShown]] = {}
    for step in listed:
        detectors = [(bound, name_of(bound["detector"])) for bound in step["bindings"]]
        words = clause(step["expression"], names) if step["expression"] else None
        sections.setdefault(step["section"], []).append(StepShown(step, detectors, words))
    return list(sections.items())


@dataclass(frozen=True)
class _Named:
    """A listed step by what expressions call it, and its words."""

    key: str
    text: str


def _address(outcome: str, start: int) -> str:
    return f"?outcome={outcome}&from={max(0, start)}"


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")
