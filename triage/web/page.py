"""`/cases/<ref>/`: the workbench until Tier 2 is asked, Tier 2's page from then on, at one address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casebook.cases.access import fetch_for
from casebook.models import Case
from casebook.models.choices import Tier
from casebook.web.guard import signed_in
from triage import handover, run_view
from triage.models import Escalation
from triage.web import t2, workbench
from triage.web.prose import blocks

ANALYSIS = "analysis"


@require_safe
@signed_in("case.read")
def case(request: HttpRequest, ref: str) -> HttpResponse:
    """The page of a case. With Tier 2 the answers stay at ``?view=analysis``."""
    return whole(request, fetch_for(request.actor, ref))  # type: ignore[attr-defined]


def whole(request: HttpRequest, found: Case, *, status: int = 200, **context: Any) -> HttpResponse:
    """The case's page as it stands, with whatever a refused verb has to say."""
    if found.tier == Tier.T2 and request.GET.get("view") != ANALYSIS and "step_id" not in context:
        return t2.show(request, found, status=status, **context)
    return workbench.show(request, found, status=status, **context)


@require_safe
@signed_in("case.read")
def handed_over(request: HttpRequest, ref: str) -> HttpResponse:
    """`/cases/<ref>/handover/`: what was sent, each time, and what would be sent now."""
    found = fetch_for(request.actor, ref)  # type: ignore[attr-defined]
    transfers = Escalation.objects.filter(case=found).select_related("by", "answered_by").order_by("-id")
    now = handover.generate(run_view.view(found))
    sent = [(one, blocks(one.handover)) for one in transfers]
    context = {"case": found, "transfers": sent, "now": now, "now_blocks": blocks(now)}
    return render(request, "triage/handover.html", context)


@require_safe
@signed_in("case.read")
def as_text(request: HttpRequest, ref: str) -> HttpResponse:
    """`/cases/<ref>/text/`: the case for a ticket or a chat."""
    found = fetch_for(request.actor, ref)  # type: ignore[attr-defined]
    text = handover.case_as_text(run_view.view(found))
    part = "#sheet" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"triage/case_text.html{part}", {"case": found, "text": text})
