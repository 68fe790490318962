"""A card's cell into the spans of its steps, losing nothing.

Cells come as prose, as lists broken by ``<br>`` or lines, numbered (also in running prose), bulleted, or as a list
literal. A list item is one step; prose gives one step per sentence. Two sections read closer: each *question* ends at
its question mark, and a *criterion* also ends where "or if" opens a new condition.

Spans are ordered and disjoint. What lies outside them is only lead-ins ("Escalate to Tier 2 if:"), list marks and
connectives: `lost_text` proves it for any cell, and the parsers refuse a card for which it does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from casebook.playbooks.sentences import BREAK, Span, sentences, shielded

_BULLET = re.compile(r"\s*(?:[-*•–▪‣]\s+|\(?[a-z][)]\s+)")
_NUMBER = re.compile(r"\s*\(?(\d{1,2})[.)]\s+")
_INLINE_NUMBER = re.compile(r"(?<=[\s>])\(?(\d{1,2})[.)]\s+")
_INLINE_BULLET = re.compile(r"(?<=\s)[•▪‣]\s+")
_BEFORE_NUMBER = re.compile(r"(?:[.?!:;,]['\"”’)*`]*|[,;] (?:and|or)|>|^)\s*$")
_UNFINISHED = re.compile(r"[^\s.?!:;>]\s*$")
_STRING = r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\""
_LITERAL_ITEM = re.compile(_STRING)
_LITERAL = re.compile(rf"\s*\[\s*(?:{_STRING})(?:\s*,\s*(?:{_STRING}))*\s*,?\s*\]\s*")
_LEAD_IN = re.compile(
    r"[^.?!;:]{0,160}?\b(?:includ(?:e|es|ing)|ask|are|if|when|specifically|as follows|following[^.?!;:]{0,60}):\s+"
)
_OR_IF = re.compile(r"\b(?:and/)?or\s+(?:also\s+|alternatively\s+)?(?=if\b)", re.IGNORECASE)
_COMMA_IF = re.compile(r",\s+(?=if\b)", re.IGNORECASE)
_SEMICOLON = re.compile(r";\s+")
_LEADING = re.compile(r"(?:(?:and/or|and|or)\s+)?", re.IGNORECASE)
_TRAILING = re.compile(r"[,;]\s*(?:and/or|and|or)?$", re.IGNORECASE)
_BEHIND = 40
"""How far to look back for what stands before a mark: enough, and no more, so that long cells stay cheap."""

_GLUE_WORD = re.compile(r"\b(?:and|or|also|alternatively|br|\d{1,2}|[a-z])\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the cell; ``item`` where a list mark introduces it."""

    start: int
    stop: int
    item: bool


def split(cell: str, section: str) -> tuple[Span, ...]:
    """The steps of a cell as spans ``(from, to)`` into it."""
    shield = shielded(cell)
    found = _literal(cell, shield) if _LITERAL.fullmatch(cell) else _pieces(cell, shield)
    pieces = [piece for piece in found if _says(cell[piece.start : piece.stop])]
    spans: list[Span] = []
    for number, piece in enumerate(pieces):
        spans += _steps(cell, piece, section, shield, last=number == len(pieces) - 1)
    return tuple(spans)


def lost_text(cell: str, spans: tuple[Span, ...]) -> str | None:
    """The first stretch outside the spans that is more than a lead-in, a list mark or a connective; else None."""
    at = 0
    for start, stop in [*spans, (len(cell), len(cell))]:
        gap = cell[at:start]
        tail = gap[gap.rfind(":") + 1 :]
        if any(char.isalnum() for char in _GLUE_WORD.sub(" ", tail)):
            return gap.strip()
        at = stop
    return None


def _literal(cell: str, shield: list[bool]) -> Iterator[_Piece]:
    """The strings of a list literal. Its double quotes delimit; only inside them do parentheses shield."""
    for match in _LITERAL_ITEM.finditer(cell):
        start, stop = match.span(match.lastindex or 0)
        shield[start : stop + 1] = [*shielded(cell[start:stop])]
        yield _Piece(start, stop, item=True)


def _pieces(cell: str, shield: list[bool]) -> Iterator[_Piece]:
    count = 0
    for start, stop in _lines(cell):
        number = _NUMBER.match(cell, start, stop)
        mark = number or _BULLET.match(cell, start, stop)
        count = int(number[1]) if number else count
        item = mark is not None
        start = mark.end() if mark else start
        for cut in _inline_marks(cell, start, stop, shield, count):
            yield _Piece(start, cut.start(), item)
            start, item = cut.end(), True
            count = int(cut[1]) if cut.re is _INLINE_NUMBER else count
        yield _Piece(start, stop, item)


