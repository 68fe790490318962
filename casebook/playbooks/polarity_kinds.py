"""A kind of words that lean one way, and the words that turn them round. The kinds themselves stand beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_I = re.IGNORECASE

DECISIVE, PLAIN, FAINT = 3, 2, 1
"""How much words say: "legitimate reason" more than "known", and that more than "several"."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Words of one sense. ``says`` completes "asks whether …" for an author."""

    value: str
    says: str
    words: re.Pattern[str]
    weight: int


def kind(value: str, says: str, *words: str, weight: int = PLAIN) -> Kind:
    return Kind(value, says, re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?!\w)", _I), weight)


NEGATION = re.compile(
    r"(?:\b(?:not|never|nor|neither|without(?: any)?|no(?! longer\b| doubt\b)|nobody|none|lacks?|lacking|"
    r"absence of|free (?:of|from)|outside(?: of)?|"
    r"unable to|fail(?:s|ed|ing|ure)? to|cannot|neither|hardly|barely|rarely|refused? to|"
    r"unrelated to|violat\w+|except(?:ing|ion)? from)|n['’]t)(?:\s+[\w'’-]+){0,3}\s+$|"
    r"\bno(?! longer\b| doubt\b)(?:\s+[\w'’-]+){4,5}\s+$",
    _I,
)
"""Turns the word behind it round, with up to three words between: "not officially approved", "free of malware"."""
