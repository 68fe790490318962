"""What a word rule is, and how it reads a step.

A rule holds where words of *all* its kinds stand close to each other: "failed" in one item of a long list and
"account" in another are no failed logins. Text is read folded (`casebook.playbooks.keys.fold`): small letters, no
markup, one shape of quotes and dashes, single spaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

REACH = 60
"""How many characters may lie between the first kind of word and each of the others: about ten words."""


@dataclass(frozen=True, slots=True)
class WordRule:
    """``detector`` answers a step in which a word of every kind of ``all_of`` occurs, and none of ``none_of``.

    Each pattern gives one kind of word. The first anchors the rule: the others must stand within ``reach`` of it.
    """

    detector: str
    deciding: bool
    all_of: tuple[re.Pattern[str], ...]
    none_of: re.Pattern[str] | None = None
    reach: int = REACH

    def words_in(self, folded: str) -> tuple[str, ...] | None:
        """The words that made the rule hold, each once, as they stand in the folded text; or None."""
        anchor, *others = self.all_of
        for match in anchor.finditer(folded):
            found = self._near(folded, match, others)
            if found is not None:
                excluded = self.none_of is not None and self.none_of.search(folded)
                return None if excluded else tuple(dict.fromkeys(one[0].strip() for one in (match, *found)))
        return None

    def _near(self, folded: str, anchor: re.Match[str], others: list[re.Pattern[str]]) -> list[re.Match[str]] | None:
        start = max(0, anchor.start() - self.reach)
        stop = folded.find(" ", anchor.end() + self.reach)
        found: list[re.Match[str]] = []
        for pattern in others:
            match = pattern.search(folded, start, len(folded) if stop < 0 else stop)
            if match is None:
                return None
            found.append(match)
        return found


def decides(detector: str, *all_of: str, none_of: str = "", reach: int = REACH) -> WordRule:
    """A rule for a detector that must say no before the step is no."""
    return _rule(detector, True, all_of, none_of, reach)


def supports(detector: str, *all_of: str, none_of: str = "", reach: int = REACH) -> WordRule:
    """A rule for a detector that may only help."""
    return _rule(detector, False, all_of, none_of, reach)


def words(alternatives: str) -> str:
    """A pattern for any of the alternatives, separated by ``|``, as whole words."""
    return rf"\b(?:{alternatives})\b"


def _rule(detector: str, deciding: bool, all_of: tuple[str, ...], none_of: str, reach: int) -> WordRule:
    excluded = re.compile(none_of) if none_of else None
    return WordRule(detector, deciding, tuple(re.compile(pattern) for pattern in all_of), excluded, reach)
