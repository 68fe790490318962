"""Which question of a card a condition speaks of, if clearly one: by the words they share. Pure.

A word that only one question uses says most, one that all use says nothing. A condition counts as matched where
the best question has most of its words and no other comes near. What then counts is the question's polarity:
a suspicious question answered yes or partly; a benign one answered no, and only where the condition doubts it
("unauthorised", "without a reason").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass

from casebook.playbooks.keys import fold
from casebook.playbooks.types import ParsedStep

_WORD = re.compile(r"[a-z][a-z0-9]*(?:[._][a-z0-9]+)*|\d{3,}")
_STOP = re.compile(
    "a|about|above|across|actions|after|all|also|an|and|any|are|around|as|associated|at|attributed|be|because|"
    "been|before|being|between|but|by|can|cannot|case|cases|clear|concrete|confirmed|corresponding|could|"
    "detected|did|do|does|during|each|escalate|escalation|evidence|exist|exists|finding|following|for|found|from|"
    "further|had|has|have|if|in|indicate|indicated|indicates|indicating|indication|indications|indicator|"
    "indicators|into|involve|involved|involves|involving|is|it|its|lack|lacking|lacks|may|might|more|most|no|nor|"
    "not|observed|of|off|on|or|other|out|over|potential|potentially|presence|present|related|same|seen|should|"
    "show|showing|shown|shows|sign|signs|similar|since|so|some|such|suggest|suggesting|suggests|than|that|the|"
    "their|them|then|there|these|they|this|those|through|tier|to|under|until|up|upon|usage|use|used|using|via|"
    "was|were|what|when|where|which|while|who|will|with|within|without|would|you"
)
_SYNONYMS = {
    "logons": "login", "logon": "login", "logins": "login", "sign-in": "login", "signin": "login",
    "ips": "ip", "hosts": "host", "e-mail": "email", "e-mails": "email",
    "reports": "report", "reported": "report", "reporting": "report",
    "justification": "reason", "explanation": "reason", "requirement": "reason", "need": "reason", "purpose": "reason",
    "reasons": "reason", "justifications": "reason", "requirements": "reason", "purposes": "reason", "basis": "reason",
}  # fmt: skip
_STEM = 6
_DOUBT = re.compile(
    r"\b(?:un(?:authori[sz]ed|approved|known|familiar|expected\w*|explain\w+|trusted|usual\w*|verified|recogni[sz]ed|"
    r"sanctioned|identified|related|able)|no|not|without|lacks?|lacking|cannot|can't|illegitimate|suspicious|abnormal|"
    r"anomalous|uncharacteristic|inconsistent|atypical)\b"
)
_EXCUSE = re.compile(
    r"\b(?:reasons?|explanations?|justifi\w+|purposes?|explained|attributed|accounted|legitimate|documented|legitimacy|"
    r"cannot|can't|unable|do not|does not|did not)\b"
)

_QUALIFIES = re.compile(r"\b(?:or|by|with|without|before|after|following|through|via|against)\b")
_A_THING = 2
"""Content words that make a piece of a condition a thing of its own, not a mere turn of phrase."""
_ENOUGH = 0.4
"""The share of such a piece's words that must be spoken of."""

NEEDED = 0.5
"""The question must have more than this share of a condition's words, by weight."""
CLEAR = 1.3
"""How many times better than the next question the best must be."""


@dataclass(frozen=True, slots=True)
class Matched:
    """A question, the answers that make the condition hold, and the words both use."""

    step: ParsedStep
    values: tuple[str, ...]
    shared: tuple[str, ...]


class Questions:
    """A card's questions, ready to be matched."""

    def __init__(self, steps: Iterable[ParsedStep]) -> None:
        self._steps = [step for step in steps if step.section == "question"]
        self._stems = [stems(step.text) for step in self._steps]
        self._spread = Counter(stem for found in self._stems for stem in found)

    def suspicious(self) -> list[ParsedStep]:
        """The questions whose yes speaks for an attack."""
        return [step for step in self._steps if step.polarity == "suspicious"]

    def match(self, condition: str) -> Matched | None:
        """The question that a condition clearly speaks of, or None."""
        wanted = stems(condition)
        scores = sorted(((self._score(wanted, found), -at) for at, found in enumerate(self._stems)), reverse=True)
        if not scores or scores[0][0] <= NEEDED or (len(scores) > 1 and scores[0][0] < CLEAR * scores[1][0]):
            return None
        at = -scores[0][1]
        shared = tuple(word for stem, word in wanted.items() if stem in self._stems[at])
        values = _values(self._steps[at], condition)
        told = values and len(shared) > 1 and nothing_left_out(condition, self._stems[at])
        return Matched(self._steps[at], values, shared) if told else None

    def _score(self, wanted: dict[str, str], asked: dict[str, str]) -> float:
        whole = sum(self._weight(stem) for stem in wanted)
        return sum(self._weight(stem) for stem in wanted if stem in asked) / whole if whole else 0.0

    def _weight(self, stem: str) -> float:
        return 1.0 / max(1, self._spread[stem])


def asks_for_excuse(condition: str) -> bool:
    """Whether a condition holds where something has no explanation, which no detector tells."""
    return bool(_EXCUSE.search(condition))


def nothing_left_out(condition: str, said: Container[str]) -> bool:
    """Whether ``said`` (stems) speaks of every alternative and every qualification a condition makes.

    "A new account made by somebody who is no administrator" is more than "a new account"; "X or Y" is more than X.
    """
    first, *others = (stems(piece) for piece in _QUALIFIES.split(condition))
    if len(first) >= _A_THING and not any(stem in said for stem in first):
        return False
    return all(len(one) < _A_THING or sum(stem in said for stem in one) >= _ENOUGH * len(one) for one in others)


def stems(text: str) -> dict[str, str]:
    """The content words of a text by their stem, in order. "Unauthorised" and "authorised" share one."""
    return {_stem(word): word for word in _WORD.findall(fold(text)) if len(word) > 1 and not _STOP.fullmatch(word)}


def _stem(word: str) -> str:
    word = _SYNONYMS.get(word, word)
    if word.startswith("un") and len(word) > _STEM:
        word = word[2:]
    return word[:_STEM] if len(word) > _STEM else word.removesuffix("s")


def _values(step: ParsedStep, condition: str) -> tuple[str, ...]:
    doubted = bool(_DOUBT.search(condition))
    if step.polarity == "suspicious":
        return () if doubted and _EXCUSE.search(condition) else ("yes", "partly")
    return ("no",) if step.polarity == "benign" and doubted else ()
