"""A card's cell into the spans of its steps, losing nothing.

Cells come as prose, as lists broken by ``<br>``, lines or HTML items, numbered (also in running prose), bulleted, or as
a list literal. A list item is one step; prose gives one step per sentence. Two sections read closer: each *question*
ends at its question mark, and a *criterion* also ends where "or if" opens a new condition.

Spans are ordered and disjoint. What lies outside them is only lead-ins ("Escalate to Tier 2 if:"), list marks and
connectives: `lost_text` proves it for any cell, and the parsers refuse a card for which it does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from casebook.playbooks.glue import loses, says
from casebook.playbooks.marks import HEAD, Marks
from casebook.playbooks.sentences import BREAK, Span, sentences, shielded

_UNFINISHED = re.compile(r"[^\s.?!:;>]\s*$")
_SOFT_BREAK = re.compile(r"<br\s*/?>|\r?\n", re.IGNORECASE)
_STRING = r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\""
_LITERAL_ITEM = re.compile(_STRING)
_LITERAL = re.compile(rf"\s*[\[(]\s*(?:{_STRING})(?:\s*+,\s*+(?:{_STRING}))*\s*+(?:,\s*+)?[\])]\s*")
_LOOSE_LITERAL = re.compile(r"\s*\[\s*(['\"])(.*)\1\s*+(?:,\s*+)?\]\s*", re.DOTALL)
_LEAD_IN = re.compile(
    r"(?:[^.?!;:]{0,160}?\b(?:includ(?:e|es|ing)|ask|ask yourself|are|if|when|should|must|specifically|as follows|"
    r"appl(?:y|ies)|(?:is|are) (?:met|true)|following[^.?!;:]{0,60})|"
    r"(?:\w+ ){0,3}(?:log sources?|indicators?|questions?|steps?|actions?|criteria|conditions?|things)"
    r"(?: (?:to|for|of|by) [^.?!;:]{0,60})?):\s+",
    re.IGNORECASE,
)
_WHEN = r"(?:if|when(?:ever)?|in case|in the event)\b"
_OR_IF = re.compile(rf"\b(?:and/)?or\s+(?:also\s+|alternatively\s+)?(?={_WHEN})", re.IGNORECASE)
_COMMA_IF = re.compile(rf",\s+(?={_WHEN})", re.IGNORECASE)
_SEMICOLON = re.compile(r";\s+")
_LEADING = re.compile(r"(?:(?:and/or|and|or)\s+)?", re.IGNORECASE)
_TRAILING = re.compile(r"[,;]\s*(?:and/or|and|or)?$|\s(?:and/or|and|or)$", re.IGNORECASE)
_HARD_SPACE = "&nbsp;"
_BEHIND = 40
"""How far to look back for what stands before a break: enough, and no more, so that long cells stay cheap."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the cell; ``item`` where a list mark introduces it, ``inline`` where that stands in a line."""

    start: int
    stop: int
    item: bool
    inline: bool = False


def split(cell: str, section: str) -> tuple[Span, ...]:
    """The steps of a cell as spans ``(from, to)`` into it. What no rule accounts for becomes a step of its own."""
    shield = shielded(cell)
    found = _literal(cell, shield) or list(_pieces(cell, shield))
    pieces = [piece for piece in found if says(cell[piece.start : piece.stop])]
    spans: list[Span] = []
    for piece, following in zip_longest(pieces, pieces[1:]):
        spans += _steps(cell, piece, section, shield, following)
    kept = [_without_space(cell, *gap) for gap in _gaps(cell, spans) if loses(cell[slice(*gap)])]
    return tuple(sorted([*spans, *kept]))


def lost_text(cell: str, spans: tuple[Span, ...]) -> str | None:
    """The first stretch outside the spans that is more than a lead-in, a list mark or a connective; else None."""
    gaps = (cell[start:stop] for start, stop in _gaps(cell, spans))
    return next((gap.strip() for gap in gaps if loses(gap)), None)


def _gaps(cell: str, spans: Sequence[Span]) -> Iterator[Span]:
    starts = (0, *(stop for _, stop in spans))
    return zip(starts, (*(start for start, _ in spans), len(cell)), strict=True)


def _literal(cell: str, shield: list[bool]) -> list[_Piece]:
    """The strings of a list literal, if the cell is one. Its quotes delimit; only inside them do pairs shield."""
    if _LITERAL.fullmatch(cell):
        spans = [match.span(match.lastindex or 0) for match in _LITERAL_ITEM.finditer(cell)]
    elif loose := _LOOSE_LITERAL.fullmatch(cell):
        spans = _between(cell, loose.span(2), re.compile(rf"{loose[1]}\s*,\s*{loose[1]}"))
    else:
        return []
    for start, stop in spans:
        shield[start : stop + 1] = [*shielded(cell[start:stop])]
    marks = Marks(cell, shield)
    return [_Piece(marks.at_start(start, stop) or start, stop, item=True) for start, stop in spans]


