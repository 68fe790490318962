"""What covers each technique, and how well: the pure part of the coverage report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from casebook.attack.types import Attack, Technique
from casebook.playbooks.digest import Summary
from casebook.playbooks.techniques import parent_of

ALERT_DAYS = 90
REVIEW_DAYS = 180

Through = Literal["exact", "parent", "also", "also_parent"]
OF_ITS_OWN: tuple[Through, ...] = ("exact", "parent")
"""What counts as covered: a playbook *of* the technique or of its parent. One that also serves it is a stopgap."""


@dataclass(frozen=True, slots=True)
class Book:
    """A published playbook. ``reviewed_at`` is when a person last looked it through, else when it was published."""

    playbook_id: int
    slug: str
    name: str
    version: int
    team: str | None
    techniques: tuple[str, ...]
    also_for: tuple[str, ...]
    summary: Summary
    reviewed_at: datetime | None

    @property
    def automated_share(self) -> float | None:
        """Of its questions, those a detector that exists here can answer; None for a card without questions."""
        summary = self.summary
        return round(summary.automated / summary.questions, 4) if summary.questions else None

    def review_overdue(self, now: datetime) -> bool:
        return self.reviewed_at is None or self.reviewed_at < now - timedelta(days=REVIEW_DAYS)


@dataclass(frozen=True, slots=True)
class Volume:
    """Alerts by technique; by family, those that name a technique or one of its sub-techniques; that name none."""

    techniques: Mapping[str, int]
    families: Mapping[str, int]
    untagged: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """One technique: the playbooks that serve it, best first, all by the same way ``through``; alerts that name it.

    ``now`` is what an id that left the matrix is called today, where ATT&CK says so.
    """

    technique: Technique
    through: Through | None
    books: tuple[Book, ...]
    alerts: int
    now: str = ""

    @property
    def id(self) -> str:
        return self.technique.id

    @property
    def book(self) -> Book | None:
        """The one a case would be opened with."""
        return self.books[0] if self.books else None

    @property
    def covered(self) -> bool:
        return self.through in OF_ITS_OWN


@dataclass(frozen=True)
class Coverage:
    """Every technique of the matrix, those alerts or playbooks name beside it (``outside``), and the sums.

    ``volume`` is of the ninety days before ``counted_at``.
    """

    attack: Attack
    cells: Mapping[str, Cell]
    outside: tuple[Cell, ...]
    volume: Volume
    now: datetime
    counted_at: datetime

    @cached_property
    def uncovered(self) -> list[Cell]:
        """What alerts name and no playbook is of, most alerts first."""
        found = [cell for cell in (*self.cells.values(), *self.outside) if cell.alerts and not cell.covered]
        return sorted(found, key=lambda cell: (-cell.alerts, cell.id))

    @cached_property
    def overdue(self) -> list[Book]:
        """The playbooks behind the matrix that nobody has reviewed for too long."""
        books = {book.slug: book for cell in self.cells.values() for book in cell.books}
        return sorted((book for book in books.values() if book.review_overdue(self.now)), key=lambda book: book.slug)

    def cell(self, technique: str) -> Cell | None:
        """Of the matrix or beside it."""
        return self.cells.get(technique) or next((cell for cell in self.outside if cell.id == technique), None)

    def count(self, through: Through | None) -> int:
        """Techniques and sub-techniques of the matrix served in this way."""
        return sum(cell.through == through for cell in self.cells.values())


def coverage_of(
    attack: Attack, books: Iterable[Book], volume: Volume, *, now: datetime, counted_at: datetime
) -> Coverage:
    """Lay books and alerts over the matrix. ``books`` come in the order in which matching prefers them."""
    own: dict[str, tuple[Book, ...]] = {}
    also: dict[str, tuple[Book, ...]] = {}
    for book in books:
        for one in book.techniques:
            own[one] = (*own.get(one, ()), book)
        for one in book.also_for:
            also[one] = (*also.get(one, ()), book)

    def cell(technique: Technique) -> Cell:
        through, serving = _serving(technique.id, own, also)
        now_called = attack.renamed.get(technique.id, "")
        return Cell(technique, through, serving, volume.techniques.get(technique.id, 0), now_called)

    living = {one.id: cell(one) for one in attack.living()}
    named = {*volume.techniques, *own, *also} - living.keys()
    outside = tuple(cell(attack.techniques.get(one) or _unknown(one)) for one in sorted(named))
    return Coverage(attack, living, outside, volume, now, counted_at)


def volume_of(lists: Iterable[tuple[Sequence[str], int]]) -> Volume:
    """From how many alerts have each list of techniques. An alert counts once for a family, whatever it names of it."""
    techniques: Counter[str] = Counter()
    families: Counter[str] = Counter()
    untagged = 0
    for named, alerts in lists:
        for technique in set(named):
            techniques[technique] += alerts
        for family in {parent_of(technique) or technique for technique in named}:
            families[family] += alerts
        if not named:
            untagged += alerts
    return Volume(techniques, families, untagged)


def _serving(
    technique: str, own: Mapping[str, tuple[Book, ...]], also: Mapping[str, tuple[Book, ...]]
) -> tuple[Through | None, tuple[Book, ...]]:
    """In the order of `casebook.playbooks.match`."""
    parent = parent_of(technique) or ""
    levels: tuple[tuple[Through, tuple[Book, ...]], ...] = (
        ("exact", own.get(technique, ())),
        ("parent", own.get(parent, ())),
        ("also", also.get(technique, ())),
        ("also_parent", also.get(parent, ())),
    )
    return next(((through, books) for through, books in levels if books), (None, ()))


def _unknown(technique: str) -> Technique:
    return Technique(technique, "", (), parent_of(technique) or "", retired=True)
