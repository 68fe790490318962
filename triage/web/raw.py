"""Raw things: the lines of an original around one of them, and an alert as it came."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casebook import jsonio
from casebook.actor import Actor
from casebook.cases import evidence
from casebook.errors import Invalid, NotFound
from casebook.intake.read_back import facts_of, raw_body
from casebook.models import Alert, Evidence, RuleFeedback
from casebook.web.guard import signed_in
from triage.web.evidence_table import pieces
from triage.web.step_card import log_zone

AROUND = 3
AROUND_WHOLE = 25
MOST_SHOWN = 512 * 1024


@require_safe
@signed_in("case.read")
def lines(request: HttpRequest, pk: int) -> HttpResponse:
    """`/evidence/<id>/lines/?line=31`: that line with its neighbours; in place with htmx, as a page without."""
    found = evidence.fetch(request.actor, pk)  # type: ignore[attr-defined]
    in_place = bool(request.htmx)  # type: ignore[attr-defined]
    asked = _line(request, found)
    reach = AROUND if in_place else AROUND_WHOLE
    named = [value for value in request.GET.getlist("mark") if value][:4]
    shown = [
        {"number": number, "pieces": pieces(text, named) if number == asked else [(text, False)], "on": number == asked}
        for number, text in evidence.raw_lines(found, max(1, asked - reach), asked + reach)
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


def _line(request: HttpRequest, found: Evidence) -> int:
    text = request.GET.get("line", "1")
    if not text.isdecimal() or len(text) > 12 or int(text) < 1:
        raise Invalid("Ask for a line by its number.", errors={"line": ["a number from 1"]})
    return min(int(text), found.lines or int(text))
