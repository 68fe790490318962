"""A finding's evidence as a table: the events' own columns, long runs of the same folded, the telling row marked.

Pure presentation over stored findings; nothing here judges.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.utils.dateparse import parse_datetime

FOLD_FROM = 6
"""A run of this many rows that tell the same is folded to its first and last."""

SHOWN_EDGE = 1
TOLD = re.compile(r"(?:Accepted|Failed) [\w/-]+|[Ii]nvalid user|authentication failure|COMMAND=\S+")
AUTHENTICATION = "authentication"
OUTCOMES = {"success": "accepted", "failure": "failed"}


@dataclass(frozen=True)
class Row:
    """One record. ``lines`` is the address of its raw lines, or of the alert that carried it; ``zone`` is its log's."""

    at: datetime | None
    zone: str
    user: str
    source: str
    outcome: str
    command: str
    line: int | None
    text: str
    file: str
    lines: str
    in_place: bool
    hit: bool


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
    """``lines`` holds rows and folds in order; ``hit`` is the row the finding turns on, if it names one."""

    lines: tuple[Row | Fold, ...]
    hit: Row | None
    folded: bool

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(line for line in self.lines if isinstance(line, Row))

    @property
    def commands(self) -> bool:
        """Whether any row is a command: then they have a column of their own."""
        return any(row.command for row in self.rows)

    @property
    def columns(self) -> int:
        return 6 if self.commands else 5


@dataclass(frozen=True)
class Origin:
    """Where a piece of evidence came from: the zone its lines are written in, and the alert that carried it."""

    zone: str
    alert: int | None


def table(data: Mapping[str, Any], origins: Mapping[int | str, Origin], *, whole: bool = False) -> Table | None:
    """The table of `Finding.data`; None where it rests on no record. ``origins`` go by evidence id and by name."""
    telling = data["figures"].get("success_line")
    rows = [_row(one, origins, telling) for one in data["evidence"]]
    if not rows:
        return None
    lines = _with_gap(rows, data["figures"].get("records", 0) - len(rows), whole=whole)
    return Table(tuple(lines), next((row for row in rows if row.hit), None), folded=len(lines) < len(rows))


def pieces(text: str, values: Iterable[str] = ()) -> list[tuple[str, bool]]:
    """A raw line cut where it names one of ``values`` or says how it went: ``[(text, marked)]``."""
    wanted = "|".join(re.escape(value) for value in sorted(filter(None, values), key=len, reverse=True))
    pattern = re.compile(rf"{TOLD.pattern}|(?<![\w.])(?:{wanted})(?!\w)" if wanted else TOLD.pattern)
    found, at = [], 0
    for match in pattern.finditer(text):
        found += [(text[at : match.start()], False), (match.group(), True)]
        at = match.end()
    return [piece for piece in [*found, (text[at:], False)] if piece[0]]


def _row(data: Mapping[str, Any], origins: Mapping[int | str, Origin], telling: int | None) -> Row:
    event, evidence, line = data["event"], data["evidence"], data["line"]
    origin = origins.get(evidence) or origins.get(data["source"]) or Origin("UTC", None)
    stamp = event.get("@timestamp")
    return Row(
        at=parse_datetime(stamp) if stamp else None,
        zone=origin.zone,
        user=str(event.get("user.name") or event.get("actor.user.name") or ""),
        source=str(event.get("source.ip") or ""),
        outcome=_outcome(event),
        command=str(event.get("process.command_line") or ""),
        line=line,
        text=data["text"],
        file=data["source"],
        lines=_address(data, origin),
        in_place=bool(evidence and line and origin.alert is None),
        hit=telling is not None and line == telling,
    )


def _outcome(event: Mapping[str, Any]) -> str:
    """``failed``, ``accepted, password``, ``sudo as root``."""
    outcome = str(event.get("event.outcome")) if event.get("event.category", AUTHENTICATION) == AUTHENTICATION else ""
    said = OUTCOMES.get(outcome, str(event.get("event.action") or "").replace("_", " "))
    if (taken := event.get("user.effective.name")) and event.get("process.command_line"):
        refused = f", refused: {event['event.reason']}" if event.get("event.reason") else ""
        return f"{said} as {taken}{refused}"
    how = event.get("event.code") if outcome == "success" else None
    repeats = event.get("event.count") or 1
    return f"{said}{f', {how}' if how else ''}{f' ×{repeats}' if repeats > 1 else ''}"


def _address(data: Mapping[str, Any], origin: Origin) -> str:
    """Where the raw record is read, with what to mark in it."""
    if origin.alert is not None:
        return f"/alerts/{origin.alert}/raw/"
    if not data["evidence"] or not data["line"]:
        return ""
    named = [data["event"].get(name) for name in ("user.name", "source.ip")]
    query = urlencode([("line", data["line"]), *(("mark", value) for value in named if value)])
    return f"/evidence/{data['evidence']}/lines/?{query}"


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
    return row.user, row.source, row.outcome, row.command, row.hit
