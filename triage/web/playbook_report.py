"""The playbook report as a page, and the cases behind each of its counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from casebook.actor import Actor
from casebook.errors import Invalid
from casebook.web.guard import signed_in
from triage.playbook_report.behind import behind, read_figure
from triage.playbook_report.lines import Line
from triage.playbook_report.maths import FEWEST
from triage.playbook_report.questions import Question
from triage.playbook_report.report import FORMULAS, report
from triage.playbook_report.scope import Scope, may_open, read

CASES = "/reports/playbooks/cases/"
PER_PAGE = 50
TONES = {"true_positive": "bad", "benign_positive": "act-ink", "false_positive": "good"}


@require_safe
@signed_in()
def show(request: HttpRequest) -> HttpResponse:
    """`/reports/playbooks/`: every playbook, or one by version and question."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    scope, errors = _scope(request)
    found, opens = report(actor, scope), may_open(actor)
    slowest = max((one.p90_s or 0 for one in found.questions), default=0) or 1
    questions = [_question(one, scope, slowest) for one in found.questions]
    context = {
        "report": found,
        "scope": scope,
        "last_day": (scope.end - timedelta(microseconds=1)).date(),
        "errors": errors,
        "opens": opens,
        "lines": [_line(line, scope) for line in found.lines],
        "questions": questions,
        "idle": [one for one in questions if one["one"].idle],
        "lacks": [(one, _url(scope, "lacking", one.missing)) for one in found.lacks],
        "formulas": FORMULAS,
        "fewest": FEWEST,
    }
    return render(request, "triage/playbook_report.html", context, status=422 if errors else 200)


@require_safe
@signed_in("case.read")
def cases(request: HttpRequest) -> HttpResponse:
    """`/reports/playbooks/cases/`: the cases a figure counted runs of."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    params = request.GET.dict()
    scope, figure = read(params, timezone.now()), read_figure(params)
    found = behind(actor, scope, figure)
    after = params.get("after", "")
    newest = found.order_by("-pk")
    rows = list((newest.filter(pk__lt=int(after)) if _is_id(after) else newest)[: PER_PAGE + 1])
    shown, query = rows[:PER_PAGE], {"figure": figure.name, "of": figure.of}
    context = {
        "scope": scope,
        "figure": figure,
        "last_day": (scope.end - timedelta(microseconds=1)).date(),
        "total": found.count(),
        "rows": shown,
        "next": f"{CASES}?{scope.query(**query, after=str(shown[-1].pk))}" if len(rows) > PER_PAGE else "",
        "report": f"/reports/playbooks/?{scope.query()}",
    }
    return render(request, "triage/playbook_report_cases.html", context)


def _scope(request: HttpRequest) -> tuple[Scope, dict[str, Any]]:
    """What the address asks for; where it cannot be read, the usual period with what is wrong."""
    try:
        return read(request.GET.dict(), timezone.now()), {}
    except Invalid as refusal:
        return read({}, timezone.now()), refusal.errors


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _url(scope: Scope, figure: str, of: str = "", **part: str) -> str:
    return f"{CASES}?{scope.query(figure=figure, of=of, **part)}"


def _line(line: Line, scope: Scope) -> dict[str, Any]:
    part = {"version" if scope.playbook else "playbook": str(line.name)}
    figures = ("runs", "abandoned", "unknown", "overridden", "returned")
    return {
        "line": line,
        "url": f"/reports/playbooks/?{scope.query(**part)}",
        "urls": {figure: _url(scope, figure, **part) for figure in figures},
        "verdicts": _mix(line, scope, part),
        "reasons": line.reasons.most_common(),
    }


def _mix(line: Line, scope: Scope, part: dict[str, str]) -> list[dict[str, Any]]:
    """The bar's parts, in per cent of closed cases, largest first."""
    at, made = 0.0, []
    for verdict, n in line.verdicts.most_common():
        width = 100 * n / line.closed
        tone, url = TONES.get(verdict, "plain"), _url(scope, "closed", verdict, **part)
        made.append({"verdict": verdict, "n": n, "x": round(at, 2), "width": round(width, 2), "tone": tone, "url": url})
        at += width
    return made


def _question(one: Question, scope: Scope, slowest: float) -> dict[str, Any]:
    figures = ("answered", "unknown", "changed", "pivotal")
    return {
        "one": one,
        "urls": {figure: _url(scope, figure, one.key) for figure in figures},
        "median": round(100 * (one.median_s or 0) / slowest, 1),
        "p90": round(100 * (one.p90_s or 0) / slowest, 1),
    }
