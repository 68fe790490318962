"""The matrix as the page draws it: columns of cells, each with its tone, its figure and its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from casebook.attack.types import Tactic
from casebook.reports.coverage_cells import ALERT_DAYS, Cell, Coverage

COLOURS = {"playbook": "Playbook", "automation": "Automation", "volume": "Alerts"}
"""What may colour the matrix."""
LEGENDS = {
    "playbook": (
        ("own", "playbook of its own"),
        ("through", "through its parent"),
        ("also", "another card also serves it"),
        ("gap", "alerts name it, no playbook serves it"),
        ("none", "neither"),
    ),
    "automation": (
        ("a3", "two thirds of the questions and more have a detector"),
        ("a2", "a third and more"),
        ("a1", "some"),
        ("a0", "a playbook, none of its questions"),
        ("none", "no playbook"),
    ),
    "volume": (
        ("v4", "1,000 alerts and more"),
        ("v3", "100 and more"),
        ("v2", "10 and more"),
        ("v1", "some"),
        ("none", "none"),
    ),
}
TONES = {"exact": "own", "parent": "through", "also": "also", "also_parent": "also"}
VOLUMES = ((1000, "v4"), (100, "v3"), (10, "v2"), (1, "v1"))
SHARES = ((2 / 3, "a3"), (1 / 3, "a2"), (0.0001, "a1"), (0, "a0"))
SAYS = {
    "exact": "playbook {}",
    "parent": "playbook {}, through its parent",
    "also": "no playbook of its own, {} also serves it",
    "also_parent": "no playbook of its own, {} also serves its parent",
}


@dataclass(frozen=True)
class Shown:
    """What the address asks the matrix to show."""

    by: str = "playbook"
    alerts: bool = False
    uncovered: bool = False
    tactic: str = ""

    def url(self, **changes: str | bool) -> str:
        """The address of this view with something changed."""
        other = replace(self, **changes)  # type: ignore[arg-type]
        asked = {
            "by": "" if other.by == "playbook" else other.by,
            "alerts": "1" if other.alerts else "",
            "uncovered": "1" if other.uncovered else "",
            "tactic": other.tactic,
        }
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"/coverage/?{query}" if query else "/coverage/"

    def takes(self, cell: Cell) -> bool:
        return (not self.alerts or cell.alerts > 0) and (not self.uncovered or not cell.covered)

    @property
    def narrowed(self) -> bool:
        return self.alerts or self.uncovered


@dataclass(frozen=True, slots=True)
class Drawn:
    """A cell. ``hides`` says that a folded sub-technique is a gap; ``subs_covered`` of ``subs`` have a playbook."""

    id: str
    name: str
    tone: str
    figure: str
    says: str
    subs: tuple[Drawn, ...] = ()
    subs_covered: int = 0
    hides: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A tactic. ``covered`` of ``total`` techniques (sub-techniques are not counted) have a playbook of their own."""

    tactic: Tactic
    cells: tuple[Drawn, ...]
    covered: int
    total: int


def columns(found: Coverage, shown: Shown) -> list[Column]:
    """The tactics that have a cell to show, in the matrix's order. A technique of several stands in each."""
    drawn: dict[str, Drawn | None] = {}
    result = []
    for tactic, techniques in found.attack.columns():
        if shown.tactic and tactic.shortname != shown.tactic:
            continue
        for one in techniques:
            if one.id not in drawn:
                drawn[one.id] = _family(found.cells[one.id], found, shown)
        cells = tuple(cell for one in techniques if (cell := drawn[one.id]))
        if cells:
            covered = sum(found.cells[one.id].through == "exact" for one in techniques)
            result.append(Column(tactic, cells, covered, len(techniques)))
    return result


def queue_url(technique: str) -> str:
    """Every case that carries a technique, whoever has it and however it stands."""
    return "/?" + urlencode({"technique": technique, "state": "any", "owner": "anyone"})


def _family(cell: Cell, found: Coverage, shown: Shown) -> Drawn | None:
    """A technique with those of its sub-techniques that the view takes; None where nothing of it is left."""
    below = [found.cells[one.id] for one in found.attack.subs.get(cell.id, ())]
    taken = [one for one in below if shown.takes(one)]
    if not taken and not shown.takes(cell):
        return None
    return Drawn(
        id=cell.id,
        name=cell.technique.name,
        tone=_tone(cell, found.volume.families.get(cell.id, 0), shown.by),
        figure=_figure(cell, found.volume.families.get(cell.id, 0), shown.by),
        says=_says(cell, found),
        subs=tuple(_sub(one, found, shown) for one in taken),
        subs_covered=sum(one.covered for one in below),
        hides=shown.by == "playbook" and any(_is_gap(one) for one in below),
    )


def _sub(cell: Cell, found: Coverage, shown: Shown) -> Drawn:
    return Drawn(
        id=cell.id,
        name=cell.technique.name,
        tone=_tone(cell, cell.alerts, shown.by),
        figure=_figure(cell, cell.alerts, shown.by),
        says=_says(cell, found),
    )


def _is_gap(cell: Cell) -> bool:
    return cell.alerts > 0 and cell.through is None


def _tone(cell: Cell, alerts: int, by: str) -> str:
    if by == "volume":
        return _step(VOLUMES, alerts)
    if by == "automation":
        share = cell.book.automated_share if cell.book else None
        return "none" if cell.book is None else _step(SHARES, share or 0)
    if _is_gap(cell):
        return "gap"
    return TONES.get(cell.through or "", "none")


def _step(steps: Sequence[tuple[float, str]], value: float) -> str:
    return next((tone for least, tone in steps if value >= least), "none")


def _figure(cell: Cell, alerts: int, by: str) -> str:
    if by == "automation":
        book = cell.book
        return f"{book.summary.automated}/{book.summary.questions}" if book else ""
    return f"{alerts:,}" if alerts else ""


def _says(cell: Cell, found: Coverage) -> str:
    """Everything of a cell in one line: what a pointer that rests on it, or a reader, is told."""
    book = cell.book
    parts = [f"{cell.id} {cell.technique.name}", SAYS.get(cell.through or "", "no playbook").format(book and book.slug)]
    if book:
        summary = book.summary
        parts.append(f"{summary.automated} of {summary.questions} questions have a detector")
        parts.append(f"{summary.executable} of {summary.criteria} criteria are executable")
        parts += ["review overdue"] if book.review_overdue(found.now) else []
    parts.append(f"{cell.alerts:,} alerts name it in {ALERT_DAYS} days")
    family = found.volume.families.get(cell.id, 0)
    if family > cell.alerts:
        parts.append(f"{family:,} with its sub-techniques")
    return "; ".join(parts)
