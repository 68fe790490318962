"""The eleven-row Markdown table a team's cards come in, recognised by its rows and by nothing else.

A card is taken whole or refused: a row that is missing, empty, given twice or not known is a `CardError` with its line.
The cells are kept verbatim; markup inside them is the author's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from casebook.playbooks.assemble import sha256_of, steps_of_cell
from casebook.playbooks.parse.text import quoted
from casebook.playbooks.propose import with_proposals
from casebook.playbooks.split import lost_text, split
from casebook.playbooks.techniques import find_techniques, parent_of
from casebook.playbooks.types import MAX_NAME, MAX_STEPS, MAX_TACTIC, CardError, ParsedCard, ParsedStep

_ROWS = {
    "MITRE Tactic": "tactics",
    "MITRE TTP": "technique",
    "MITRE Sub-TTP": "sub_technique",
    "Name": "name",
    "Log Sources to Investigate": "log_source",
    "Key Indicators": "indicator",
    "Questions for Analysis": "question",
    "Decision for Escalation": "criterion",
    "Additional Analysis Steps for L1": "l1_step",
    "T2 Analyst Actions": "t2_action",
    "Containment and Further Analysis": "containment",
}
"""A row's label and what it fills, in the card's order."""

ROWS = {label.casefold(): name for label, name in _ROWS.items()}
"""By the folded label."""

_FIRST = next(iter(_ROWS.values()))
_SECTIONS = tuple(_ROWS.values())[4:]
_HEADER = ("column name", "")
_ROW = re.compile(r"\s*\|(?P<label>[^|]*)\|(?P<value>.*)$", re.DOTALL)
_NONE = re.compile(r"(?:n/?a|none|-+|–|—)?", re.IGNORECASE)
_BETWEEN = re.compile(r"[,;/]|<br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    label: str
    value: str


def is_card(text: str) -> bool:
    """Whether the text has rows of the card table: more than a stray one."""
    labels = {_fold(row.label) for row in _rows(text)}
    return len(labels & ROWS.keys()) > 2


def parse_card(text: str, *, file: str, capabilities: Mapping[str, Mapping[str, Any]]) -> ParsedCard:
    """The card, whole. Raises `CardError` naming the line."""
    rows = _by_field(text, file)
    techniques = _techniques(rows, file)
    cells = {section: rows[section].value for section in _SECTIONS}
    steps = tuple(step for section in _SECTIONS for step in _steps(section, rows[section], file))
    return ParsedCard(
        slug=techniques[0],
        technique=techniques[0],
        parent=parent_of(techniques[0]),
        techniques=techniques,
        tactics=_tactics(rows["tactics"], file),
        name=_name(rows["name"], file),
        source_format="card",
        text=text,
        sha256=sha256_of(text),
        steps=with_proposals(steps, capabilities),
        cells=cells,
    )


def _by_field(text: str, file: str) -> dict[str, _Row]:
    rows: dict[str, _Row] = {}
    last = 1
    for row in _rows(text):
        label, last = _fold(row.label), row.line
        if label in _HEADER or _is_rule(row.label):
            continue
        if label not in ROWS:
            raise CardError(file, row.line, f"unknown row {quoted(row.label)}{_meant(label)}")
        if ROWS[label] in rows:
            raise _again(row, rows, file)
        rows[ROWS[label]] = row
    missing = [f"“{label}”" for label, name in _ROWS.items() if name not in rows]
    if missing:
        what = "the row {} is missing" if len(missing) == 1 else "the rows {} are missing"
        raise CardError(file, last, what.format(", ".join(missing)))
    for label, name in _ROWS.items():
        if name != "sub_technique" and not rows[name].value:
            raise CardError(file, rows[name].line, f"the row “{label}” is empty")
    return rows


def _meant(label: str) -> str:
    near = get_close_matches(label[:80], ROWS, n=1, cutoff=0.6)
    return f"; did you mean “{next(one for one in _ROWS if one.casefold() == near[0])}”?" if near else ""


def _again(row: _Row, rows: Mapping[str, _Row], file: str) -> CardError:
    name = ROWS[_fold(row.label)]
    first = rows[name].line
    if name == _FIRST:
        return CardError(file, row.line, f"a second card begins here, the first in line {first}: one file, one card")
    return CardError(file, row.line, f"row {quoted(row.label)} again (first in line {first})")


def _rows(text: str) -> Iterator[_Row]:
    """The table rows of a text. A row that is not closed goes on in the lines that do not open one."""
    opened: list[str] = []
    first = bars = 0
    for number, line in enumerate(text.split("\n"), start=1):
        opens = line.lstrip().startswith("|")
        if opened and (opens or not line.strip()):
            yield _row(first, opened)
            opened, bars = [], 0
        if opens:
            first = number
        if opens or opened:
            opened.append(line)
            bars += line.count("|")
        if opened and bars > 2 and _ends(line):
            yield _row(first, opened)
            opened, bars = [], 0
    if opened:
        yield _row(first, opened)


def _ends(line: str) -> bool:
    """Whether a row's last line closes it; an escaped bar is part of what the row says."""
    end = line.rstrip()
    return end.endswith("|") and not end.endswith("\\|")


