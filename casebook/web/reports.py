"""The SLA report as a page, and the cases behind each of its figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from casebook.actor import Actor
from casebook.errors import Invalid
from casebook.models import Case, Playbook, Source, Team
from casebook.models.choices import Severity
from casebook.reports import breaches as late
from casebook.reports import chart, of_playbooks, sla
from casebook.reports.behind import behind, read_figure, span_of
from casebook.reports.outcomes import OUTCOMES
from casebook.reports.scope import GROUPS, Scope, read_scope
from casebook.sla import policies
from casebook.sla.words import span_words
from casebook.web.guard import signed_in

PER_PAGE = 50
CASES = "/reports/sla/cases/"
TONES = ("act-ink", "bad")
"""Of the chart's lines: the measure everybody starts with, and the worst."""


@dataclass(frozen=True)
class Shown:
    """A figure with the address of the cases behind each of its numbers, and of its breaches."""

    figure: sla.Figure
    urls: dict[str, str]
    breaches: str
    worst: bool = False
    targets: str = ""

    @property
    def percent(self) -> str:
        share = self.figure.attainment
        return "–" if share is None else f"{100 * share:.1f} %"


@dataclass(frozen=True)
class Row:
    """One case behind a figure."""

    case: Case
    severity: str
    span: float | None


@require_safe
@signed_in("report.any")
def sla_report(request: HttpRequest) -> HttpResponse:
    """`/reports/sla/`: figures, attainment by day, breaches with where the time went."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now = timezone.now()
    scope, errors = _scope(request, now)
    report = sla.report(actor, scope)
    measure = _breach_measure(request, report.figures)
    worst = _worst(report.figures)
    context = {
        "scope": scope,
        "last_day": (scope.end - timedelta(microseconds=1)).date(),
        "errors": errors,
        "figures": [_shown(figure, scope, worst) for figure in report.figures],
        "groups": [(name, [_shown(one, scope, "") for one in figures]) for name, figures in report.groups.items()],
        "closings": [(one, f"{CASES}?{scope.query(closed=one.how)}") for one in report.closings],
        "chart": _chart(actor, scope, worst),
        "breaches": late.breaches(actor, scope, measure, now) if measure else [],
        "breach": next((_shown(f, scope, worst) for f in report.figures if f.measure == measure), None),
        "own_only": not actor.may("report.read"),
        "sees_playbooks": of_playbooks.sees(actor),
        "options": _options(actor),
        "group_choices": GROUPS,
    }
    return render(request, "casebook/sla_report.html", context, status=422 if errors else 200)


@require_safe
@signed_in("report.any")
def sla_cases(request: HttpRequest) -> HttpResponse:
    """`/reports/sla/cases/`: exactly the cases a figure counted."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    scope = read_scope(request.GET.dict(), timezone.now())
    measure, outcome = read_figure(request.GET.dict())
    found = behind(actor, scope, measure, outcome)
    rows, more = _page(found, request.GET.get("after", ""))
    context = {
        "scope": scope,
        "last_day": (scope.end - timedelta(microseconds=1)).date(),
        "measure": measure,
        "outcome": outcome,
        "means": OUTCOMES.get(outcome, ""),
        "total": found.count(),
        "rows": [Row(case, case.severity_word, span_of(case, measure)) for case in rows],
        "next": f"{CASES}?{_with(request, after=str(rows[-1].pk))}" if more else "",
        "report": f"/reports/sla/?{scope.query()}",
    }
    return render(request, "casebook/sla_cases.html", context)


urlpatterns = [
    path("reports/sla/", sla_report, name="sla-report"),
    path("reports/sla/cases/", sla_cases, name="sla-cases"),
]


def _scope(request: HttpRequest, now: datetime) -> tuple[Scope, dict[str, Any]]:
    """What the address asks for; where it cannot be drawn, the usual period with what is wrong."""
    try:
        return read_scope(request.GET.dict(), now), {}
    except Invalid as refusal:
        return read_scope({}, now), refusal.errors


