"""The marks of a list in a card's cell: bullets, numbers, letters and roman numerals, at a line's start or in prose.

In prose a number is a mark only where it counts on: "(2)" after "(1)", "3." after "2.". The first of a row stands after
a stop, or after a head such as "Escalate if" with the second of its row further on. "TLS 1.2", "Tier 2." and "(s)"
stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

_I = re.IGNORECASE

BULLET = re.compile(r"(?:\s|&nbsp;)*(?:[-*•–—▪‣·●○◦∙→➔➤►✓✔☐□]|&bull;|&#8226;)(?:\s|&nbsp;)+(?:\[[ x]\]\s+)?", _I)
_LETTER = re.compile(r"\s*\(?[a-z]\)\s+")
_OPENS = re.compile(
    r"\s*(?:\(?(?P<n>\d{1,2})[.)](?:\s+|(?=[A-Z][a-z]))|(?P<bare>\d{1,2})(?::\s+|\s+[-–]\s+(?=[A-Z*]))|"
    r"(?:step|question|q)\s*#?(?P<named>\d{1,2})\s*(?:[.:)]|[-–](?=\s))\s+)",
    _I,
)
_SECOND_LINE = re.compile(r"(?:>|\n)[ \t]*(?P<n>b|ii)\.\s", _I)
_STOPPED = re.compile(r"\s*(?P<n>[a-z]|[ivx]{2,4})\.\s+", _I)

_INLINE = re.compile(
    r"(?:(?<=[\s>?;])(?P<open>\()?(?P<n>\d{1,2}|[ivx]{2,4}|[a-z])(?P<close>[.)])(?:\s+|(?<=\d.)(?=[A-Z][a-z]))|"
    r"(?<=\s)(?:step|question|q)\s*#?(?P<named>\d{1,2})\s*(?:[.:)]|[-–](?=\s))\s+|"
    r"(?<=\s)(?P<bullet>[•▪‣●◦➤►])\s+)",
    _I,
)
_AFTER_A_STOP = re.compile(r"(?:[.?!:;,]['\"”’)*`]*|[,;] (?:and|or|and/or)|>|^)\s*$")
_COUNTED = re.compile(
    r"\b(?:tier|level|version|phase|stage|step|event|id|port|page|type|part|item|layer|section|table|line|no|nr|v|tls|l|t)"
    r"\s*$",
    _I,
)
_BEHIND = 40
"""How far to look back for what stands before a mark: enough, and no more, so that long cells stay cheap."""

_LEADS_ON = r"\b(?:if|when|whenever|are|include[sd]?|including|following|should|must|either|any of)\s*$"
HEAD = re.compile(rf"[^.?!;:]{{0,160}}{_LEADS_ON}", _I)
"""A lead-in that has no colon: it ends where only a list can go on."""
_HEAD_BEFORE = re.compile(_LEADS_ON, _I)

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}

_Family = tuple[str, bool, str]
"""The kind of a row's marks, whether a parenthesis opens them, and what closes them."""