def _row(line: int, lines: list[str]) -> _Row:
    text = "\n".join(lines)
    match = _ROW.match(text)
    if match is None:
        return _Row(line, text.strip(" |"), "")
    value = match["value"].rstrip()
    return _Row(line, match["label"], (value[:-1] if _ends(value) else value).strip())


def _is_rule(label: str) -> bool:
    """The line of dashes between a table's head and its body."""
    return "-" in label and not label.strip(" \t:-")


def _tactics(row: _Row, file: str) -> tuple[str, ...]:
    found = tuple(part for piece in _BETWEEN.split(row.value) if (part := piece.strip()))
    for one in found:
        if len(one) > MAX_TACTIC:
            raise CardError(file, row.line, f"{quoted(one)} is too long for a tactic (at most {MAX_TACTIC} characters)")
    return found


def _name(row: _Row, file: str) -> str:
    if len(row.value) > MAX_NAME:
        raise CardError(file, row.line, f"the name has {len(row.value)} characters; at most {MAX_NAME} can be kept")
    return row.value


def _techniques(rows: dict[str, _Row], file: str) -> tuple[str, ...]:
    """The card's own technique first: the sub-technique where one is named."""
    main, sub = rows["technique"], rows["sub_technique"]
    named, narrower = find_techniques(main.value), find_techniques(sub.value)
    if not named:
        raise CardError(file, main.line, f"{quoted(main.value)} is no technique id such as T1589 or T1589.003")
    if not narrower and not _NONE.fullmatch(sub.value):
        raise CardError(file, sub.line, f"{quoted(sub.value)} is no technique id such as T1589.003")
    for one in narrower:
        if one not in named and parent_of(one) not in {parent_of(other) or other for other in named}:
            raise CardError(file, sub.line, f"{one} is no sub-technique of {named[0]}")
    own = [one for one in (*narrower, *named) if parent_of(one)] or [*narrower, *named]
    return tuple(dict.fromkeys([own[0], *named, *narrower]))


def _steps(section: str, row: _Row, file: str) -> tuple[ParsedStep, ...]:
    spans = split(row.value, section)
    if not spans:
        raise CardError(file, row.line, f"there is no step in {quoted(row.label)}")
    if len(spans) > MAX_STEPS:
        raise CardError(file, row.line, f"{len(spans)} steps in one section; a card has at most {MAX_STEPS}")
    if lost := lost_text(row.value, spans):
        raise CardError(file, row.line, f"{quoted(lost)} would be lost: give it a sentence or an item of its own")
    return steps_of_cell(section, row.value, spans)


def _fold(label: str) -> str:
    return " ".join(re.sub(r"[*_`]+", "", label).casefold().split())
