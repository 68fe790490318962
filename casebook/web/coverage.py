"""`/coverage/`: the ATT&CK matrix over the library, and what is behind each of its cells."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from casebook.actor import Actor
from casebook.attack.read import shipped
from casebook.errors import NotFound
from casebook.reports.coverage import coverage
from casebook.reports.coverage_cells import ALERT_DAYS, REVIEW_DAYS, Cell, Coverage
from casebook.web.coverage_matrix import COLOURS, LEGENDS, Shown, columns, queue_url
from casebook.web.guard import signed_in

MOST_UNCOVERED = 12
THROUGH = {
    "exact": "of its own",
    "parent": "through its parent",
    "also": "also serves it",
    "also_parent": "also serves its parent",
}


@require_safe
@signed_in("playbook.read")
def matrix(request: HttpRequest) -> HttpResponse:
    """The matrix, coloured by ``by``; ``alerts`` and ``uncovered`` narrow it, ``tactic`` too."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = coverage(actor)
    shown = _shown(request, found)
    drawn = columns(found, shown)
    context = {
        "coverage": found,
        "shown": shown,
        "columns": drawn,
        "colours": [(key, label, shown.url(by=key)) for key, label in COLOURS.items()],
        "legend": LEGENDS[shown.by],
        "figures": _figures(found),
        "uncovered": [_volume_row(cell, found, actor) for cell in found.uncovered[:MOST_UNCOVERED]],
        "more_uncovered": max(len(found.uncovered) - MOST_UNCOVERED, 0),
        "outside": [cell for cell in found.outside if cell.books],
        "tactics": found.attack.tactics,
        "notice": shipped().notice,
        "alert_days": ALERT_DAYS,
        "review_days": REVIEW_DAYS,
    }
    return render(request, "casebook/coverage.html", context)


@require_safe
@signed_in("playbook.read")
def technique(request: HttpRequest, technique: str) -> HttpResponse:
    """`/coverage/T1110/`: one technique and its sub-techniques with everything that covers them."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = coverage(actor)
    cell = found.cell(technique)
    if cell is None:
        raise NotFound(f"{technique[:20]} is in no matrix, no alert and no playbook that you may see.")
    lines = [cell, *(found.cells[one.id] for one in found.attack.subs.get(cell.id, ()))]
    above = found.attack.techniques.get(cell.technique.parent)
    context = {
        "cell": cell,
        "parent": above,
        "tactics": [one for one in found.attack.tactics if one.shortname in cell.technique.tactics],
        "lines": [_line(one, found, actor) for one in lines],
        "alert_days": ALERT_DAYS,
        "on_attack": "" if cell.technique.retired else _on_attack(cell.id),
    }
    part = "#behind" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"casebook/coverage_technique.html{part}", context)


urlpatterns = [
    path("coverage/", matrix, name="coverage"),
    path("coverage/<str:technique>/", technique, name="coverage-technique"),
]


def _shown(request: HttpRequest, found: Coverage) -> Shown:
    """What the address asks for; what it does not know, it leaves at its usual."""
    asked = request.GET
    tactic = asked.get("tactic", "")
    return Shown(
        by=asked["by"] if asked.get("by") in COLOURS else "playbook",
        alerts="alerts" in asked,
        uncovered="uncovered" in asked,
        tactic=tactic if tactic in {one.shortname for one in found.attack.tactics} else "",
    )


def _figures(found: Coverage) -> dict[str, int]:
    """The strip on top."""
    named = [cell for cell in found.cells.values() if cell.alerts]
    return {
        "all": len(found.cells),
        "own": found.count("exact"),
        "through": found.count("parent"),
        "also": found.count("also") + found.count("also_parent"),
        "named": len(named),
        "gaps": sum(not cell.covered for cell in named),
        "untagged": found.volume.untagged,
        "overdue": len(found.overdue),
    }


def _volume_row(cell: Cell, found: Coverage, actor: Actor) -> dict[str, Any]:
    most = found.uncovered[0].alerts
    return {
        "cell": cell,
        "name": found.attack.full_name(cell.id),
        "served_by": cell.book.slug if cell.book else "",
        "permille": round(1000 * cell.alerts / most),
        "queue": queue_url(cell.id) if actor.may("case.read") else "",
    }


def _line(cell: Cell, found: Coverage, actor: Actor) -> dict[str, Any]:
    return {
        "cell": cell,
        "books": [{"book": one, "overdue": one.review_overdue(found.now)} for one in cell.books],
        "through": THROUGH.get(cell.through or "", ""),
        "queue": queue_url(cell.id) if cell.alerts and actor.may("case.read") else "",
    }


def _on_attack(technique: str) -> str:
    return f"https://attack.mitre.org/techniques/{technique.replace('.', '/')}/"
