"""Tasks from Tier 2's page: add one, end one, give it an owner, a date, an outcome."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from casebook.cases.access import fetch_for
from casebook.errors import Conflict, Invalid, NotFound
from casebook.models import Case
from casebook.web.guard import signed_in
from triage import tasks_t2
from triage.models import Task
from triage.web import page


@require_POST
@signed_in("case.accept")
def add(request: HttpRequest, ref: str) -> HttpResponse:
    """An ad-hoc task."""
    post = request.POST
    case = fetch_for(request.actor, ref)  # type: ignore[attr-defined]
    return _done(
        request,
        case,
        lambda: tasks_t2.add(
            actor=request.actor,  # type: ignore[attr-defined]
            ref=ref,
            title=post.get("title", ""),
            owner=post.get("owner") or None,
            due_at=_instant(post.get("due_at", "")),
        ),
        new_task=post,
    )


@require_POST
@signed_in("case.accept")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """What the form of one task holds; fields that are not sent stay as they are."""
    post, actor = request.POST, request.actor  # type: ignore[attr-defined]
    task = Task.objects.filter(pk=pk, team_id__in=actor.teams("case.read")).values_list("case_id", flat=True).first()
    if task is None:
        raise NotFound(f"There is no task {pk} that you may see.")
    case = fetch_for(actor, f"CB-{task}")
    asked: dict[str, Any] = {name: post[name] for name in ("state", "outcome") if name in post}
    if "owner" in post:
        asked["owner"] = post["owner"] or None

    def act() -> Task:
        if "due_at" in post:
            asked["due_at"] = _instant(post["due_at"])
        return tasks_t2.change(actor=actor, task_id=pk, revision=_revision(post.get("revision", "")), **asked)

    return _done(request, case, act, refused_task=pk, typed=post)


def _done(request: HttpRequest, case: Case, act: Callable[[], Task], **typed: Any) -> HttpResponse:
    """Back to the page; a refusal shows it with what was typed still in its form."""
    try:
        act()
    except (Invalid, Conflict) as refused:
        found = fetch_for(request.actor, case.ref)  # type: ignore[attr-defined]
        return page.whole(request, found, status=refused.status, task_problem=refused, **typed)
    if request.htmx:  # type: ignore[attr-defined]
        return page.whole(request, fetch_for(request.actor, case.ref))  # type: ignore[attr-defined]
    return redirect(f"/cases/{case.ref}/#tasks")


def _instant(text: str) -> datetime | None:
    """A time as a form sends it: without a zone it is the viewer's."""
    if not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise Invalid("That is no time.", errors={"due_at": ["a date and a time"]})
    return found if found.tzinfo else timezone.make_aware(found)


def _revision(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None
