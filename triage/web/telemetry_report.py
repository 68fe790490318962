"""`/reports/telemetry/`: which logs questions lacked, as a page and as CSV, and the cases behind each figure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from casebook.actor import Actor
from casebook.errors import Invalid
from casebook.models import Step
from casebook.web.guard import actor_of, signed_in
from triage.playbook_report.behind import Figure, behind, read_figure
from triage.playbook_report.scope import Scope, may_open
from triage.telemetry_report.gaps import Gap, Week
from triage.telemetry_report.report import FORMULAS, TelemetryReport, read_asked, report
from triage.telemetry_report.table import as_csv
from triage.web.playbook_report_shown import Rate

PAGE, CASES = "/reports/telemetry/", "/reports/telemetry/cases/"
PER_PAGE = 50
LABELS = {
    "answers": "Lacked a log",
    "given_up": "Accepted as unknowable for it",
    "unknowable": "Accepted as unknowable",
    "rate": "Share of answers",
}


@dataclass(frozen=True)
class Addresses:
    """Addresses within one report."""

    scope: Scope
    log: str
    step: str = ""

    def cases(self, figure: str, of: str | None = None, scope: Scope | None = None) -> str:
        of = self.log if of is None else of
        return f"{CASES}?{(scope or self.scope).query(figure=figure, of=of, log=self.log, step=self.step)}"

    def report(self, **part: str) -> str:
        return f"{PAGE}?{self.scope.query(**({'log': self.log} | part))}"


@require_safe
@signed_in()
def show(request: HttpRequest) -> HttpResponse:
    """The report; ``?format=csv`` as a file."""
    actor = actor_of(request)
    found, errors = _report(actor, request)
    if request.GET.get("format") == "csv" and not errors:
        return _csv(found)
    context = {
        "scope": found.scope,
        "log": found.log,
        "last_day": _last_day(found.scope),
        "errors": errors,
        "sample": found.sample,
        "found": found,
        "opens": may_open(actor),
        "sees_sla": actor.may("report.any"),
        "formulas": [(LABELS[name], formula) for name, formula in FORMULAS.items()],
        "csv": f"{PAGE}?{urlencode(request.GET.dict() | {'format': 'csv'})}",
        **_shown(found),
    }
    return render(request, "triage/telemetry_report.html", context, status=422 if errors else 200)


@require_safe
@signed_in("case.read")
def cases(request: HttpRequest) -> HttpResponse:
    """The cases a figure counted answers of."""
    params = request.GET.dict()
    scope, log = read_asked(params, timezone.now())
    figure = read_figure({"figure": "lacking", **params})
    found = behind(actor_of(request), scope, figure)
    after = params.get("after", "")
    newest = found.order_by("-pk")
    is_id = after.isascii() and after.isdecimal() and len(after) < 19
    rows = list((newest.filter(pk__lt=int(after)) if is_id else newest)[: PER_PAGE + 1])
    page = rows[:PER_PAGE]
    more = (
        scope.query(figure=figure.name, of=figure.of, step=figure.step, log=log, after=str(page[-1].pk)) if page else ""
    )
    context = {
        "scope": scope,
        "means": figure.means,
        "of": _narrowed_to(scope, figure) if figure.of or figure.step else "",
        "last_day": _last_day(scope),
        "total": found.count(),
        "rows": page,
        "next": f"{CASES}?{more}" if len(rows) > PER_PAGE else "",
        "report": f"{PAGE}?{scope.query(log=log)}",
    }
    return render(request, "triage/playbook_report_cases.html", context)


urlpatterns = [
    path("reports/telemetry/", show, name="telemetry-report"),
    path("reports/telemetry/cases/", cases, name="telemetry-report-cases"),
]


def _report(actor: Actor, request: HttpRequest) -> tuple[TelemetryReport, dict[str, Any]]:
    """What the address asks for; where it cannot be read, the usual period with what is wrong."""
    now = timezone.now()
    try:
        return report(actor, *read_asked(request.GET.dict(), now)), {}
    except Invalid as refusal:
        return report(actor, *read_asked({}, now)), refusal.errors


def _shown(found: TelemetryReport) -> dict[str, Any]:
    """Each figure with the address of its cases and the width of its bar."""
    at = Addresses(found.scope, found.log)
    teams = {team.slug: team.name for team in found.sample.teams}
    return {
        "lacking": Rate(found.whole.answers, found.answers, at.cases("lacking"), ""),
        "given_up": Rate(found.whole.given_up, found.whole.answers, at.cases("given_up"), at.cases("lacking")),
        "unknowable": Rate(found.unknowable, found.answers, at.cases("unknowable", ""), ""),
        "logs": [_gap(one, at, found.logs, one.name, at.report(log=one.name)) for one in found.logs],
        "others": [_gap(one, at, found.others, one.name, at.report(log=one.name)) for one in found.others],
        "playbooks": [_part(one, at, found.playbooks, "playbook", one.title) for one in found.playbooks],
        "teams": [_part(one, at, found.teams, "team", teams.get(one.name, "")) for one in found.teams],
        "weeks": [_week(one, at) for one in found.weeks],
        "bars": [(f"{one.start:%-d %b %Y}", one.lacking) for one in found.weeks],
        "asked": [_question(one, at, found.questions) for one in found.questions],
    }


def _gap(one: Gap, at: Addresses, beside: list[Gap], of: str, url: str) -> dict[str, Any]:
    most = beside[0].answers if beside else 0
    return {
        "one": one,
        "title": one.name,
        "answers": Rate(one.answers, most, at.cases("lacking", of), ""),
        "given_up": Rate(one.given_up, one.answers, at.cases("given_up", of), ""),
        "url": url,
        "cases": at.cases("lacking", of),
    }


def _part(one: Gap, at: Addresses, beside: list[Gap], part: str, title: str) -> dict[str, Any]:
    """A playbook or a team: its figures are those of the report narrowed to it."""
    narrow: dict[str, Any] = {part: one.name}
    inside = Addresses(replace(at.scope, **narrow), at.log)
    return _gap(one, inside, beside, at.log, inside.report()) | {"title": title or one.name}


def _question(row: Any, at: Addresses, beside: list[Any]) -> dict[str, Any]:
    inside = Addresses(replace(at.scope, playbook=row["playbook"]), at.log, row["key"])
    gap = Gap(row["text"], row["answers"], row["given_up"], row["runs"])
    most = [Gap("", beside[0]["answers"])]
    return _gap(gap, inside, most, at.log, inside.report()) | {"playbook": row["playbook"]}


def _week(one: Week, at: Addresses) -> dict[str, Any]:
    start = datetime.combine(one.start, time(), UTC)
    inside = replace(at.scope, start=max(start, at.scope.start), end=min(start + timedelta(days=7), at.scope.end))
    return {
        "one": one,
        "rate": Rate(one.lacking, one.of, at.cases("lacking", scope=inside), ""),
        "unknowable": Rate(one.unknowable, one.of, at.cases("unknowable", "", scope=inside), ""),
    }


def _csv(found: TelemetryReport) -> HttpResponse:
    answer = HttpResponse(as_csv(found), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="telemetry-gaps.csv"'
    return answer


def _narrowed_to(scope: Scope, figure: Figure) -> str:
    """A log, a question's text, or both."""
    asked = Step.objects.filter(version__playbook__slug=scope.playbook, key=figure.step).order_by("-pk").first()
    return " · ".join(part for part in (figure.of, asked.text if asked else "") if part)


def _last_day(scope: Scope) -> date:
    return (scope.end - timedelta(microseconds=1)).date()
