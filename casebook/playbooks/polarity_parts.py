"""A question in the parts its yes may stand for: without "Can you confirm that", cut at ", and is it" and "or is it".

"Who ran it, and was it approved?" has a part that asks who and a part a yes can answer. "Is it known, or does it look
odd?" has two that a yes cannot tell apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_I = re.IGNORECASE

_LEADING_MARK = re.compile(r"^[\W\d_]+")
_LABEL = re.compile(r"[\w /&-]{1,40}:[*_\s]+(?=\w)")
_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)(?:n['’]t)?\b"
_SUBJECT = r"(?:it|they|there|this|that|these|those|the|he|she|his|her|its|their|any|an?|such|you|we|user\w*|\w+)\b"

_ASKS_FOR = re.compile(
    r"(?:(?:at|by|from|for|in|on|to|with|of|through|under|during|since|until|over)\s+)?(?:exactly\s+)?"
    r"(?:what|which|who|whom|whose|when|where|why|how)\b",
    _I,
)
_INDIRECT = re.compile(
    r"(?:(?:please|also|first|next|then|if possible)[,\s]+)*"
    r"(?:(?:can|could|did|do|does|are|is|will|would|should|have)\s+(?:you|we|(?:the )?analysts?|"
    r"it(?=\s+(?:possible|likely|plausible|clear|evident|true|certain)))\s+"
    r"(?:be\s+)?(?:able\s+to\s+|please\s+)?)?"
    r"(?:(?:double-|cross-)?check|confirm|verify|validate|determine|establish|ensure|ascertain|investigate|assess|"
    r"identify|tell|know|see|find out|clarify|ask|consider|evaluate|say|prove|demonstrate|rule in|show|review|examine|"
    r"possible|likely|plausible|clear|evident|true|certain)\s+"
    r"(?:with (?:the )?[\w ]{1,30}?\s+|the (?:user|owner|admin\w*)\s+)?",
    _I,
)
_THAT = re.compile(r"(?:(?:whether|if)(?: or not)?|that)\s+", _I)
_FRONTED = re.compile(
    rf"(?:when|where|if|after|before|once|given|based on|considering|during|while|at|in|on|for|from|within|besides|"
    rf"apart from|beyond|following|according to|relative to|compared (?:to|with))\b[^,?]{{1,120}},\s+(?={_AUXILIARY})",
    _I,
)
_JOINT = re.compile(
    rf"(?P<so>[,;.?]\s*(?:and|or|but)?\s*(?:if (?:so|yes|not|no|they (?:are|did)|it (?:is|was|did)))\s*,?\s*)|"
    rf"(?:,\s*|\s)(?P<or>or)\s+(?:rather\s+|instead\s+)?(?={_AUXILIARY}\s+{_SUBJECT})|"
    rf"(?P<and>(?:,\s*|\s)(?:and|but)\s+)(?={_AUXILIARY}\s+{_SUBJECT})|"
    rf"(?P<next>\?\s+)(?=\w)",
    _I,
)


@dataclass(frozen=True, slots=True)
class Part:
    """``asks_for`` is the word of a part that asks what, who or how much. ``or_else``: "or" joins it to the last."""

    text: str
    asks_for: str = ""
    or_else: bool = False


def parts_of(question: str) -> list[Part]:
    """The parts of a question, in order."""
    text = _LEADING_MARK.sub("", question)
    found, start, or_else = [], 0, False
    for joint in _JOINT.finditer(text):
        found.append(_part(text[start : joint.start()], or_else=or_else))
        start, or_else = joint.end(), joint["or"] is not None
    found.append(_part(text[start:], or_else=or_else))
    return [part for part in found if part.text]


def _part(text: str, *, or_else: bool) -> Part:
    text = _LEADING_MARK.sub("", text).strip()
    if label := _LABEL.match(text):
        text = text[label.end() :]
    text = text[_fronted(text) :]
    if opening := _INDIRECT.match(text):
        rest = text[opening.end() :]
        if that := _THAT.match(rest):
            text = rest[that.end() :]
        elif _ASKS_FOR.match(rest):
            text = rest
    asked = _ASKS_FOR.match(text)
    return Part(text, asks_for=asked[0].lower() if asked else "", or_else=or_else)


def _fronted(text: str) -> int:
    """Where the question proper begins behind "When it ran, …"."""
    match = _FRONTED.match(text)
    return match.end() if match else 0
