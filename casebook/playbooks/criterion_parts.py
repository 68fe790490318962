"""A criterion's sentence into the conditions it names, and how they are joined. Pure.

"Escalate if A combined with B, or C, especially if D" is ``any(all(A, B), C)``: what "especially" adds makes the case
stronger but is no condition of its own, so it is set aside and said so. Where a sentence does not say plainly whether
all or any of its parts are meant ("A, B, and C"), nobody guesses: `parts_of` gives None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from casebook.playbooks.criterion_words import topics
from casebook.playbooks.keys import fold

_READ = 600
"""How much of a criterion is read: longer ones are paragraphs that no rule should pretend to understand."""

_LEAD = re.compile(
    r"^(?:(?:also|additionally|likewise|finally|furthermore|immediate(?:ly)?|escalation|decision)\b[\w ]{0,30}?[, ]+)*"
    r"(?:(?:escalat\w+|raise|hand over|consider)\b[\w ,/()-]{0,60}?|decision[\w ]{0,40}?)?\b(?:if|when|where|"
    r"verifying if|"
    r"in case)\b\s+"
)
_FACTOR = re.compile(
    r"^(?:(?:another|an? \w+|the) )?escalation (?:factor|criterion|trigger|condition)s? (?:\w+ ){1,2}?(?:be |is |are )?"
)
_REVEALED = re.compile(
    r"^(?:the )?(?:\w+ )?(?:analysis|investigation|review|triage|examination|findings?) "
    r"(?:reveals?|shows?|finds?|confirms?|indicates?|uncovers?|suggests?) (?:that )?"
)
_THEN = re.compile(
    r",?\s+(?:(?:should|must|would|may|can|will|also|always|this) )*"
    r"(?:trigger|warrant|requir|prompt|justif|call|mandate|necessitat|be|lead)\w* (?:\w+ ){0,3}?escalat\w+"
    r"(?: (?!if\b|when\b|where\b)\w+)*$|"
    r",\s+(?:then )?escalat\w+\b(?:(?!\b(?:if|when|where)\b)[^,])*$"
)
_THERE_IS = re.compile(
    r"^(?:any |the )?(?:there(?:'s| is| are| has been| have been)|you (?:observe|see|find|identify)|it is)\s+"
)
_LEAST = re.compile(r",?\s+\b(?:especially|particularly|in particular|notably|above all|most of all)\b.*$")
_CONSEQUENCE = re.compile(
    r"(?:,\s+(?:potentially|possibly|which (?:may|could|might)|that could)|"
    r",?\s+(?:indicating|suggesting|implying|hinting|signall?ing|indicative of|suggestive of|"
    r"(?:that )?(?:may |could |might )?(?:indicates?|suggests?|points? to)))\b[^,]*$"
)
_EXAMPLE = re.compile(
    r"(?<!look )(?<!looks )(?<!behave )(?<!seem )\blike\b(?P<like>[^,;)]*)|"
    r"[,(]?\s*\b(?:such as|for example|for instance|including|e\.g\.)[, ]*"
    r"(?P<such>[^;)]*?)(?:\)|$|(?=,? (?:or|and) (?:if|when|there|it|they)\b|"
    r", (?:should|coincid|combin|coupl|accompan|togeth)))"
)
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)")
_BOTH = re.compile(
    r"[,;]?\s+\b(?:(?:is |are |was |were )?(?:combined with|coupled with|in combination with|in conjunction with|"
    r"together with|accompanied by)|"
    r"along with|alongside|"
    r"(?:that |which )?(?<!cannot be )(?<!not )(?:coincid\w+|correlat\w+|aligns?|overlap\w*) (?:in time )?with|"
    r"followed by|corroborated by|supported by|"
    r"and (?=(?:there (?:is|are)|no|the|it|they|are|have|has|is|was|were|cannot)\b))\s*"
)
_LIST_OR = re.compile(r",?\s+or\s+(?:if\s+|when\s+)?(?=(?:there|the|any|an?|it|they|is|are|has|have)\b)|,\s+or\s+")
_COMMA = re.compile(r",\s+")
_LIST_AND = re.compile(r",\s+and\s+|\bboth\b")
_UNLESS = re.compile(r"\bunless\b|\bexcept\b|\bif not\b")
_BOUND = re.compile(
    r"(?<![\w.:-])(?<!id )(?<!ids )(?<!port )(?<!code )\d[\d,.]*(?![\w:-])|"
    r"\b(?:more than|at least|over|exceed\w*) (?:two|three|four|five|six|seven|eight|nine|ten|a dozen|twenty|fifty)\b|"
    r"\b(?:afterwards?|subsequently|thereafter)\b"
)
"""A number or an order in time, which no condition proposed from words can hold: read past, it would make the
expression wider than the card. The analyst writes such a rule, or answers it."""
_SHORTEST = 2
"""Words a condition has at least. A shorter one is a piece of a noun phrase that a comma cut off."""


class Example(NamedTuple):
    """``words`` as they stand there ("such as x or y"), what they name ("x or y"), and the text they illustrate."""

    words: str
    names: str
    of: str


@dataclass(frozen=True, slots=True)
class Parts:
    """``join`` is ``all``, ``any`` or ``one``; ``members`` are conditions in small letters, or parts again.

    ``aside`` is what the sentence adds for emphasis or as an example, which decides nothing. ``examples`` are those
    among it that give examples.
    """

    join: str
    members: tuple[str | Parts, ...]
    aside: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()


def parts_of(text: str) -> Parts | None:
    """The conditions of a criterion; None where how they are joined is not plain, or a number bounds them."""
    folded = fold(text)
    if not folded or len(folded) > _READ or _UNLESS.search(folded):
        return None
    bare = _without_lead(folded)
    examples = tuple(_examples_in(bare))
    bare, aside = _set_aside(bare)
    if _BOUND.search(bare):
        return None
    found = _any_of(bare)
    kept = tuple(one for one in examples if one.words in aside)
    return None if found is None else Parts(found.join, found.members, aside, kept)


def _examples_in(text: str) -> Iterator[Example]:
    for match in _EXAMPLE.finditer(text):
        names = match["like"] or match["such"] or ""
        yield Example(match[0].strip(" ,()"), names.strip(), text[: match.start()].rstrip(" ,("))


def _without_lead(text: str) -> str:
    """The text without what only says that one should escalate, before it and behind it."""
    for pattern in (_THEN, _LEAD, _FACTOR, _REVEALED):
        shorter = pattern.sub("", text, count=1)
        text = shorter if topics(shorter) else text
    return text


def _set_aside(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without what only emphasises, exemplifies or concludes, and those pieces. Something is always left."""
    aside: list[str] = []
    for pattern, least in ((_LEAST, 1), (_EXAMPLE, 1), (_IN_BRACKETS, 1), (_CONSEQUENCE, 2)):
        shorter = pattern.sub("", text).strip(" ,")
        if shorter != text and len(topics(shorter)) >= least:
            aside += [words for match in pattern.finditer(text) if (words := match[0].strip(" ,()"))]
            text = shorter
    return text, tuple(aside)


def _any_of(text: str) -> Parts | None:
    if not _LIST_OR.search(text):
        return None if _COMMA.search(text) and _LIST_AND.search(text) else _all_of(text)
    pieces = [piece for half in _LIST_OR.split(text) for piece in _COMMA.split(half)]
    if _LIST_AND.search(text):
        return None
    if not _each_says_something(pieces):  # "to unknown, unusual, or foreign hosts" is one condition
        return _all_of(text)
    members = [_all_of(piece) for piece in pieces]
    return Parts("any", tuple(member if len(member.members) > 1 else member.members[0] for member in members))


def _all_of(text: str) -> Parts:
    pieces = [_THERE_IS.sub("", piece.strip(" ,")) for piece in _BOTH.split(text)]
    pieces = [piece for piece in pieces if piece]
    return Parts("all" if len(pieces) > 1 else "one", tuple(pieces))


def _each_says_something(pieces: Iterable[str]) -> bool:
    return all(len(piece.split()) >= _SHORTEST for piece in pieces)
