"""Answers from the page: given, accepted, ticked, taken back. With htmx the next step comes back; without, the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from casebook.actor import Actor
from casebook.cases.access import fetch_for
from casebook.errors import Conflict, DomainError, Invalid
from casebook.models.choices import Tier
from casebook.templatetags.casebook_words import answer_word
from casebook.web.guard import signed_in
from triage import answers, taking_back
from triage.models import Answer
from triage.web import page, workbench
from triage.web.rail import after


@require_POST
@signed_in("case.work")
def answer(request: HttpRequest, ref: str, step: int) -> HttpResponse:
    """Give one of the answers; ``accept`` takes the proposal, ``done`` ticks."""
    post = request.POST
    value, common = post.get("value", ""), {"actor": request.actor, "ref": ref, "step_id": step}  # type: ignore[attr-defined]
    note, revision = post.get("note", ""), _number(post.get("revision"))
    said = post.get("proposed", "") if value == "accept" else value
    # The tick counts however "cannot tell" was said: by its own button, or by accepting that proposal.
    unknowable = said == "cannot_tell" and bool(post.get("unknowable"))

    def act() -> Answer:
        if value == "accept" and not note.strip() and not unknowable:
            return answers.accept(**common, revision=revision)
        if value == "done":
            return answers.done(**common, note=note, revision=revision)
        return answers.answer(**common, value=said, note=note, unknowable=unknowable, revision=revision)

    return _answered(request, ref, step, act)


@require_POST
@signed_in("case.work")
def accept_all(request: HttpRequest, ref: str) -> HttpResponse:
    """Take every proposal that remains, each recorded as its own answer."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    here = _number(request.POST.get("step")) or 0
    try:
        given = answers.accept_all(actor=actor, ref=ref)
    except (Invalid, Conflict) as refused:
        return _refused(request, ref, here, refused)
    count = len(given)
    text = f"{count} proposal{'' if count == 1 else 's'} accepted" if count else "Nothing is left to accept"
    return _go_on(request, ref, here, text, undo=count > 0)


@require_POST
@signed_in("case.work")
def undo(request: HttpRequest, ref: str) -> HttpResponse:
    """Take back the latest answer of one's own, and show its step again."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    here = _number(request.POST.get("step")) or 0
    try:
        taking_back.undo(actor=actor, ref=ref)
    except (Invalid, Conflict) as refused:
        return _refused(request, ref, here, refused)
    return _go_on(request, ref, here, "Taken back", stay=True)


def _answered(request: HttpRequest, ref: str, step: int, act: Callable[[], Answer]) -> HttpResponse:
    try:
        given = act()
    except (Invalid, Conflict) as refused:
        return _refused(request, ref, step, refused)
    return _go_on(request, ref, step, f"Answered: {answer_word(given.value).lower()}", undo=True)


def _refused(request: HttpRequest, ref: str, step: int, refused: DomainError) -> HttpResponse:
    """The same step, as it stands now, with what is wrong and everything that was typed."""
    case = fetch_for(request.actor, ref)  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "step_id": step,
        "problem": refused,
        "typed": request.POST.get("note", ""),
        "pending": _pending(request),
        "unknowable": bool(request.POST.get("unknowable")),
    }
    if request.htmx:  # type: ignore[attr-defined]
        bench = workbench.build(request, case, step_id=step)
        status = 422 if isinstance(refused, Invalid) else 409
        return render(request, "triage/_answered.html", {"bench": bench, "case": case} | context, status=status)
    return page.whole(request, case, status=refused.status, **context)


def _pending(request: HttpRequest) -> str:
    """The answer that was meant, so that one key gives it once the note is there."""
    value = request.POST.get("value", "")
    return request.POST.get("proposed", "") if value == "accept" else value


def _go_on(
    request: HttpRequest, ref: str, step: int, text: str, *, undo: bool = False, stay: bool = False
) -> HttpResponse:
    case = fetch_for(request.actor, ref)  # type: ignore[attr-defined]
    view = "analysis" if case.tier == Tier.T2 else None
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, text)
        return redirect(f"{_address(case.ref, None, view)}{'&' if view else '?'}after={step}")
    bench = workbench.build(request, case, step_id=step)
    onward = step if stay else after(bench.view, step)
    if onward != step:
        bench = workbench.at_step(request, bench, onward)
    context = {"bench": bench, "case": case, "toast": text, "undo": undo, "undo_step": step}
    response = render(request, "triage/_answered.html", context)
    response.headers["HX-Replace-Url"] = _address(case.ref, onward, view)
    return response


def _address(ref: str, step: int | None, view: str | None) -> str:
    query = {name: value for name, value in (("view", view), ("step", step)) if value}
    return f"/cases/{ref}/{'?' + urlencode(query) if query else ''}"


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 18 else None
