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
from casebook.playbooks.access import may_write
from casebook.web.guard import signed_in
from triage.playbook_report.behind import behind, narrowed_to, read_figure
from triage.playbook_report.maths import FEWEST
from triage.playbook_report.report import FORMULAS, PlaybookReport, report
from triage.playbook_report.scope import Scope, may_open, read
from triage.web.playbook_report_shown import CASES, PAGE, shown

PER_PAGE = 50
LABELS = {
    "runs": "Runs",
    "active_time": "Active time",
    "unknown_rate": "Cannot tell",
    "override_rate": "Against the recommendation",
    "return_rate": "Returned by Tier 2",
    "changed_rate": "Proposal not taken",
    "pivotal_share": "Changed the recommendation",
    "gain_bits": "Says of the verdict",
    "never_changes": "Never changes anything",
}
"""What the page calls each formula."""


@require_safe
@signed_in()
def show(request: HttpRequest) -> HttpResponse:
    """`/reports/playbooks/`: every playbook, or one by version and question."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found, errors = _report(actor, request)
    book = found.sample.versions[0] if found.sample.versions else None
    context = {
        "scope": found.scope,
        "last_day": _last_day(found.scope),
        "errors": errors,
        "sample": found.sample,
        "book": book,
        "writes": book is not None and may_write(actor, book.playbook),
        "opens": may_open(actor),
        "sees_sla": actor.may("report.any"),
        "sees_library": actor.may("playbook.read"),
        "formulas": [(LABELS[name], formula) for name, formula in FORMULAS.items()],
        "fewest": FEWEST,
        **shown(found),
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
    page, query = rows[:PER_PAGE], {"figure": figure.name, "of": figure.of}
    context = {
        "scope": scope,
        "means": figure.means,
        "of": narrowed_to(scope, figure) if figure.of else "",
        "last_day": _last_day(scope),
        "total": found.count(),
        "rows": page,
        "next": f"{CASES}?{scope.query(**query, after=str(page[-1].pk))}" if len(rows) > PER_PAGE else "",
        "report": f"{PAGE}?{scope.query()}",
    }
    return render(request, "triage/playbook_report_cases.html", context)


def _report(actor: Actor, request: HttpRequest) -> tuple[PlaybookReport, dict[str, Any]]:
    """What the address asks for; where it cannot be read, the usual period with what is wrong."""
    now = timezone.now()
    try:
        return report(actor, read(request.GET.dict(), now)), {}
    except Invalid as refusal:
        return report(actor, read({}, now)), refusal.errors


def _last_day(scope: Scope) -> Any:
    return (scope.end - timedelta(microseconds=1)).date()


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
