"""Coverage as a layer of the ATT&CK Navigator: layer format 4.5, as its specification defines it. Pure."""

from __future__ import annotations

from typing import Any

from casebook.reports.coverage_cells import ALERT_DAYS, REVIEW_DAYS, Cell, Coverage

LAYER_VERSION = "4.5"
NAVIGATOR_VERSION = "5.2.0"
"""The Navigator whose format this is; newer ones read it."""
THROUGH = {"exact": "playbook of its own", "parent": "through its parent", "also": "also served by another's playbook",
           "also_parent": "its parent is also served by another's playbook"}  # fmt: skip
SCORES = {"exact": 100, "parent": 66, "also": 33, "also_parent": 33}
GAP = "#e5484d"
GREENS, BLUES, ORANGES = ("#f1f0ee", "#30a46c"), ("#e6edfe", "#3e63dd"), ("#fff1e7", "#f76b15")
WHAT = {
    "playbook": "which playbook serves each technique",
    "automation": "the share of its playbook's questions that a detector can answer",
    "volume": f"alerts that named each technique in {ALERT_DAYS} days",
}


def layer(found: Coverage, by: str, base_url: str = "") -> dict[str, Any]:
    """The layer, scored by ``playbook``, ``automation`` or ``volume``. ``base_url`` makes links back to playbooks."""
    most = max((cell.alerts for cell in found.cells.values()), default=0)
    legend = [
        {"label": "a playbook of its own", "color": GREENS[1]},
        {"label": "alerts name it, no playbook serves it", "color": GAP},
    ]
    return {
        "name": f"Casebook coverage: {by}",
        "versions": {
            "attack": found.attack.version.partition(".")[0] or "18",
            "navigator": NAVIGATOR_VERSION,
            "layer": LAYER_VERSION,
        },
        "domain": "enterprise-attack",
        "description": f"{WHAT[by].capitalize()}; as of {found.now:%Y-%m-%d}.",
        "sorting": 0,
        "layout": {"layout": "side", "showID": True, "showName": True, "expandedSubtechniques": "annotated"},
        "hideDisabled": False,
        "techniques": [_technique(cell, found, by, base_url) for cell in found.cells.values()],
        "gradient": _gradient(by, most),
        "legendItems": legend if by == "playbook" else [],
        "metadata": [{"name": "review overdue after", "value": f"{REVIEW_DAYS} days"}],
        "links": [{"label": "Casebook", "url": f"{base_url}/coverage/"}] if base_url else [],
        "showTacticRowBackground": False,
        "selectTechniquesAcrossTactics": True,
        "selectSubtechniquesWithParent": False,
    }


def _technique(cell: Cell, found: Coverage, by: str, base_url: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "techniqueID": cell.id,
        "enabled": True,
        "comment": _comment(cell),
        "metadata": [{"name": name, "value": value} for name, value in _metadata(cell, found)],
    }
    if (score := _score(cell, by)) is not None:
        told["score"] = score
    if by == "playbook" and cell.alerts and cell.through is None:
        told["color"] = GAP
    if base_url and cell.books:
        told["links"] = [{"label": one.slug, "url": f"{base_url}/playbooks/{one.slug}/"} for one in cell.books]
    if any(found.cells[one.id].alerts for one in found.attack.subs.get(cell.id, ())):
        told["showSubtechniques"] = True
    return told


def _score(cell: Cell, by: str) -> float | None:
    """None leaves a technique unscored, which the Navigator shows without colour."""
    if by == "volume":
        return cell.alerts or None
    if by == "automation":
        share = cell.book.automated_share if cell.book else None
        return None if share is None else round(100 * share)
    return SCORES.get(cell.through or "")


def _gradient(by: str, most: int) -> dict[str, Any]:
    colours = {"playbook": GREENS, "automation": BLUES, "volume": ORANGES}[by]
    return {"colors": list(colours), "minValue": 0, "maxValue": max(most, 1) if by == "volume" else 100}


def _comment(cell: Cell) -> str:
    book = cell.book
    if book is None:
        return "No playbook serves it." if not cell.alerts else f"No playbook serves it; {cell.alerts} alerts name it."
    return f"{book.name} ({book.slug} v{book.version}), {THROUGH[cell.through or 'exact']}."


def _metadata(cell: Cell, found: Coverage) -> list[tuple[str, str]]:
    told = [(f"alerts in {ALERT_DAYS} days", str(cell.alerts))]
    if book := cell.book:
        summary = book.summary
        told += [
            ("questions automated", f"{summary.automated} of {summary.questions}"),
            ("criteria executable", f"{summary.executable} of {summary.criteria}"),
            ("last reviewed", f"{book.reviewed_at:%Y-%m-%d}" if book.reviewed_at else "never"),
        ]
        told += [("review", "overdue")] if book.review_overdue(found.now) else []
    return told
