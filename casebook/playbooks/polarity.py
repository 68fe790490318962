"""What a yes means: towards suspicion, towards a benign explanation, or neither. Proposed by rule, shown with the rule.

The words of a question pull one way or the other, and where both occur their place decides: in "is there any unusual X
that deviates from the standard" the first, in "was the suspicious X authorised" the last. A question that offers both
as alternatives, or asks what, who or when, cannot mean either by its yes, and is open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from casebook.playbooks import polarity_benign, polarity_suspicious
from casebook.playbooks.polarity_kinds import NEGATION, PLAIN
from casebook.playbooks.polarity_parts import Part, parts_of

_I = re.IGNORECASE
_KINDS = (
    *polarity_benign.EXPLAINS,
    *polarity_suspicious.PLAIN,
    *polarity_benign.PLAIN,
    *polarity_benign.FAINT_ONES,
    *polarity_suspicious.FAINT_ONES,
)
"""In order: where two could read the same words, the earlier has them ("known malicious" before "known")."""

_READ = 1000
"""How much of a step is read for its words: more than any question needs."""

_QUOTED = 60
"""How much of its words a rule quotes."""

_EXISTS = re.compile(
    r"(?:(?:is|are|was|were|has|have|had)(?:n['’]t)?\s+there|can you|(?:do|does|did)\s+(?:[\w/'’-]+\s+){1,6}?"
    r"(?:show|reveal|contain|report|exhibit|indicate|receive|include|display|find|see|observe)|(?:have|has|were|was)\s+any|"
    r"any)\b",
    _I,
)
_NEGATIVE_FORM = re.compile(r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|should|would|wo|ca)n['’]t\b", _I)
_NAMES = {
    "suspicious": re.compile(r"\b(?:the|this|that|these|those|such|said)\s+(?:\w+(?:ly|ed)\s+)?$", _I),
    "benign": re.compile(r"\b(?:that|which|who)\s+$", _I),
}
"""Before words that say which thing is meant, not what is asked of it."""

_COMPARED = re.compile(
    r"\b(?:considering|given|despite|compared (?:to|with)|relative to|versus|vs\.?|than|against|exceed\w*|above|below|"
    r"beyond|(?:deviat\w+|differ\w*|depart\w*|away) from)\s+(?:[\w'’]+\s+){0,3}$|\bthan\s[^,;?]*$",
    _I,
)
_DENIED_BEHIND = re.compile(
    r"(?:\s+[\w'’-]+){0,2}?\s+(?:do|does|did|is|are|was|were|has|have|can|could|would|should)(?:\s+not|n['’]t|\s+never)\b",
    _I,
)
_DOES = re.compile(
    r"\b(?:load|execut|perform|runn|mak|access|us|show|exhibit|initiat|behav|attempt|connect|launch|send|open)ing\b", _I
)
_ALTERNATIVE = re.compile(r"^(?:\W*[\w'’-]+){0,4}?\W*\bor\s+(?:[\w'’-]+\s+){0,3}$", _I)
_QUOTE = re.compile(r"\s+")

_BY_SECTION = {
    "indicator": ("suspicious", "an indicator that is seen speaks for suspicion"),
    "criterion": ("suspicious", "a criterion that is met speaks for escalation"),
}

_MEANS = {
    "suspicious": "A yes points towards an attack; a no takes that away.",
    "benign": "A yes offers a harmless explanation; a no takes that away.",
    "open": "The answer informs whoever reads on; it decides nothing.",
}
_MEANS_BY_SECTION = {
    "log_source": "Done once the events are in the case, or once it is said that there are none to be had.",
    "criterion": "Met means: hand the case to Tier 2.",
    "l1_step": "Done once looked at; what was found stands in the note.",
    "t2_action": "A task for Tier 2 once it has accepted the case.",
    "containment": "Offered to Tier 2 where the case has a fitting target; two people agree before anything is done.",
}
_TURNED = {"suspicious": "benign", "benign": "suspicious"}


@dataclass(frozen=True, slots=True)
class Polarity:
    """``value`` is ``suspicious``, ``benign`` or ``open``; ``rule`` says why, for a person to judge."""

    value: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Cue:
    start: int
    stop: int
    value: str
    says: str
    word: str
    strength: int
    """The kind's weight; 0 where the words only name what is meant, as in "the odd file", or stand in brackets."""