def _shown(figure: sla.Figure, scope: Scope, worst: str) -> Shown:
    part = scope if figure.group is None else scope.narrowed(figure.group)
    urls = {outcome: f"{CASES}?{part.query(measure=figure.measure, outcome=outcome)}" for outcome in OUTCOMES}
    breaches = f"/reports/sla/?{scope.query(breaches=figure.measure)}#breaches"
    return Shown(figure, urls, breaches, figure.measure == worst, _targets(figure) if figure.has_target else "")


def _targets(figure: sla.Figure) -> str:
    """The present targets from critical down, as the formula's line shows them."""
    table = policies.remembered()
    found = (table.target(severity, figure.measure) for severity in reversed(Severity.values))
    return " · ".join(span_words(target.target_s) for target in found if target)


def _worst(figures: list[sla.Figure]) -> str:
    """The measure whose target is met least, where one was missed at all."""
    missed = [figure for figure in figures if figure.missed and figure.attainment is not None]
    return min(missed, key=lambda figure: figure.attainment or 0.0).measure if missed else ""


def _breach_measure(request: HttpRequest, figures: list[sla.Figure]) -> str:
    asked = request.GET.get("breaches", "")
    known = {figure.measure for figure in figures if figure.has_target}
    return asked if asked in known else _worst(figures)


def _chart(actor: Actor, scope: Scope, worst: str) -> list[Any] | None:
    """The lines with their colour and, for each point, the cases of that day. None for a period of one day."""
    first, last = scope.start.date(), (scope.end - timedelta(microseconds=1)).date()
    if first == last:
        return None
    days = sla.by_day(actor, scope)
    wanted = dict.fromkeys(["time_to_acknowledge", worst or "time_to_resolve"])
    series = [_series(measure, days) for measure in wanted]
    drawn = chart.draw(first, last, [one for one in series if one is not None])
    lines = []
    for line, tone in zip(drawn.lines, TONES, strict=False):
        points = [(point, _of_day(scope, line.measure, point.day)) for point in line.points]
        lines.append({"line": line, "tone": "bad" if line.measure == worst else tone, "points": points})
    return [drawn, lines]


def _series(measure: str, days: dict[str, list[sla.Figure]]) -> tuple[str, str, dict[date, chart.Share]] | None:
    label, shares = "", {}
    for day, figures in days.items():
        for figure in figures:
            if figure.measure == measure:
                label, shares[date.fromisoformat(day)] = figure.label, (figure.met, figure.ended)
    return (measure, label, shares) if shares else None


def _of_day(scope: Scope, measure: str, day: str) -> str:
    start = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    bounds = {"from": start.isoformat(), "to": (start + timedelta(days=1)).isoformat()}
    return f"{CASES}?{scope.query(measure=measure, outcome='ended', group_by='', **bounds)}"


def _options(actor: Actor) -> dict[str, Any]:
    """What the filters offer, in one query: (slug, name) of teams, sources and playbooks."""
    teams = actor.teams("report.any")
    offered = Team.objects.filter(pk__in=teams).values_list(Value("teams"), "slug", "name").order_by()
    offered = offered.union(
        Source.objects.filter(team_id__in=teams).values_list(Value("sources"), "slug", "name").order_by(),
        Playbook.objects.filter(Q(team=None) | Q(team_id__in=teams))
        .values_list(Value("playbooks"), "slug", "slug")
        .order_by(),
    )
    found: dict[str, Any] = {"severities": list(reversed(Severity.labels)), "teams": [], "sources": [], "playbooks": []}
    for kind, slug, name in sorted(offered):
        found[kind].append((slug, name))
    return found


def _page(found: QuerySet[Case], after: str) -> tuple[list[Case], bool]:
    """A page, newest first, and whether there is another."""
    newest = found.order_by("-pk")
    if after.isdecimal() and len(after) < 19:
        newest = newest.filter(pk__lt=int(after))
    rows = list(newest[: PER_PAGE + 1])
    return rows[:PER_PAGE], len(rows) > PER_PAGE


def _with(request: HttpRequest, **values: str) -> str:
    query = request.GET.copy()
    for name, value in values.items():
        query[name] = value
    return query.urlencode()
