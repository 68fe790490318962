"""A finding's evidence as a table: the events' own columns, long runs of the same folded, the telling row marked.

Pure presentation over stored findings; nothing here judges.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    line: int | None
    text: str
    file: str
    lines: str
    in_place: bool
    hit: bool


@dataclass(frozen=True)
class Fold:
    """Rows left out because they tell what their neighbours tell."""

    count: int
    first: datetime | None
    last: datetime | None
    outcome: str
    zone: str


@dataclass(frozen=True)
class Table:
    """``lines`` holds rows and folds in order; ``hit`` is the row the finding turns on, if it names one."""

    lines: tuple[Row | Fold, ...]
    hit: Row | None
    folded: bool

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(line for line in self.lines if isinstance(line, Row))


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
    lines = rows if whole else list(_folded(rows))
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
        line=line,
        text=data["text"],
        file=data["source"],
        lines=_address(data, origin),
        in_place=bool(evidence and line and origin.alert is None),
        hit=telling is not None and line == telling,
    )


def _outcome(event: Mapping[str, Any]) -> str:
    """``failed``, ``accepted, password``, or what was run."""
    if event.get("process.command_line"):
        return str(event["process.command_line"])
    outcome = str(event.get("event.outcome")) if event.get("event.category", AUTHENTICATION) == AUTHENTICATION else ""
    said = OUTCOMES.get(outcome, str(event.get("event.action") or "").replace("_", " "))
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


def _folded(rows: Sequence[Row]) -> Iterable[Row | Fold]:
    for (_, _, outcome, _), group in groupby(rows, key=lambda row: (row.user, row.source, row.outcome, row.hit)):
        run = list(group)
        if len(run) < FOLD_FROM:
            yield from run
            continue
        inner = run[SHOWN_EDGE:-SHOWN_EDGE]
        yield from run[:SHOWN_EDGE]
        yield Fold(len(inner), inner[0].at, inner[-1].at, outcome, inner[0].zone)
        yield from run[-SHOWN_EDGE:]
