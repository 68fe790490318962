"""The eleven-row Markdown table a team's cards come in, recognised by its rows and by nothing else.

A card is taken whole or refused: a row that is missing, empty, given twice or not known is a `CardError` with its line.
The cells are kept verbatim; markup inside them is the author's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from casebook.playbooks.assemble import sha256_of, steps_of_cell
from casebook.playbooks.propose import with_proposals
from casebook.playbooks.split import lost_text, split
from casebook.playbooks.techniques import find_techniques, parent_of
from casebook.playbooks.types import MAX_STEPS, CardError, ParsedCard, ParsedStep

ROWS = {
    "mitre tactic": "tactics",
    "mitre ttp": "technique",
    "mitre sub-ttp": "sub_technique",
    "name": "name",
    "log sources to investigate": "log_source",
    "key indicators": "indicator",
    "questions for analysis": "question",
    "decision for escalation": "criterion",
    "additional analysis steps for l1": "l1_step",
    "t2 analyst actions": "t2_action",
    "containment and further analysis": "containment",
}
"""A row's folded label and what it fills, in the card's order."""

_SECTIONS = tuple(ROWS.values())[4:]
_HEADER = ("column name", "")
_RULE = re.compile(r"[\s:|-]*-[\s:|-]*")
_ROW = re.compile(r"\s*\|(?P<label>[^|]*)\|(?P<value>.*)$", re.DOTALL)
_NONE = re.compile(r"\s*(?:n/?a|none|-+|–|—)?\s*", re.IGNORECASE)


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
        tactics=tuple(part for part in re.split(r"\s*(?:[,;/]|<br\s*/?>)\s*", rows["tactics"].value) if part),
        name=rows["name"].value,
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
        if label in _HEADER or _RULE.fullmatch(row.label):
            continue
        if label not in ROWS:
            raise CardError(file, row.line, f"unknown row “{row.label.strip()}”")
        if ROWS[label] in rows:
            first = rows[ROWS[label]].line
            raise CardError(file, row.line, f"row “{row.label.strip()}” again (first in line {first})")
        rows[ROWS[label]] = row
    for label, name in ROWS.items():
        if name not in rows:
            raise CardError(file, last, f"the row “{label}” is missing")
        if name != "sub_technique" and not rows[name].value.strip():
            raise CardError(file, rows[name].line, f"the row “{label}” is empty")
    return rows


def _rows(text: str) -> Iterator[_Row]:
    """The table rows of a text. A row that is not closed goes on in the lines that do not open one."""
    opened: tuple[int, str] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if opened and line.strip() and not line.lstrip().startswith("|"):
            opened = (opened[0], f"{opened[1]}\n{line}")
        else:
            if opened:
                yield _row(*opened)
            opened = (number, line) if line.lstrip().startswith("|") else None
        if opened and _closed(opened[1]):
            yield _row(*opened)
            opened = None
    if opened:
        yield _row(*opened)


def _closed(row: str) -> bool:
    return row.rstrip().endswith("|") and not row.rstrip().endswith("\\|") and row.count("|") > 2


def _row(line: int, text: str) -> _Row:
    match = _ROW.match(text)
    if match is None:
        return _Row(line, text.strip(" |"), "")
    value = match["value"].rstrip()
    return _Row(line, match["label"], (value[:-1] if _closed(text) else value).strip())


def _techniques(rows: dict[str, _Row], file: str) -> tuple[str, ...]:
    """The card's own technique first: the sub-technique where one is named."""
    main, sub = rows["technique"], rows["sub_technique"]
    named, narrower = find_techniques(main.value), find_techniques(sub.value)
    if not named:
        raise CardError(file, main.line, f"“{main.value}” is no technique id such as T1589 or T1589.003")
    if not narrower and not _NONE.fullmatch(sub.value):
        raise CardError(file, sub.line, f"“{sub.value}” is no technique id such as T1589.003")
    for one in narrower:
        if one not in named and parent_of(one) not in {parent_of(other) or other for other in named}:
            raise CardError(file, sub.line, f"{one} is no sub-technique of {named[0]}")
    own = [one for one in (*narrower, *named) if parent_of(one)] or [*narrower, *named]
    return tuple(dict.fromkeys([own[0], *named, *narrower]))


def _steps(section: str, row: _Row, file: str) -> tuple[ParsedStep, ...]:
    spans = split(row.value, section)
    if not spans:
        raise CardError(file, row.line, f"there is no step in “{row.label.strip()}”")
    if len(spans) > MAX_STEPS:
        raise CardError(file, row.line, f"{len(spans)} steps in one section; a card has at most {MAX_STEPS}")
    if lost := lost_text(row.value, spans):
        raise CardError(file, row.line, f"“{lost[:60]}” would be lost: give it a sentence or an item of its own")
    return steps_of_cell(section, row.value, spans)


def _fold(label: str) -> str:
    return " ".join(re.sub(r"[*_`]+", "", label).casefold().split())
