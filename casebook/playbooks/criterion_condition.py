"""One condition of a criterion, tied to what can answer it: the alert, a question, detectors, look-ups. Pure.

In this order: what the alert says by itself; that other things are going on as well; a question of the card; the
detectors that the condition's own words speak of. What none of them answers is left to people.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from casebook.playbooks.criterion_match import Matched, Questions
from casebook.playbooks.criterion_words import asks_for_excuse, doubts, topics
from casebook.playbooks.detector_words import Spoken, spoken_of
from casebook.playbooks.types import Expression, ParsedStep

LISTS = "D22"
CORROBORATED = "D24"

_COVERED = 0.33
"""The share of a condition's topics that a detector must speak of, to stand for the condition."""

_CORROBORATES = {
    "activity", "alert", "compromise", "actor", "normal", "known", "authorised", "host", "user", "traffic", "place",
    "many", "attack", "securit", "tool", "environ", "organiz", "organis", "lateral", "movemen", "malicio", "factor",
    "frame", "timefra", "window", "period", "read", "process", "suspici",
}  # fmt: skip
"""Topics of a condition that says no more than that other things are going on as well."""
_GIVEN = {"create", "change", "run", "activity", "process"}
"""Topics beside a card's subject by which a condition only names what raised the alert."""

_TYPES = (("ip", r"\bips?\b|\baddress(?:es)?\b"), ("domain", r"\bdomains?\b"), ("url", r"\burls?\b|\blinks?\b(?! to)"),
          ("hash", r"\bhash\w*|\bfiles?\b|\bexecutables?\b|\bbinar\w+"))  # fmt: skip
_LINK = r"\b(?:linked|linkage|associated|connected|tied|related|match\w*|resolv\w*) (?:to|with) "
_LINKED_TO = re.compile(rf"^(?!.* or {_LINK}).*{_LINK}")
"""What is linked to a listed address is what the case is about; that it is listed is what counts."""
_CRITICAL = re.compile(
    r"(?:(?:involv\w+|affect\w*|target\w*|impact\w*|concern\w*|touch\w*|on|of|a|an|the|any|is|are|detected|suspected|"
    r"or) )*"
    r"(?:business[- ])?(?:critical|high[- ]value|key) (?:assets?|systems?|servers?|hosts?)(?: (?:is|are|or|affected|"
    r"involved|targeted|impacted|detected|suspected))*"
)
_ANYTHING = re.compile(
    r"(?:(?:any|the|this|these|such|suspicious|anomalous|observed|multiple) )*"
    r"(?:activit(?:y|ies)|behaviou?rs?|events?|access)"
)
"""A condition that only says that something is going on: "suspicious activities coincide with …", "this activity …"."""
_SEVERE = re.compile(
    r"(?:the )?(?:alert'?s? )?(?:severity )?(?:is )?(?:of )?(high|critical)(?:[- ]severity)?(?: alert| severity)?"
)


class Proposed(NamedTuple):
    """An expression, and in words how it came about."""

    expression: Expression
    rule: str