@dataclass
class Marks:
    """The marks of one cell, read line by line. It remembers how far each row of numbers has counted."""

    cell: str
    shield: list[bool]
    _counted: dict[_Family, int] = field(default_factory=dict)

    @cached_property
    def _seconds(self) -> dict[str, int]:
        """Where the last line with "b." and the last with "ii." begins; -1 where there is none."""
        lines = dict.fromkeys(("b", "ii"), -1)
        lines |= {mark["n"].lower(): mark.start() for mark in _SECOND_LINE.finditer(self.cell)}
        return {"letter": lines["b"], "roman": lines["ii"]}

    def at_start(self, start: int, stop: int) -> int | None:
        """Where a line's text begins behind its mark; None where it has no mark."""
        if mark := BULLET.match(self.cell, start, stop):
            inner = _OPENS.match(self.cell, mark.end(), stop)
            return (inner or mark).end()
        if mark := _OPENS.match(self.cell, start, stop):
            self._count_on(mark)
            return mark.end()
        if mark := _LETTER.match(self.cell, start, stop):
            text = mark[0].strip()
            self._counted["letter", text.startswith("("), ")"] = _ordinal("letter", text.strip("()"))
            return mark.end()
        mark = _STOPPED.match(self.cell, start, stop)
        return mark.end() if mark and self._counts_by_lines(mark) else None

    def inside(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """The marks further on in a line, as places in the cell."""
        found = [mark for mark in _INLINE.finditer(self.cell, start, stop) if not self.shield[mark.start()]]
        seconds = {family: at for at, mark in enumerate(found) for family, ordinal in _rows(mark) if ordinal == 2}
        for at, mark in enumerate(found):
            if mark["bullet"] or any(
                self._belongs(mark, family, ordinal, start, more=seconds.get(family, -1) > at)
                for family, ordinal in _rows(mark)
            ):
                yield mark.span()

    def _count_on(self, mark: re.Match[str]) -> None:
        text = mark[0].strip()
        number = int(mark["n"] or mark["bare"] or mark["named"])
        family = ("named", False, "") if mark["named"] else ("number", text[0] == "(", text[-1])
        self._counted[family] = number

    def _counts_by_lines(self, mark: re.Match[str]) -> bool:
        """Whether "A." opens a row: it is the first and "B." opens a later line, or it counts on."""
        text = mark["n"].lower()
        for kind in ("roman", "letter"):
            ordinal = _ordinal(kind, text)
            family = (kind, False, ".")
            if ordinal == 1 and self._seconds[kind] > mark.start():
                self._counted[family] = 1
                return True
            if ordinal > 1 and ordinal == self._counted.get(family, 0) + 1:
                self._counted[family] = ordinal
                return True
        return False

    def _belongs(self, mark: re.Match[str], family: _Family, ordinal: int, start: int, *, more: bool) -> bool:
        """Whether the mark is the next of its row, or the first of one. If so, the row has counted on."""
        behind = max(start, mark.start() - _BEHIND)
        stopped = _AFTER_A_STOP.search(self.cell, behind, mark.start()) is not None
        if ordinal == self._counted.get(family, 0) + 1 and ordinal > 1:
            fits = stopped or self._counts_anywhere(mark, family, behind)
        else:
            fits = ordinal == 1 and self._opens_a_row(mark, family, start, stopped=stopped, more=more)
        if fits:
            self._counted[family] = ordinal
        return fits

    def _counts_anywhere(self, mark: re.Match[str], family: _Family, behind: int) -> bool:
        if family[2] == ")":
            return True
        follows = self.cell[mark.end() : mark.end() + 1]
        return follows.isupper() and not _COUNTED.search(self.cell, behind, mark.start())

    def _opens_a_row(self, mark: re.Match[str], family: _Family, start: int, *, stopped: bool, more: bool) -> bool:
        if family[0] == "number" and stopped:
            return True
        behind = max(start, mark.start() - _BEHIND)
        return more and (stopped or _HEAD_BEFORE.search(self.cell, behind, mark.start()) is not None)


def _rows(mark: re.Match[str]) -> list[tuple[_Family, int]]:
    """The rows a mark may belong to, with its place in each. A letter with a stop is none: "vitamin C. "."""
    if mark["bullet"]:
        return []
    if mark["named"]:
        return [(("named", False, ""), int(mark["named"]))]
    text, closed = mark["n"].lower(), mark["close"]
    if text.isdigit():
        return [(("number", bool(mark["open"]), closed), int(text))]
    if closed == ".":
        return []
    kinds = ((kind, _ordinal(kind, text)) for kind in ("roman", "letter"))
    return [((kind, bool(mark["open"]), closed), ordinal) for kind, ordinal in kinds if ordinal]


def _ordinal(kind: str, text: str) -> int:
    """The place of "c" or "iii" in its row, from 1; 0 where it is in none."""
    if kind == "roman":
        return _ROMAN.get(text, 0)
    return ord(text) - ord("a") + 1 if len(text) == 1 else 0