def propose_polarity(section: str, text: str) -> Polarity:
    """The polarity of a step by the words it uses."""
    if section == "question":
        return _of_question(parts_of(text[:_READ]))
    value, rule = _BY_SECTION.get(section, ("open", "work to be done, not a question"))
    return Polarity(value, rule)


def what_yes_means(section: str, polarity: str) -> str:
    """One sentence for the analyst, from a step's section and polarity."""
    return _MEANS_BY_SECTION.get(section) or _MEANS[polarity]


def _of_question(parts: list[Part]) -> Polarity:
    """By its parts: the last that leans decides, unless "or" joins it to one that does not lean the same way."""
    decided = Polarity("open", "no word in it points either way")
    for part in parts:
        found = _of_part(part)
        if part.or_else and found.value != decided.value:
            return Polarity("open", "asks two things joined by “or”, so a yes says neither")
        if found.value != "open" or decided.value == "open":
            decided = found
    return decided


def _of_part(part: Part) -> Polarity:
    if part.asks_for:
        return Polarity("open", f"asks “{part.asks_for}”, so a yes says nothing")
    text = _NEGATIVE_FORM.sub("", part.text)
    cues = _cues(text)
    if not cues:
        return Polarity("open", "no word in it points either way")
    most = max(cue.strength for cue in cues)
    if pair := _alternatives(text, [cue for cue in cues if cue.strength >= min(most, PLAIN)]):
        words = " and ".join(f"“{cue.word}”" for cue in pair)
        return Polarity("open", f"offers alternatives, {words}, so a yes says neither")
    cues = [cue for cue in cues if cue.strength == most]
    first, last = cues[0], cues[-1]
    if _EXISTS.match(text) and not (first.value == "benign" and _DOES.search(text[first.stop : last.start])):
        return _by(first)
    return _by(last if len({cue.value for cue in cues}) > 1 else first)


def _by(cue: _Cue) -> Polarity:
    return Polarity(cue.value, f"asks whether {cue.says}: “{cue.word}”")


def _cues(text: str) -> list[_Cue]:
    """Each telling word in order. One that is denied leans the other way."""
    taken = [False] * (len(text) + 1)
    found = []
    for kind in _KINDS:
        for match in kind.words.finditer(text):
            start, stop = match.span()
            if taken[start] or taken[stop - 1]:
                continue
            taken[start:stop] = [True] * (stop - start)
            before = text[:start]
            if kind.value == "benign" and _COMPARED.search(before):
                continue
            denial = NEGATION.search(before)
            behind = None if denial else _denied_behind(kind.value, text, stop)
            word = _quote(text[denial.start() if denial else start : behind or stop])
            denied = bool(denial or behind)
            value = _TURNED[kind.value] if denied else kind.value
            says = f"it is denied that {kind.says}" if denied else kind.says
            named = (not denied and _NAMES[kind.value].search(before)) or before.rfind("(") > before.rfind(")")
            found.append(_Cue(start, stop, value, says, word, 0 if named else kind.weight))
    return sorted(found, key=lambda cue: cue.start)


def _denied_behind(value: str, text: str, stop: int) -> int | None:
    """Where the denial ends that follows a benign word: "what the user normally does not do"."""
    denial = _DENIED_BEHIND.match(text, stop) if value == "benign" else None
    return denial.end() if denial else None


def _alternatives(text: str, cues: list[_Cue]) -> tuple[_Cue, _Cue] | None:
    """Two words that pull apart with an "or" close between them, as in "legitimate or suspicious"."""
    for one, other in pairwise(cues):
        same = {cue.value for cue in cues if cue.start >= other.start} == {other.value}
        if one.value != other.value and same and _ALTERNATIVE.match(text[one.stop : other.start]):
            return one, other
    return None


def _quote(words: str) -> str:
    text = _QUOTE.sub(" ", words).strip().lower()
    return text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…"
