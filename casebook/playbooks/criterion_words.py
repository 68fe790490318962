"""What the words of a condition and of a question mean, so that two texts can be compared by it. Pure.

A *topic* is what a text is about: a word's sense where the table of senses has it ("logon" and "sign-in" are one, so
are "authorised" and "unauthorised"), else its stem. Which way a text leans is asked for by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from casebook.playbooks.detector_rules.senses import DOUBTED, EXCUSED, HARMFUL, SENSES
from casebook.playbooks.keys import fold

_WORD = re.compile(r"[a-z][a-z0-9]*(?:[._'-][a-z0-9]+)*|\d{3,}")
_STOP = re.compile(
    r"a|about|above|across|actions?|additional(?:ly)?|after|against|aim\w*|all|alone|along|already|also|an|and|any|"
    r"appear\w*|appropriate|are|around|as|associat\w+|at|attributed|be|because|been|before|being|between|both|but|by|"
    r"can|can't|cannot|cases?|certain|clear(?:ly)?|close(?:ly)?|coincid\w+|combin\w+|concrete|confirm\w*|conjunction|"
    r"contain\w*|correlat\w*|correspond\w*|corroborat\w+|could|days?|detect\w*|determin\w+|did|direct\w*|discover\w*|do|"
    r"does|doesn't|don't|during|each|early|else|escalat\w+|especially|evidence|evident|exhibit\w*|exists?|find|"
    r"findings?|followed|following|for|found|from|further|genuine|had|has|have|high|highly|identif\w+|if|"
    r"immediate(?:ly)?|in|indicat\w+|initial|instances?|into|involv\w+|is|it|its|lack(?:s|ing)?|large|like|likely|"
    r"linked|logs?|made|match\w*|may|might|minutes?|months?|more|most|no|nor|not|notic\w+|observ\w+|occur\w*|of|off|on|one|or|others?|"
    r"out|over|part|particular(?:ly)?|patterns?|period|point\w*|possibl[ey]|potential(?:ly)?|presence|present|"
    r"previous(?:ly)?|prior|recent(?:ly)?|related|result\w*|reveal\w*|same|seconds?|seem\w*|short(?:ly)?|seen|should|show\w*|signs?|"
    r"significant(?:ly)?|similar(?:ly)?|since|so|some|specific|strong(?:ly)?|subsequent\w*|such|suggest\w*|"
    r"surrounding|than|that|the|their|them|then|there|there's|these|they|this|those|through|tier|time|timeframes?|to|together|"
    r"toward\w*|unable|under|unique|until|up|upon|us(?:e[ds]?|age|ing)|verif\w+|via|was|weeks?|were|what|when|where|whether|"
    r"which|while|who|whose|will|with|within|without|would|you|your"
)
"""Words by which a text is about nothing: grammar, hedges, and what every criterion says of every finding."""
_STEM = 7
_ENDING = re.compile(r"(?<=\w{4})(?:-related|-based|ing|ed|(?<!s)es|(?<!s)s|e)$|(?<=\w\w)(?<!s)s$|(?<=ss)es$")
_SENSE = {name: re.compile(words) for name, words in SENSES.items()}
_DOUBTED = re.compile(rf"\b(?:{DOUBTED})\b")
_EXCUSED = re.compile(rf"\b(?:{EXCUSED})\b")
_HARMFUL = re.compile(rf"\b(?:{HARMFUL})\b")
_LOOKS_BAD = re.compile(r"suspicious(?:ly)?|suspected|malicious|rogue|questionable|strange|odd")
_KNOWN_BAD = re.compile(
    r"\bknown (?:or )?(?=(?:[\w-]+ )?(?:malicious|malware|bad|threats?|indicators?|iocs?|compromis|adversar|attack|"
    r"phishing|exploit|vulnerab|c2|enumeration|campaign))"
)
"""There "known" is no word of being in order."""
_UNTOLD = re.compile(r"\b(?:cannot|can't|could not|unable to|impossible to|not possible to)\b")
_HOW_OFTEN = re.compile(r"\b(?:\d+|two|three|five|ten|several|many) times\b")
_NOT = re.compile(r"\b(?:not|never|cannot|\w+n't)\b")
_DENIED = re.compile(r"\b(?:no|not|without|lacks?|lacking|cannot|can't|unable|never|\w+n't|absence of|unrelated)\b")


@lru_cache(maxsize=2048)
def topics(text: str) -> Mapping[str, str]:
    """The topics of a text in order, each with the first word that named it. Read-only: it is remembered."""
    found: dict[str, str] = {}
    for word in _words(fold(text)):
        found.setdefault(_topic(word), word)
    return MappingProxyType(found)


def words_of(text: str) -> set[str]:
    """The words of a text that say something, as they stand there."""
    return set(_words(fold(text)))


def doubts(text: str) -> bool:
    """Whether a text says that something is out of order: "unusual", "unauthorised", "no legitimate reason"."""
    return bool(_DOUBTED.search(fold(text))) or asks_for_excuse(text)


def denies(text: str) -> bool:
    """Whether a text says that something is not in order, which is more than that it looks bad."""
    folded = fold(text)
    if _NOT.search(folded) or asks_for_excuse(text):
        return True
    return any(not _LOOKS_BAD.fullmatch(word) for word in _DOUBTED.findall(folded))


def asks_for_harm(text: str) -> bool:
    """Whether a yes to a question says that something is out of order, not only that something was done."""
    return doubts(text) or bool(_HARMFUL.search(fold(text)))


def leaves_open(text: str) -> bool:
    """Whether a text holds where nobody can tell: "the source cannot be verified"."""
    return bool(_UNTOLD.search(fold(text)))


def asks_for_excuse(text: str) -> bool:
    """Whether a text holds where something has no explanation, which no detector tells."""
    folded = fold(text)
    return bool(_DENIED.search(folded) and _EXCUSED.search(folded))


def _words(folded: str) -> Iterator[str]:
    for word in _WORD.findall(_KNOWN_BAD.sub("", _HOW_OFTEN.sub("", folded))):
        if len(word) > 1 and not _STOP.fullmatch(word):
            yield word


@lru_cache(maxsize=8192)
def _topic(word: str) -> str:
    word = word.removeprefix("non-").removesuffix("'s")
    for sense, pattern in _SENSE.items():
        if pattern.fullmatch(word):
            return sense
    return _ENDING.sub("", word)[:_STEM]