def _lines(cell: str) -> Iterator[Span]:
    """The cell's lines. A break inside a sentence (nothing ends before it, a small letter follows) is not one."""
    start = 0
    for match in BREAK.finditer(cell):
        rest = cell[match.end() : match.end() + 40].lstrip()
        if (
            rest[:1].islower()
            and not _BULLET.match(rest)
            and _UNFINISHED.search(cell, max(start, match.start() - _BEHIND), match.start())
        ):
            continue
        yield start, match.start()
        start = match.end()
    yield start, len(cell)


def _inline_marks(cell: str, start: int, stop: int, shield: list[bool], count: int) -> Iterator[re.Match[str]]:
    """Bullets and numbers inside a line. A number is a mark only where it counts on, after a stop or a comma."""
    marks = [*_INLINE_NUMBER.finditer(cell, start, stop), *_INLINE_BULLET.finditer(cell, start, stop)]
    for match in sorted(marks, key=re.Match.start):
        if shield[match.start()]:
            continue
        if match.re is _INLINE_BULLET:
            yield match
        elif int(match[1]) == count + 1 and _BEFORE_NUMBER.search(
            cell, max(start, match.start() - _BEHIND), match.start()
        ):
            count += 1
            yield match


def _steps(cell: str, piece: _Piece, section: str, shield: list[bool], *, last: bool) -> list[Span]:
    whole = (piece.start, piece.stop)
    read_on = not piece.item or section in ("question", "criterion")
    found = list(sentences(cell, whole, shield)) if read_on else [whole]
    if not last and _opens_a_list(cell[slice(*found[-1])]):
        found.pop()
    steps = [clause for sentence in found for clause in _clauses(cell, sentence, piece, section, shield)]
    trimmed = (_trim(cell, step, more=not last or number < len(steps) - 1) for number, step in enumerate(steps))
    return [step for step in trimmed if _says(cell[slice(*step)])]


def _clauses(cell: str, sentence: Span, piece: _Piece, section: str, shield: list[bool]) -> Iterator[Span]:
    start, stop = sentence if piece.item else _after_lead_in(cell, sentence)
    cuts: list[re.Match[str]] = []
    if section != "question" and not piece.item:
        cuts += _semicolons(cell, start, stop, shield)
    if section == "criterion":
        cuts += _conditions(cell, start, stop, shield)
    for cut in sorted(cuts, key=re.Match.start):
        if cut.start() < start:
            continue
        yield start, cut.start()
        start = cut.end()
        if cut.re is _SEMICOLON and (word := _LEADING.match(cell, start, stop)):
            start = word.end()
    yield start, stop


def _after_lead_in(cell: str, sentence: Span) -> Span:
    """The sentence without a head such as "Indicators include:", where a sentence of its own or a list follows."""
    start, stop = sentence
    first = start + len(cell[start:stop]) - len(cell[start:stop].lstrip())
    head = _LEAD_IN.match(cell, first, stop)
    if head and (cell[head.end() : head.end() + 1].isupper() or ";" in cell[head.end() : stop]):
        return head.end(), stop
    return sentence


def _semicolons(cell: str, start: int, stop: int, shield: list[bool]) -> list[re.Match[str]]:
    found = [match for match in _SEMICOLON.finditer(cell, start, stop) if not shield[match.start()]]
    if len(found) > 1:
        return found
    return [match for match in found if re.match(r"[A-Z]|(?:or |and )?if\b", cell[match.end() : stop])]


def _conditions(cell: str, start: int, stop: int, shield: list[bool]) -> list[re.Match[str]]:
    """Where "or if" opens a condition. A bare ", if" does too, but only in a series that such an "or if" ends."""
    found = [match for match in _OR_IF.finditer(cell, start, stop) if not shield[match.end()]]
    if found:
        commas = _COMMA_IF.finditer(cell, start, found[-1].start())
        found += [match for match in commas if not shield[match.start()]]
    first = next((at for at in range(start, stop) if cell[at].isalnum()), stop)
    return [match for match in found if match.start() > first]


def _trim(cell: str, span: Span, *, more: bool) -> Span:
    """The span without the spaces around it and, where another follows, without the connective that leads there."""
    text = cell[slice(*span)].rstrip()
    if more:
        text = _TRAILING.sub("", text).rstrip()
    return span[0] + len(text) - len(text.lstrip()), span[0] + len(text)


def _opens_a_list(text: str) -> bool:
    return text.rstrip(" \t*`_").endswith(":")


def _says(text: str) -> bool:
    return any(char.isalnum() for char in BREAK.sub(" ", text))