def _between(cell: str, span: Span, separator: re.Pattern[str]) -> list[Span]:
    start, end = span
    spans = []
    for match in separator.finditer(cell, start, end):
        spans.append((start, match.start()))
        start = match.end()
    return [*spans, (start, end)]


def _pieces(cell: str, shield: list[bool]) -> Iterator[_Piece]:
    marks = Marks(cell, shield)
    for start, stop in _lines(cell):
        text = marks.at_start(start, stop)
        piece = _Piece(text or start, stop, item=text is not None)
        for cut, behind in marks.inside(piece.start, stop):
            yield replace(piece, stop=cut)
            piece = _Piece(behind, stop, item=True, inline=True)
        yield piece


def _lines(cell: str) -> Iterator[Span]:
    """The cell's lines. A break inside a sentence (nothing ends before it, a small letter follows) is not one."""
    start = 0
    for match in BREAK.finditer(cell):
        if not _inside_a_sentence(cell, start, match):
            yield start, match.start()
            start = match.end()
    yield start, len(cell)


def _inside_a_sentence(cell: str, start: int, match: re.Match[str]) -> bool:
    """Lines that all begin with a small letter are a list without marks, not one sentence broken up."""
    rest = cell[match.end() : match.end() + _BEHIND].lstrip()
    return (
        rest[:1].islower()
        and _SOFT_BREAK.fullmatch(match[0]) is not None
        and not cell[start : start + _BEHIND].lstrip()[:1].islower()
        and Marks(rest, [False] * (len(rest) + 1)).at_start(0, len(rest)) is None
        and _UNFINISHED.search(cell, max(start, match.start() - _BEHIND), match.start()) is not None
    )


def _steps(cell: str, piece: _Piece, section: str, shield: list[bool], following: _Piece | None) -> list[Span]:
    whole = (piece.start, piece.stop)
    read_on = not piece.item or section in ("question", "criterion")
    found = list(sentences(cell, whole, shield)) if read_on else [whole]
    if following and _opens_a_list(cell[slice(*found[-1])], following):
        found.pop()
    steps = [clause for sentence in found for clause in _clauses(cell, sentence, piece, section, shield)]
    trimmed = (_trim(cell, step, more=bool(following) or at < len(steps) - 1) for at, step in enumerate(steps))
    return [step for step in trimmed if says(cell[slice(*step)])]


def _clauses(cell: str, sentence: Span, piece: _Piece, section: str, shield: list[bool]) -> Iterator[Span]:
    start, stop = sentence if piece.item else _after_lead_in(cell, sentence, section)
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


def _after_lead_in(cell: str, sentence: Span, section: str) -> Span:
    """The sentence without a head such as "Indicators include:", where a sentence of its own or a list follows."""
    start, stop = sentence
    if cell.find(":", start, stop) < 0:
        return sentence
    first = start + len(cell[start:stop]) - len(cell[start:stop].lstrip())
    head = _LEAD_IN.match(cell, first, stop)
    if head and (cell[head.end() : head.end() + 1].isupper() or _goes_on_as_a_list(cell[head.end() : stop], section)):
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


def _goes_on_as_a_list(text: str, section: str) -> bool:
    return ";" in text or (section == "question" and text.rstrip().endswith("?"))


def _trim(cell: str, span: Span, *, more: bool) -> Span:
    """The span without the spaces around it and, where another follows, without the connective that leads there."""
    start, stop = _without_space(cell, *span)
    if more and (glue := _TRAILING.search(cell, max(start, stop - _BEHIND), stop)):
        start, stop = _without_space(cell, start, glue.start())
    return start, stop


def _without_space(cell: str, start: int, stop: int) -> Span:
    while start < stop and (cell[start].isspace() or cell.startswith(_HARD_SPACE, start, stop)):
        start += 1 if cell[start].isspace() else len(_HARD_SPACE)
    while start < stop and (cell[stop - 1].isspace() or cell.endswith(_HARD_SPACE, start, stop)):
        stop -= 1 if cell[stop - 1].isspace() else len(_HARD_SPACE)
    return start, stop


def _opens_a_list(text: str, following: _Piece) -> bool:
    """Whether a sentence is the lead-in of the items that follow."""
    return text.rstrip(" \t*`_").endswith(":") or (following.inline and HEAD.fullmatch(text.strip()) is not None)
