"""A criterion's sentence into the conditions it names, and how they are joined. Pure.

"Escalate if A combined with B, or C, especially if D" is ``any(all(A, B), C)``: what "especially" adds makes the case
stronger but is no condition of its own, so it is set aside and said so. Where a sentence does not say plainly whether
all or any of its parts are meant ("A, B, and C"), nobody guesses: `parts_of` gives None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from casebook.playbooks.keys import fold

_READ = 600
"""How much of a criterion is read: longer ones are paragraphs that no rule should pretend to understand."""

_LEAD = re.compile(
    r"^(?:(?:also|additionally|likewise|finally|furthermore|immediate(?:ly)?|escalation|decision)\b[\w ]{0,30}?[, ]+)*"
    r"(?:(?:escalat\w+|raise|hand over|consider)\b[\w ,/()-]{0,60}?|decision[\w ]{0,40}?)?\b(?:if|when|where|"
    r"verifying if|"
    r"in case)\b\s+"
)
_THERE_IS = re.compile(
    r"^(?:any |the )?(?:there(?:'s| is| are| has been| have been)|you (?:observe|see|find|identify)|it is)\s+"
)
_LEAST = re.compile(r",?\s+\b(?:especially|particularly|in particular|notably|above all|most of all)\b.*$")
_CONSEQUENCE = re.compile(
    r",\s+(?:indicating|suggesting|implying|hinting|potentially|possibly|which (?:may|could|might)|that could)\b[^,]*$"
)
_EXAMPLE = re.compile(r"[,(]?\s*\b(?:such as|like|e\.g\.|for example|for instance|including)\b[^,;)]*(?:\)|$)")
_BOTH = re.compile(
    r"[,;]?\s+\b(?:combined with|coupled with|in combination with|in conjunction with|together with|accompanied by|"
    r"along with|alongside|(?:that |which )?(?:coincid\w+|correlat\w+|aligns?|overlap\w*) (?:in time )?with|"
    r"followed by|"
    r"and (?=(?:there (?:is|are)|no|the|it|they|are|have|has|is|was|were|cannot)\b))\s*"
)
_LIST_OR = re.compile(r",?\s+or\s+(?:if\s+|when\s+)?(?=(?:there|the|any|an?|it|they|is|are|has|have)\b)|,\s+or\s+")
_COMMA = re.compile(r",\s+")
_LIST_AND = re.compile(r",\s+and\s+|\bboth\b")
_UNLESS = re.compile(r"\bunless\b|\bexcept\b|\bif not\b")
_SHORTEST = 2
"""Words a condition has at least. A shorter one is a piece of a noun phrase that a comma cut off."""


@dataclass(frozen=True, slots=True)
class Parts:
    """``join`` is ``all``, ``any`` or ``one``; ``members`` are conditions in small letters, or parts again.

    ``aside`` is what the sentence adds for emphasis or as an example, which decides nothing.
    """

    join: str
    members: tuple[str | Parts, ...]
    aside: tuple[str, ...] = ()


def parts_of(text: str) -> Parts | None:
    """The conditions of a criterion; None where how they are joined is not plain."""
    folded = fold(text)
    if not folded or len(folded) > _READ or _UNLESS.search(folded):
        return None
    bare, aside = _set_aside(_LEAD.sub("", folded, count=1))
    found = _any_of(bare)
    return None if found is None else Parts(found.join, found.members, aside)


def _set_aside(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without what only emphasises, exemplifies or concludes, and those pieces."""
    aside: list[str] = []
    for pattern in (_LEAST, _CONSEQUENCE, _EXAMPLE):
        aside += [match[0].strip(" ,(") for match in pattern.finditer(text)]
        text = pattern.sub("", text).strip(" ,")
    return text, tuple(aside)


def _any_of(text: str) -> Parts | None:
    if not _LIST_OR.search(text):
        return None if _COMMA.search(text) and _LIST_AND.search(text) else _all_of(text)
    pieces = [piece for half in _LIST_OR.split(text) for piece in _COMMA.split(half)]
    if _LIST_AND.search(text) or not _each_says_something(pieces):
        return None
    members = [_all_of(piece) for piece in pieces]
    return Parts("any", tuple(member if len(member.members) > 1 else member.members[0] for member in members))


def _all_of(text: str) -> Parts:
    pieces = [_THERE_IS.sub("", piece.strip(" ,")) for piece in _BOTH.split(text)]
    pieces = [piece for piece in pieces if piece]
    return Parts("all" if len(pieces) > 1 else "one", tuple(pieces))


def _each_says_something(pieces: Iterable[str]) -> bool:
    return all(len(piece.split()) >= _SHORTEST for piece in pieces)
