"""`/t2/`: what waits for Tier 2, what is mine, what colleagues investigate."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casebook.actor import Actor
from casebook.models import Case
from casebook.models.choices import Tier
from casebook.sla.read import Watch, watched
from casebook.web.guard import signed_in
from triage import queries


@dataclass(frozen=True)
class Line:
    """A case on the desk with the clocks that count for Tier 2."""

    case: Case
    watch: Watch


@require_safe
@signed_in("case.accept")
def show(request: HttpRequest) -> HttpResponse:
    """Three bands, waiting ones first, each with its own clock. Three queries."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = queries.desk(actor)
    clocks = watched([*found.waiting, *found.mine, *found.investigating], Tier.T2)
    bands = [
        ("waiting", "Waiting for Tier 2", _lines(found.waiting, clocks)),
        ("mine", "Mine", _lines(found.mine, clocks)),
        ("others", "Investigated by colleagues", _lines(found.investigating, clocks)),
    ]
    context = {"bands": bands, "waiting": len(found.waiting), "any": any(lines for _, _, lines in bands)}
    whole = not request.htmx  # type: ignore[attr-defined]
    return render(request, "triage/desk.html" if whole else "triage/desk.html#desk", context)


def _lines(cases: list[Case], clocks: dict[int, Watch]) -> list[Line]:
    return [Line(case, clocks.get(case.pk, Watch())) for case in cases]
