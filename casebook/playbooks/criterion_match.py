"""Which question of a card a condition speaks of, if clearly one: by the topics they share. Pure.

A topic that only one question has says most; one that every question has says little. A condition counts as matched
where the best question has most of its topics and no other comes near. What then counts is the question's polarity: a
suspicious question answered yes or partly; a benign one answered no, and only where the condition denies that all is in
order ("unauthorised", "without a reason").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from casebook.playbooks.criterion_words import (
    asks_for_excuse,
    asks_for_harm,
    denies,
    doubts,
    leaves_open,
    topics,
    words_of,
)
from casebook.playbooks.detector_rules.senses import EXCUSED
from casebook.playbooks.types import ParsedStep

LEANING = frozenset({"authorised", "legitimate", "reason", "normal", "known"})
"""Topics that say how a condition leans more than what it is about."""
GENERIC = LEANING | {"user", "host", "activity", "process", "try", "read", "run", "many"}
"""Topics that every security card has: nobody is misled where a question leaves them out."""

NEEDED = 0.5
"""The question must have more than this share of a condition's topics, by weight."""
CLEAR = 1.3
"""How many times better than the next question the best must be."""

_COMMON = 0.35
"""The share of a card's questions and indicators that have a topic, from which on it is but the card's subject."""
_OF_THE_SUBJECT, _GENERAL, _ELSEWHERE = 0.25, 0.3, 0.7
"""What a topic weighs that is the card's subject, that is generic, that no question has."""
_VERBATIM = 0.3
"""What the very same words add, so that of two questions the one in the condition's own words is the better."""
_A_THING = 2
"""Topics that make a piece of a condition a thing of its own, and that a condition and a question must share."""
_ENOUGH = 0.4
"""The share of such a piece's topics that must be spoken of."""

_READ = 1000
"""How much of a question is read for its words: more than any needs."""

_QUALIFIES = re.compile(r"\b(?:or|by|with|without|before|after|following|through|via|against|who|whose)\b")
_NO_EXCUSE = re.compile(
    rf",?\s*(?:(?:and|that|which|is|are|has|have) )*(?:without|with no|lack(?:s|ing)?|cannot|can't|could not|"
    rf"linked to no|not|no)\b[^,]*\b(?:{EXCUSED})\b.*$"
)
"""The end of a condition that says it holds where nothing explains it. A question about harm says so by itself."""
_SUPPOSED = re.compile(
    r"\b(?:suggesting|indicating|indicative of|suggestive of|that (?:suggests?|indicates?)|such as|e\.g\.|for example|"
    r"(?:that|which) (?:correlate|coincide)s? with)\b.*"
)
"""What a question says its subject would mean, looks like or goes with; it does not ask for that."""


@dataclass(frozen=True, slots=True)
class Matched:
    """A question, the answers that make the condition hold, and the words both use."""

    step: ParsedStep
    values: tuple[str, ...]
    shared: tuple[str, ...]


class _Asked:
    """A question as a condition is compared with it."""

    def __init__(self, step: ParsedStep) -> None:
        self.step = step
        self.text = step.text[:_READ]
        self.words = words_of(self.text)
        self.bound = {one.detector: "" for one in step.bindings if one.deciding}
        asked = topics(_SUPPOSED.sub("", self.text))
        self.topics = {**(level(asked) if step.polarity == "suspicious" else asked), **self.bound}
        if step.polarity == "suspicious" and asks_for_harm(self.text):
            self.topics.setdefault("normal", "")
        self.excuses = asks_for_excuse(self.text)

    @cached_property
    def levelled(self) -> dict[str, str]:
        return level(self.topics)

    def read(self, condition: str) -> str:
        """The part of a condition that this question has to speak of."""
        suspicious = self.step.polarity == "suspicious" and not self.excuses
        return _NO_EXCUSE.sub("", condition) if suspicious else condition

    def values(self, condition: str) -> tuple[str, ...]:
        """The answers by which a condition holds; none where the question's yes or no cannot say so."""
        if self.step.polarity == "suspicious":
            harmless = doubts(condition) and not asks_for_harm(self.text)
            return () if harmless or leaves_open(self.read(condition)) else ("yes", "partly")
        return ("no",) if self.step.polarity == "benign" and denies(condition) else ()


