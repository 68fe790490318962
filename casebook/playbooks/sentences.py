"""Where a sentence ends in the prose of a card: not at "e.g.", in a version number, a file name, or a parenthesis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

Span = tuple[int, int]

BREAK = re.compile(
    r"<br\s*/?>|\r?\n|</?(?:li|ul|ol|p|div)\b[^<>]{0,80}>|\\n(?=\s*(?:[-*•]\s|\d{1,2}[.)]\s))", re.IGNORECASE
)
"""What ends a line of a cell; a written-out ``\\n`` only where a list mark follows, for a path may hold one."""

_CLOSED = r"(?:[\"'”’)\]*`]|</code>)*+"
_END = re.compile(
    rf"(?<![.?!])[.?!]++{_CLOSED}(?:\s+\([^()\n]{{1,200}}\)\.?(?=\s+[^\s\w]*[A-Z]|\s*$)|(?=\s|$))|\?(?=[A-Z][a-z]*\s)"
)
"""A stop and what it closes. A remark in parentheses behind it belongs to it; a capital may touch a question mark.

A row of stops is read once and whole, however long it is and wherever the search has come to.
"""

_LAST_WORD = re.compile(r"[^\s(\[\"“'‘]+$")
_ABBREVIATION = re.compile(r"(?![ap]\.m\.)(?:[a-z]\.){2,}|(?:vs|cf|approx|incl|esp|resp|fig|dr|mr|mrs|ms|st)\.")
_NUMBERED = re.compile(r"(?:no|nos|nr|ver|v|ch|sec|p|pp)\.")
_CONTINUES = re.compile(
    r"(?:(?:and|or) )?if (?:so|not|yes|no)\b|or\b|why(?: or why)? not\b|(?:why|how|who|when|where)\?|"
    r"(?:by|from|to|with|for|at|on|in|since) (?:whom?|what|which|where|when)\b[^?.]{0,40}\?",
    re.IGNORECASE,
)
"""A follow-up that asks on about the question before it."""

_STARTS_LOWER = re.compile(r"[a-z][\w-]*(?:[A-Z]\w*|\.(?:exe|dll|sys|ps1|sh|py|js|vbs|com|bat|cmd|plist|service)\b)")
_PAIRS = {")": "(", "”": "“"}
_TOGGLES = '"`'
_PAIRED = re.compile(r"[()“”\"`]")
_CODE = re.compile(r"<code>.{0,400}?</code>")
_DEEPEST = 16
_AHEAD = 80


def sentences(cell: str, span: Span, shield: list[bool]) -> Iterator[Span]:
    """The sentences in ``cell[from:to]``, in order, untrimmed and together covering all of it."""
    start, stop = span
    read, says = start, False
    for match in _END.finditer(cell, start, stop):
        says = says or any(char.isalpha() for char in cell[read : match.start()])
        read = match.start()
        if says and match.end() < stop and _ends_here(cell, match, stop, shield):
            yield start, match.end()
            start = read = match.end()
            says = False
    yield start, stop


def shielded(cell: str) -> list[bool]:
    """For each character (and the place after the last), whether it stands inside a pair closed on its own line.

    Pairs are parentheses, double quotes, backticks and ``<code>``. A pair that is opened and never closed shields
    nothing: real cards forget to close them.
    """
    deeper = [0] * (len(cell) + 2)
    start = 0
    for stop in [*(match.start() for match in BREAK.finditer(cell)), len(cell)]:
        for opened, closed in _pairs(cell, start, stop):
            deeper[opened + 1] += 1
            deeper[closed + 1] -= 1
        start = stop
    for match in _CODE.finditer(cell):
        deeper[match.start() + 1] += 1
        deeper[match.end()] -= 1
    return [depth > 0 for depth in accumulate(deeper[:-1])]


def _pairs(cell: str, start: int, stop: int) -> Iterator[Span]:
    opened: list[tuple[str, int]] = []
    for match in _PAIRED.finditer(cell, start, stop):
        char, at = match[0], match.start()
        wanted = _PAIRS.get(char, char if char in _TOGGLES else None)
        reach = range(len(opened) - 1, max(-1, len(opened) - 1 - _DEEPEST), -1)
        place = next((i for i in reach if opened[i][0] == wanted), None)
        if place is not None:
            yield opened[place][1], at
            del opened[place:]
        elif char not in _PAIRS:
            opened.append((char, at))


def _ends_here(cell: str, match: re.Match[str], stop: int, shield: list[bool]) -> bool:
    if shield[match.end()]:
        return False
    rest = cell[match.end() : min(stop, match.end() + _AHEAD)].lstrip()
    if not rest or _abbreviated(cell, match, rest):
        return False
    if "?" in match[0] and (_CONTINUES.match(rest) or _inside_an_address(cell, match)):
        return False
    if match[0].endswith("?") and rest[0] != "(":
        return True
    return not (rest[0].islower() or rest[0] == "(") or bool(_STARTS_LOWER.match(rest))


def _inside_an_address(cell: str, match: re.Match[str]) -> bool:
    """Whether the mark opens the query of a URL rather than ending a question."""
    if not cell[match.end() : match.end() + 1].isalpha():
        return False
    word = _LAST_WORD.search(cell, max(0, match.start() - 40), match.start())
    return word is not None and ("/" in word[0] or "." in word[0])


def _abbreviated(cell: str, match: re.Match[str], rest: str) -> bool:
    if not match[0].startswith("."):
        return False
    found = _LAST_WORD.search(cell, max(0, match.start() - 40), match.start() + 1)
    word = found[0].lower() if found else ""
    return bool(_ABBREVIATION.fullmatch(word)) or (rest[0].isdigit() and bool(_NUMBERED.fullmatch(word)))
