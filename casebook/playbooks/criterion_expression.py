"""A criterion's expression, proposed by its words: its conditions tied to questions, detectors, look-ups and the alert.

All or nothing: a condition that nothing of the card answers makes the whole criterion one for the analyst. An
expression that left a condition out would say "not met" of a case that meets it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from casebook.playbooks.criterion_match import (
    Matched,
    Questions,
    asks_for_excuse,
    nothing_left_out,
    stems,
)
from casebook.playbooks.criterion_parts import Parts, parts_of
from casebook.playbooks.detector_words import Spoken, spoken_of
from casebook.playbooks.types import Expression, ParsedStep

LISTS = "D22"
_COVERED = 0.35
"""The share of a condition's words that a detector must speak of, to stand for the condition."""

_TYPES = (("ip", r"\bips?\b|\baddress(?:es)?\b"), ("domain", r"\bdomains?\b"), ("url", r"\burls?\b|\blinks?\b(?! to)"),
          ("hash", r"\bhash\w*|\bfiles?\b|\bexecutables?\b|\bbinar\w+"))  # fmt: skip
_CRITICAL = re.compile(
    r"(?:(?:involv\w+|affect\w*|target\w*|impact\w*|concern\w*|touch\w*|on|of|a|an|the|any|is|are|detected|suspected|"
    r"or) )*"
    r"(?:business[- ])?(?:critical|high[- ]value|key) (?:assets?|systems?|servers?|hosts?)(?: (?:is|are|or|affected|"
    r"involved|targeted|impacted|detected|suspected))*"
)
_ANYTHING = re.compile(
    r"(?:(?:any|the|this|these|such|suspicious|anomalous|observed|multiple) )*(?:activit(?:y|ies)|behaviou?rs?|events?)"
)
"""A condition that only says that something is going on, as in "suspicious activities coincide with …"."""
_SEVERE = re.compile(
    r"(?:the )?(?:alert'?s? )?(?:severity )?(?:is )?(?:of )?(high|critical)(?:[- ]severity)?(?: alert| severity)?"
)


class Proposed(NamedTuple):
    """An expression, and in words how it came about."""

    expression: Expression
    rule: str


def propose(text: str, capabilities: Mapping[str, Any], asked: Iterable[ParsedStep]) -> Proposed | None:
    """The expression of a criterion, or None where not every condition of it is answered by something."""
    parts = parts_of(text)
    steps = tuple(asked)
    proposed = _Criterion(capabilities, steps).expression(parts) if parts else None
    if parts is None or proposed is None:
        return None
    aside = [f"“{words}” makes it stronger and decides nothing" for words in parts.aside]
    return Proposed(proposed.expression, "; ".join([proposed.rule, *aside]))


class _Criterion:
    def __init__(self, capabilities: Mapping[str, Any], asked: tuple[ParsedStep, ...]) -> None:
        self._capabilities = capabilities
        self._questions = Questions(asked)
        self._judged_at = {binding.detector: step.key for step in reversed(asked) for binding in step.bindings}

    def expression(self, parts: Parts) -> Proposed | None:
        found = [self.expression(one) if isinstance(one, Parts) else self._condition(one) for one in parts.members]
        members = [one for one in found if one is not None]
        if not members or len(members) < len(found):
            return None
        if len(members) == 1:
            return members[0]
        said = f"{parts.join} of: " + "; ".join(one.rule for one in members)
        return Proposed({parts.join: [one.expression for one in members]}, said)

    def _condition(self, condition: str) -> Proposed | None:
        if alert := _alert_fact(condition):
            return Proposed({"alert": alert}, f"“{condition}” is in the alert")
        spoken = self._spoken_of(condition)
        if _ANYTHING.fullmatch(condition) and (suspicious := self._questions.suspicious()):
            return self._anything(suspicious, condition)
        if matched := self._questions.match(condition):
            return self._answer(matched, spoken, condition)
        return self._findings(spoken, condition) if _covers(spoken, condition) else None

    def _anything(self, suspicious: Sequence[ParsedStep], condition: str) -> Proposed:
        atoms: list[Expression] = [_answered(step, ("yes", "partly")) for step in suspicious]
        rule = f"“{condition}”: any suspicious question answered yes or partly"
        return Proposed(atoms[0] if len(atoms) == 1 else {"any": atoms}, rule)

    def _spoken_of(self, condition: str) -> dict[str, Spoken]:
        """By detector. Support alone is too thin to stand for a condition."""
        spoken: dict[str, Spoken] = {}
        for one in spoken_of(condition, "suspicious", self._capabilities):
            if one.detector not in spoken or one.deciding:
                spoken[one.detector] = one
        if LISTS in spoken:  # "the process talks to a known bad address": what counts is that the address is bad
            return {LISTS: spoken[LISTS]}
        return spoken if any(one.deciding for one in spoken.values()) else {}

    def _answer(self, matched: Matched, spoken: Mapping[str, Spoken], condition: str) -> Proposed:
        atom = _answered(matched.step, matched.values)
        words = ", ".join(f"“{word}”" for word in matched.shared)
        rule = f"{words}: question {matched.step.position} answered {' or '.join(matched.values)}"
        if LISTS not in spoken:
            return Proposed(atom, rule)
        return Proposed(
            {"any": [atom, _look_up(condition)]}, f"{rule}, or a look-up that lists it ({spoken[LISTS].words})"
        )

    def _findings(self, spoken: Mapping[str, Spoken], condition: str) -> Proposed:
        atoms: list[Expression] = []
        for detector in sorted(spoken):
            at = {"at": self._judged_at[detector]} if detector in self._judged_at else {}
            support = {} if spoken[detector].deciding else {"supporting": True}
            atoms.append({"finding": {"detector": detector, "answer": "yes", **at}, **support})
        if LISTS in spoken:
            atoms.append(_look_up(condition))
        rule = "; ".join(f"{one.words}: {detector}" for detector, one in sorted(spoken.items()))
        return Proposed(atoms[0] if len(atoms) == 1 else {"any": atoms}, rule)


def _answered(step: ParsedStep, values: Sequence[str]) -> Expression:
    return {"answer": {"step": step.key, "value": list(values)}}


def _covers(spoken: Mapping[str, Spoken], condition: str) -> bool:
    words = [one.words for one in spoken.values()]
    if LISTS in spoken:  # every kind of address it names is looked up
        words += [match[0] for _, pattern in _TYPES for match in re.finditer(pattern, condition)]
    said = stems(" ".join(words))
    wanted = stems(condition)
    if not spoken or asks_for_excuse(condition) or not nothing_left_out(condition, said):
        return False
    return len(wanted.keys() & said.keys()) >= _COVERED * len(wanted)


def _look_up(condition: str) -> Expression:
    types = [name for name, pattern in _TYPES if re.search(pattern, condition)]
    return {"lookup": {"type": types or [name for name, _ in _TYPES], "result": "listed"}}


def _alert_fact(condition: str) -> dict[str, Any] | None:
    if _CRITICAL.fullmatch(condition):
        return {"field": "assets.critical", "op": "=", "value": True}
    if (severe := _SEVERE.fullmatch(condition)) and "sever" in condition:
        return {"field": "severity", "op": ">=", "value": severe[1]}
    return None
