"""Tier 2 takes a case over: one press, no form. A conflict shows the page as it stands, with who was faster."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from casebook.cases.access import fetch_for
from casebook.errors import Conflict
from casebook.web.guard import signed_in
from triage import escalation
from triage.web import page


@require_POST
@signed_in("case.accept")
def accept(request: HttpRequest, ref: str) -> HttpResponse:
    version = request.POST.get("version", "")
    try:
        found = escalation.accept(
            actor=request.actor,  # type: ignore[attr-defined]
            ref=ref,
            version=int(version) if version.isdecimal() else None,
        )
    except Conflict as refused:
        case = fetch_for(request.actor, ref)  # type: ignore[attr-defined]
        return page.whole(request, case, status=refused.status, problem=refused)
    messages.success(request, f"{found.ref} is yours: its T2 actions are tasks now.")
    return redirect(f"/cases/{found.ref}/")