class Conditions:
    """What a card has to answer conditions with: its questions and indicators, with the detectors bound to them."""

    def __init__(self, capabilities: Mapping[str, Any], asked: tuple[ParsedStep, ...]) -> None:
        self.questions = Questions(asked)
        self._capabilities = capabilities
        self._judged_at = {binding.detector: step.key for step in reversed(asked) for binding in step.bindings}

    def answer(self, condition: str) -> Proposed | None:
        """What stands for a condition, or None where nothing of the card clearly does."""
        if alert := _alert_fact(condition):
            return Proposed({"alert": alert}, f"“{condition}” is in the alert")
        if _ANYTHING.fullmatch(condition) and doubts(condition) and (suspicious := self.questions.suspicious()):
            return _anything(suspicious, condition)
        spoken = self._spoken_of(condition)
        if CORROBORATED in spoken and self.questions.beside_subject(condition) <= _CORROBORATES:
            return self._findings({CORROBORATED: spoken[CORROBORATED]}, condition)
        if matched := self.questions.match(condition, [one for one in spoken if spoken[one].deciding]):
            return _answer(matched, spoken, condition)
        return self._findings(spoken, condition) if self._covers(spoken, condition) else None

    def is_given(self, condition: str) -> bool:
        """Whether a condition only names what the card is about, so that the case itself fulfils it."""
        if _ANYTHING.fullmatch(condition):
            return not doubts(condition)
        beside = self.questions.beside_subject(condition)
        return beside < topics(condition).keys() and beside <= _GIVEN and not doubts(condition)

    def _spoken_of(self, condition: str) -> dict[str, Spoken]:
        """By detector. Support alone is too thin to stand for a condition."""
        spoken: dict[str, Spoken] = {}
        for one in spoken_of(condition, "suspicious", self._capabilities):
            before = spoken.get(one.detector)
            if before is None or before.deciding == one.deciding:
                words = dict.fromkeys([*(before.words.split(", ") if before else ()), *one.words.split(", ")])
                spoken[one.detector] = one._replace(words=", ".join(words))
            elif one.deciding:
                spoken[one.detector] = one
        if LISTS in spoken:  # "the process talks to a known bad address": what counts is that the address is bad
            return {LISTS: spoken[LISTS]}
        return spoken if any(one.deciding for one in spoken.values()) else {}

    def _covers(self, spoken: Mapping[str, Spoken], condition: str) -> bool:
        """Whether the detectors' words are the better part of a condition, and nothing else in it is a thing apart."""
        words = [one.words for one in spoken.values()]
        if LISTS in spoken:  # every kind of address it names is looked up
            condition = _LINKED_TO.sub("", condition)
            words += [match[0] for _, pattern in _TYPES for match in re.finditer(pattern, condition)]
        said = topics(" ".join(words)).keys()
        wanted = self.questions.telling(condition) or topics(condition).keys()
        if not spoken or asks_for_excuse(condition) or not self.questions.nothing_left_out(condition, said):
            return False
        return len(wanted & said) >= _COVERED * len(wanted)

    def _findings(self, spoken: Mapping[str, Spoken], condition: str) -> Proposed:
        atoms: list[Expression] = []
        for detector in sorted(spoken):
            at = {"at": self._judged_at[detector]} if detector in self._judged_at else {}
            support = {} if spoken[detector].deciding else {"supporting": True}
            atoms.append({"finding": {"detector": detector, "answer": "yes", **at}, **support})
        if LISTS in spoken:
            atoms.append(_look_up(condition))
        return _any_of(atoms, "; ".join(f"{one.words}: {detector}" for detector, one in sorted(spoken.items())))


def _answer(matched: Matched, spoken: Mapping[str, Spoken], condition: str) -> Proposed:
    atoms = [_answered(matched.step, matched.values)]
    words = ", ".join(f"“{word}”" for word in matched.shared)
    rule = f"{words}: question {matched.step.position} answered {' or '.join(matched.values)}"
    if LISTS in spoken:
        atoms.append(_look_up(condition))
        rule += f", or a look-up that lists it ({spoken[LISTS].words})"
    return _any_of(atoms, rule)


def _anything(suspicious: Sequence[ParsedStep], condition: str) -> Proposed:
    atoms = [_answered(step, ("yes", "partly")) for step in suspicious]
    return _any_of(atoms, f"“{condition}”: any suspicious question answered yes or partly")


def _any_of(atoms: Sequence[Expression], rule: str) -> Proposed:
    return Proposed(atoms[0] if len(atoms) == 1 else {"any": list(atoms)}, rule)


def _answered(step: ParsedStep, values: Sequence[str]) -> Expression:
    return {"answer": {"step": step.key, "value": list(values)}}


def _look_up(condition: str) -> Expression:
    types = [name for name, pattern in _TYPES if re.search(pattern, condition)]
    return {"lookup": {"type": types or [name for name, _ in _TYPES], "result": "listed"}}


def _alert_fact(condition: str) -> dict[str, Any] | None:
    if _CRITICAL.fullmatch(condition):
        return {"field": "assets.critical", "op": "=", "value": True}
    if (severe := _SEVERE.fullmatch(condition)) and "sever" in condition:
        return {"field": "severity", "op": ">=", "value": severe[1]}
    return None