class Questions:
    """A card's questions, ready to be matched. The indicators beside them tell what the card is about."""

    def __init__(self, asked: Sequence[ParsedStep]) -> None:
        self._asked = [_Asked(step) for step in asked if step.section == "question"]
        self._spread = Counter(topic for one in self._asked for topic in one.topics)
        said = Counter(topic for step in asked for topic in topics(step.text[:_READ]))
        self._subject = {topic for topic, times in said.items() if times > max(2, _COMMON * len(asked))}

    def suspicious(self) -> list[ParsedStep]:
        """The questions whose yes speaks for an attack."""
        return [one.step for one in self._asked if one.step.polarity == "suspicious"]

    def match(self, condition: str, detectors: Iterable[str] = ()) -> Matched | None:
        """The question that a condition clearly speaks of, or None.

        ``detectors`` are those the condition speaks of: a question bound to one of them has a topic with it in common.
        """
        bound = {one: "" for one in detectors if one in self._spread}
        able = [(one, {**self._wanted(one, condition), **bound}) for one in self._asked if one.values(condition)]
        said = words_of(condition)
        scores = [self._score(one, wanted, said) for one, wanted in able]
        best = max(scores, default=0.0)
        if best <= NEEDED or sum(score * CLEAR > best for score in scores) > 1:
            return None
        return self._matched(*able[scores.index(best)], condition)

    def nothing_left_out(self, condition: str, said: Container[str]) -> bool:
        """Whether ``said`` (topics) speaks of every alternative and every qualification a condition makes.

        "A new account made by somebody from finance" is more than "a new account"; "X or Y" is more than X.
        """
        first, *others = (self.telling(piece) for piece in _QUALIFIES.split(condition))
        if len(first) >= _A_THING and not any(topic in said for topic in first):
            return False
        return all(len(one) < _A_THING or sum(topic in said for topic in one) >= _ENOUGH * len(one) for one in others)

    def beside_subject(self, condition: str) -> set[str]:
        """The topics of a condition that this card does not have throughout."""
        return topics(condition).keys() - self._subject

    def telling(self, condition: str) -> set[str]:
        """The topics of a condition that neither every security card has nor this one throughout."""
        return self.beside_subject(condition) - GENERIC

    def _wanted(self, asked: _Asked, condition: str) -> Mapping[str, str]:
        """The topics of a condition that a question is to have; none where without its excuse it says nothing."""
        bare = asked.read(condition)
        if bare != condition and not self.telling(bare):
            return {}
        return level(topics(bare)) if asked.step.polarity == "suspicious" else topics(bare)

    def _score(self, asked: _Asked, wanted: Mapping[str, str], said: Collection[str]) -> float:
        """The share of the condition's topics that a question has, and a little more for its very words."""
        share = self._share(wanted, asked.topics)
        if asked.step.polarity == "benign":  # one way of being in order may be meant by another, yet its own is better
            share = (share + self._share(level(wanted), asked.levelled)) / 2
        return share * (1 + _VERBATIM * len(asked.words.intersection(said)) / max(1, len(said)))

    def _share(self, wanted: Collection[str], found: Container[str]) -> float:
        whole = sum(map(self._weight, wanted))
        return sum(self._weight(topic) for topic in wanted if topic in found) / (whole or 1.0)

    def _weight(self, topic: str) -> float:
        if topic in self._subject:
            return _OF_THE_SUBJECT
        if topic in GENERIC - LEANING:
            return _GENERAL / max(1, self._spread[topic])
        return 1.0 / self._spread[topic] if topic in self._spread else _ELSEWHERE

    def _matched(self, asked: _Asked, wanted: Mapping[str, str], condition: str) -> Matched | None:
        shared = [topic for topic in wanted if topic in asked.topics]
        if len(shared) < _A_THING or not _is_meant(asked, wanted, shared):
            return None
        if not self.nothing_left_out(asked.read(condition), asked.topics):
            return None
        return Matched(asked.step, asked.values(condition), tuple(wanted[topic] for topic in shared if wanted[topic]))


def says_something(text: str) -> bool:
    """Whether a piece of a condition is one of its own: it has topics, and one that not every card has."""
    found = topics(text).keys()
    return len(found) >= _A_THING and bool(found - GENERIC)


def level(found: Mapping[str, str]) -> dict[str, str]:
    """Topics in which every way of being in order, or out of it, is one."""
    levelled: dict[str, str] = {}
    for topic, word in found.items():
        levelled.setdefault("normal" if topic in LEANING else topic, word)
    return levelled


def _is_meant(asked: _Asked, wanted: Mapping[str, str], shared: Sequence[str]) -> bool:
    """Whether what a condition and a question share is more than generic words, or all there is, or a reason twice."""
    own = {topic for topic in wanted if wanted[topic]}
    if own.intersection(shared) - GENERIC or len(LEANING.intersection(shared)) >= _A_THING:
        return True
    return asked.step.polarity == "suspicious" and own <= set(shared)
