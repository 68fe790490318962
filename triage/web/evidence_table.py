"""A finding's evidence as a table: the events' own columns, long runs of the same folded, the telling row marked.

Pure presentation over stored findings; nothing here judges. How one record reads is `triage.web.evidence_row`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from triage.web.evidence_row import DETAILS, Origin, Row, row

FOLD_FROM = 6
"""A run of this many rows that tell the same is folded to its first and last."""

SHOWN_EDGE = 1
FILTERS = ("user", "source", "outcome")
"""Columns whose values narrow the table when they are pressed; each is a name in the address."""

Pins = Mapping[tuple[int, str], int]
"""The pin of a record, by its evidence and its place."""


@dataclass(frozen=True)
class Fold:
    """Rows left out because they tell what their neighbours tell. ``kept``: how many of them can be unfolded.

    A finding keeps some fifty records; of more, the first and the last. The others are in the log alone.
    """

    count: int
    first: datetime | None
    last: datetime | None
    outcome: str
    zone: str
    kept: int


@dataclass(frozen=True)
class Table:
    """``lines`` holds rows and folds in order; ``hit`` is the row the finding turns on, if it names one.

    ``kept`` are all rows the finding keeps, ``records`` how many it rests on: of more than it keeps, the log has the
    rest. ``narrowed`` where only some of those kept are asked for.
    """

    lines: tuple[Row | Fold, ...]
    hit: Row | None
    folded: bool
    kept: tuple[Row, ...] = ()
    records: int = 0
    narrowed: bool = False

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(line for line in self.lines if isinstance(line, Row))

    @property
    def complete(self) -> bool:
        """Whether the finding keeps every record it rests on."""
        return self.records <= len(self.kept)

    @property
    def users(self) -> bool:
        return any(one.user for one in self.kept)

    @property
    def sources(self) -> bool:
        return any(one.source for one in self.kept)

    @property
    def commands(self) -> bool:
        """Whether any row is a command: then they have a column of their own."""
        return any(one.command for one in self.kept)

    @property
    def detail(self) -> str:
        """The head of the column for what records tell beyond who and how; nothing where none does."""
        named = {one.tells for one in self.kept if one.tells}
        return DETAILS[named.pop()] if len(named) == 1 else "Detail" if named else ""

    @property
    def columns(self) -> int:
        return 4 + self.users + self.sources + bool(self.detail)


def table(
    data: Mapping[str, Any],
    origins: Mapping[int | str, Origin],
    *,
    whole: bool = False,
    only: Mapping[str, str] | None = None,
    pins: Pins | None = None,
) -> Table | None:
    """The table of `Finding.data`; None where it rests on no record. ``origins`` go by evidence id and by name.

    ``only`` narrows to rows with these values (by `FILTERS`); ``whole`` unfolds.
    """
    telling = data["figures"].get("success_line")
    kept = [_row(one, origins, telling, pins or {}) for one in data["evidence"]]
    if not kept:
        return None
    wanted = {name: value for name, value in (only or {}).items() if value}
    rows = [one for one in kept if all(getattr(one, name) == value for name, value in wanted.items())]
    records = max(data["figures"].get("records", 0), len(kept))
    lines = _lines(rows, whole=whole) if wanted else _with_gap(rows, records - len(rows), whole=whole)
    hit = next((one for one in rows if one.hit), None)
    return Table(tuple(lines), hit, len(lines) < len(rows), tuple(kept), records, narrowed=bool(wanted))


def _row(data: Mapping[str, Any], origins: Mapping[int | str, Origin], telling: int | None, pins: Pins) -> Row:
    origin = origins.get(data["evidence"]) or origins.get(data["source"]) or Origin("UTC", None)
    found = row(data, origin, hit=telling is not None and data["line"] == telling)
    return replace(found, pin=pins.get((found.evidence, found.place))) if found.evidence else found


def _with_gap(rows: Sequence[Row], left_out: int, *, whole: bool) -> list[Row | Fold]:
    """Rows and folds; where a finding kept only the first and last records, the gap between them is told as one."""
    if left_out <= 0:
        return _lines(rows, whole=whole)
    at = len(rows) - len(rows) // 2
    before, after = (_lines(part, whole=whole) for part in (rows[:at], rows[at:]))
    edge, next_edge = rows[at - 1], rows[at]
    gap = Fold(left_out, edge.at, next_edge.at, "in the log", edge.zone, kept=0)
    if not whole:
        gap = _merged(before, gap, after)
    return [*before, gap, *after]


def _lines(rows: Sequence[Row], *, whole: bool) -> list[Row | Fold]:
    return list(rows) if whole else list(_folded(rows))


def _merged(before: list[Row | Fold], gap: Fold, after: list[Row | Fold]) -> Fold:
    """A fold on either side of the gap, and the row between, become part of it: one line says how much is not shown."""
    if len(before) > 1 and isinstance(fold := before[-2], Fold):
        gap = replace(gap, count=gap.count + fold.count + 1, kept=gap.kept + fold.count + 1, first=fold.first)
        del before[-2:]
    if len(after) > 1 and isinstance(fold := after[1], Fold):
        gap = replace(gap, count=gap.count + fold.count + 1, kept=gap.kept + fold.count + 1, last=fold.last)
        del after[:2]
    return gap


def _folded(rows: Sequence[Row]) -> Iterable[Row | Fold]:
    for (_, _, outcome, _, _), group in groupby(rows, key=_tells):
        run = list(group)
        if len(run) < FOLD_FROM:
            yield from run
            continue
        inner = run[SHOWN_EDGE:-SHOWN_EDGE]
        yield from run[:SHOWN_EDGE]
        yield Fold(len(inner), inner[0].at, inner[-1].at, outcome, inner[0].zone, kept=len(inner))
        yield from run[-SHOWN_EDGE:]


def _tells(row: Row) -> tuple[str, str, str, str, bool]:
    return row.user, row.source, row.outcome, row.detail, row.hit
