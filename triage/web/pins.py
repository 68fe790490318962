"""Pin a record to the timeline of its case, and take it off: one button, its own undo."""

from __future__ import annotations

from types import SimpleNamespace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from casebook.errors import Invalid
from casebook.web.guard import actor_of, signed_in
from casebook.web.verbs import back_to
from triage import pins
from triage.models import Pin


@require_POST
@signed_in("case.work")
def pin(request: HttpRequest, pk: int) -> HttpResponse:
    """`/evidence/<id>/pins/`: put a record on the timeline."""
    post = request.POST
    line, words = _number(post, "line"), {name: post.get(name, "") for name in ("pointer", "note")}
    if words["pointer"]:
        line = None  # the pointer names the record; its line is known then
    made = pins.pin(actor=actor_of(request), evidence_id=pk, line=line, **words)
    return _done(request, made, on=True)


@require_POST
@signed_in("case.work")
def unpin(request: HttpRequest, pk: int) -> HttpResponse:
    """`/pins/<id>/off/`: take it off again."""
    return _done(request, pins.unpin(actor=actor_of(request), pin_id=pk), on=False)


def _done(request: HttpRequest, row: Pin, *, on: bool) -> HttpResponse:
    """With htmx the button as it is now; without, back to the page."""
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "triage/_pin.html", {"line": _line(row, on=on), "case": row.case})
    messages.success(request, f"{'On' if on else 'Off'} the timeline: {row.evidence.name} {row.place}")
    return redirect(back_to(request, f"/cases/{row.case.ref}/timeline/"))


def _line(row: Pin, *, on: bool) -> SimpleNamespace:
    """What the button needs of a record."""
    return SimpleNamespace(
        evidence=row.evidence_id, line=row.line, pointer=row.pointer, pin=row.pk if on else None,
        place=row.place, file=row.evidence.name,
    )  # fmt: skip


def _number(post: QueryDict, name: str) -> int | None:
    text = post.get(name, "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 18):
        raise Invalid("That is no number.", errors={name: ["a number"]})
    return int(text) if text else None
