"""Raw things: the lines of an original around one of them, and an alert as it came."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casebook import jsonio, originals
from casebook.actor import Actor
from casebook.cases import evidence
from casebook.errors import Invalid, NotFound
from casebook.intake.read_back import facts_of, raw_body
from casebook.line_index import LONGEST_LINE, Line
from casebook.models import Alert, Evidence, RuleFeedback
from casebook.web.guard import signed_in
from triage.web.evidence_row import pieces
from triage.web.finding_card import log_zone

AROUND = 3
AROUND_WHOLE = 25
MOST_SHOWN = 512 * 1024
MOST_NUMBER = 10**12


@require_safe
@signed_in("case.read")
def lines(request: HttpRequest, pk: int) -> HttpResponse:
    """`/evidence/<id>/lines/?line=31`: that line with its neighbours; in place with htmx, as a page without.

    ``at`` and ``for`` name a record inside a longer line, in bytes of the file: that piece of it is shown then.
    """
    found = evidence.fetch(request.actor, pk)  # type: ignore[attr-defined]
    in_place = bool(request.htmx)  # type: ignore[attr-defined]
    asked = min(_number(request, "line", 1), found.lines or MOST_NUMBER)
    reach = AROUND if in_place else AROUND_WHOLE
    named = [value for value in request.GET.getlist("mark") if value][:4]
    shown = [
        _shown(line, asked, named, _record(request, found) if line.number == asked else None)
        for line in evidence.raw_lines(found, max(1, asked - reach), asked + reach)
    ]
    context = {
        "evidence": found, "case": found.case, "lines": shown, "line": asked, "zone": log_zone(found),
        "earlier": max(1, asked - AROUND_WHOLE * 2), "later": asked + AROUND_WHOLE * 2,
    }  # fmt: skip
    return render(request, f"triage/lines.html{'#row' if in_place else ''}", context)


@require_safe
@signed_in("case.read")
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """`/alerts/<id>/raw/`: what the SIEM says of it, and the bytes it sent, indented where they are JSON. With htmx the
    first alone, to stand beside the case."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = Alert.objects.select_related("source", "case").filter(pk=pk, team_id__in=actor.teams("case.read")).first()
    if found is None:
        raise NotFound(f"There is no alert {pk} that you may see.")
    body = raw_body(found)
    context = {
        "alert": found, "case": found.case, "text": jsonio.readable(body, most=MOST_SHOWN), "bytes": len(body),
        "cut": len(body) > MOST_SHOWN, "said": facts_of(found), "may_tune": actor.may("case.work", found.team_id),
        "may_silence": actor.may("suppression.write", found.team_id), "rule_lacks": RuleFeedback.Kind.choices,
    }  # fmt: skip
    in_place = bool(request.htmx)  # type: ignore[attr-defined]
    template = "triage/raw_alert.html" + ("#said" if in_place else "")
    return render(request, template, context | {"in_place": in_place})


def _shown(line: Line, asked: int, named: list[str], record: str | None) -> dict[str, Any]:
    """A line as the page shows it: ``cut`` where more of it is in the original than is shown."""
    on = line.number == asked
    text = line.text if record is None else record
    cut = line.cut or (record is not None and len(record) < line.bytes)
    marked = pieces(text, named) if on else [(text, False)]
    return {
        "number": line.number,
        "pieces": marked,
        "on": on,
        "cut": cut,
        "bytes": line.bytes,
        "inside": record is not None,
    }


def _record(request: HttpRequest, found: Evidence) -> str | None:
    """The piece of a line that the address names; None where it names none."""
    if "at" not in request.GET:
        return None
    at, length = _number(request, "at", 0, least=0), _number(request, "for", LONGEST_LINE)
    return next(originals.pieces(found.path, [(at, min(length, LONGEST_LINE))]))


def _number(request: HttpRequest, name: str, default: int, *, least: int = 1) -> int:
    text = request.GET.get(name, str(default))
    if not text.isdecimal() or len(text) > 12 or int(text) < least:
        raise Invalid("Ask for a line by its number.", errors={name: [f"a number from {least}"]})
    return int(text)
