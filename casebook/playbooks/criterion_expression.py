"""A criterion's expression, proposed by its words: its conditions tied to questions, detectors, look-ups and the alert.

All or nothing: a condition that nothing of the card answers makes the whole criterion one for the analyst. An
expression that left a condition out would say "not met" of a case that meets it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from casebook.playbooks.criterion_condition import Conditions, Proposed
from casebook.playbooks.criterion_match import says_something
from casebook.playbooks.criterion_parts import Parts, parts_of
from casebook.playbooks.types import ParsedStep

_ALTERNATIVES = re.compile(
    r",? or (?!(?:on|in|by|from|at|for|to|of|within|during|via|through|with|non-|un\w+ |suspicious |"
    r"malicious |abnormal )\b)|, "
)
"""Not between two prepositions or two adjectives of one thing."""
LONGEST_RULE = 300
"""Characters of a rule that are kept."""
_VAGUE = 1
"""Topics of its own that a condition has at most for its examples to be what is meant by it."""


def propose(text: str, capabilities: Mapping[str, Any], asked: Iterable[ParsedStep]) -> Proposed | None:
    """The expression of a criterion, or None where not every condition of it is answered by something."""
    parts = parts_of(text)
    return _Criterion(Conditions(capabilities, tuple(asked)), parts).proposed() if parts else None


class _Criterion:
    def __init__(self, conditions: Conditions, parts: Parts) -> None:
        self._conditions = conditions
        self._parts = parts
        self._aside = dict.fromkeys(parts.aside, "makes it stronger and decides nothing")

    def proposed(self) -> Proposed | None:
        found = self._of(self._parts)
        if found is None:
            return None
        aside = [f"“{words}” {why}" for words, why in self._aside.items()]
        return Proposed(found.expression, _cut("; ".join([found.rule, *aside])))

    def _of(self, parts: Parts) -> Proposed | None:
        found = [self._of(one) if isinstance(one, Parts) else self._condition(one) for one in parts.members]
        if parts.join == "all":
            found = list(self._without_given(parts, found))
        members = [one for one in found if one is not None]
        return _joined(parts.join, members) if members and len(members) == len(found) else None

    def _without_given(self, parts: Parts, found: list[Proposed | None]) -> Iterator[Proposed | None]:
        """Of "the logon coincides with other alerts", on a card about logons, only the alerts are left to be asked."""
        for one, condition in zip(found, parts.members, strict=True):
            if one or not isinstance(condition, str) or not self._conditions.is_given(condition):
                yield one
            else:
                self._aside[condition] = "is what the card is about"

    def _condition(self, condition: str) -> Proposed | None:
        pieces = _ALTERNATIVES.split(condition)
        if len(pieces) > 1 and all(map(says_something, pieces)):
            each = self._each(pieces)
            if each or ", " in condition:
                return each
        return self._conditions.answer(condition) or self._by_example(condition)

    def _each(self, pieces: list[str]) -> Proposed | None:
        """By each of its alternatives, where each is answered."""
        found = [one for one in map(self._conditions.answer, pieces) if one]
        return _joined("any", found) if len(found) == len(pieces) else None

    def _by_example(self, condition: str) -> Proposed | None:
        """ "Other signs, such as X or Y": nobody can say what else is meant, so X or Y is what is asked for."""
        if len(self._conditions.questions.telling(condition)) > _VAGUE:
            return None
        for one in self._parts.examples:
            if one.of.endswith(condition) and (found := self._condition(one.names)):
                self._aside[one.words] = "stands for what it illustrates"
                return found
        return None


def _joined(join: str, members: list[Proposed]) -> Proposed:
    """The members under their join, each once: two conditions may well be told by the same."""
    different = [one for at, one in enumerate(members) if one.expression not in [it.expression for it in members[:at]]]
    if len(different) == 1:
        return different[0]
    rules = f"{join} of: " + "; ".join(one.rule for one in different)
    return Proposed({join: [one.expression for one in different]}, rules)


def _cut(rule: str) -> str:
    """A rule no longer than is kept, cut between two of its pieces where that can be."""
    return rule if len(rule) <= LONGEST_RULE else rule[: LONGEST_RULE - 3].rsplit("; ", 1)[0] + "; …"
