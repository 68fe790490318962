"""`/alerts/`: everything that came in, and what became of it. `/alerts/rules/`: what analysts say of the rules."""

from __future__ import annotations

import csv
from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from casebook.actor import Actor
from casebook.models import RuleFeedback, Severity, Source
from casebook.sources import alert_list, feedback
from casebook.web.guard import actor_of, signed_in
from casebook.web.verbs import back_to

PAGE = 50
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run instead of showing."""


@require_safe
@signed_in("case.read")
def alerts(request: HttpRequest) -> HttpResponse:
    """Newest first; a filter or a page is an address."""
    actor = actor_of(request)
    asked = {name: request.GET.get(name, "").strip() for name in alert_list.FILTERS}
    rows = alert_list.alerts(actor, asked)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    context = {
        "rows": shown,
        "asked": asked,
        "narrowed": any(asked.values()),
        "chips": list(_chips(request.GET, asked)),
        "choices": _choices(actor),
        "days": asked["days"] or str(alert_list.DEFAULT_DAYS),
        "newest": _address(request.GET, before=None) if before else "",
        "older": _address(request.GET, before=str(shown[-1].pk)) if len(found) > PAGE else "",
    }
    return render(request, "casebook/alerts.html", context)


@require_safe
@signed_in("case.read")
def rules(request: HttpRequest) -> HttpResponse:
    """By rule, with counts, verdicts and the last notes; ``?format=csv`` for whoever writes the rules."""
    actor = actor_of(request)
    source = request.GET.get("source", "")
    found = feedback.rules(actor, source=source)
    if request.GET.get("format") == "csv":
        return _csv(feedback.as_rows(found))
    most = max((rule.times for rule in found), default=1)
    context = {
        "rules": [
            (rule, [(RuleFeedback.Kind(kind).label, times) for kind, times in rule.kinds.items()]) for rule in found
        ],
        "most": most,
        "source": source,
        "sources": _choices(actor)["source"],
    }
    return render(request, "casebook/rules.html", context)


@require_POST
@signed_in("case.work")
def needs_tuning(request: HttpRequest, pk: int) -> HttpResponse:
    """One click on an alert; with a kind and a note where somebody has more to say."""
    form = request.POST
    said = feedback.say(
        actor=actor_of(request),
        alert_id=pk,
        kind=form.get("kind", "unsaid"),
        note=form.get("note", ""),
    )
    what = "" if said.kind == RuleFeedback.Kind.UNSAID else f" ({RuleFeedback.Kind(said.kind).label})"
    messages.success(request, f"Noted: “{said.rule_name}” needs tuning{what}.")
    return redirect(back_to(request, "/alerts/rules/"))


urlpatterns = [
    path("alerts/", alerts, name="alerts"),
    path("alerts/rules/", rules),
    path("alerts/<int:pk>/feedback/", needs_tuning),
]


def _choices(actor: Actor) -> dict[str, list[tuple[str, str]]]:
    sources = Source.objects.filter(team__in=actor.teams("case.read")).values_list("slug", "name")
    return {
        "source": [("", "any"), *sources],
        "outcome": [("", "any"), *alert_list.OUTCOMES.items()],
        "severity": [("", "any"), *((level.word, level.word) for level in reversed(Severity))],
        "days": [(str(days), f"{days} day{'s' if days > 1 else ''}") for days in alert_list.DAYS],
    }


def _chips(params: QueryDict, asked: dict[str, str]) -> Iterable[dict[str, str]]:
    for name, value in asked.items():
        if value and name != "days":
            text = alert_list.OUTCOMES.get(value, value) if name == "outcome" else value
            yield {
                "text": text if name in ("outcome", "q") else f"{name} {text}",
                "without": _address(params, **{name: None}),
            }


def _address(params: QueryDict, **changes: str | None) -> str:
    copy = params.copy()
    for name, value in {"before": None, **changes}.items():
        copy.pop(name, None)
        if value is not None:
            copy[name] = value
    return f"?{copy.urlencode()}"


def _csv(rows: Iterable[list[str]]) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="rules-to-tune.csv"'
    writer = csv.writer(answer)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row])
    return answer
