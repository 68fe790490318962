"""What a yes means: towards suspicion, towards a benign explanation, or neither. Proposed by rule, shown with the rule.

The words of a question pull one way or the other, and where both occur their place decides: in "is there any unusual X
that deviates from the standard" the first, in "was the suspicious X authorised" the last. A question that offers both
as alternatives, or asks what, who or when, cannot mean either by its yes, and is open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_I = re.IGNORECASE
_READ = 1000
"""How much of a step is read for its words: more than any question needs."""

_LEADING_MARK = re.compile(r"^[\W\d_]+")
_WHICH = re.compile(r"(?:what|which|who|whom|whose|when|where|why|how)\b", _I)
_EXISTS = re.compile(r"(?:(?:is|are|was|were)\s+there|(?:has|have|had)\s+there|can you (?:observe|see))\b", _I)

_EXPLAINS = re.compile(
    r"\b(?:(?:could|can|might|may|would)\s+(?:\w+\s+)?(?:explain|account for|justify|cause)|"
    r"(?:legitimate|valid|documented|justified|known|business|permitted)\s+(?:\w+\s+)?"
    r"(?:reason|need|purpose|justification|use|requirement)s?|"
    r"known false positives?)\b",
    _I,
)
_BENIGN = re.compile(
    r"\b(?:legitimate(?:ly)?|permitted|allowed|harmless|authori[sz]ed|approved|expected|typical(?:ly)?|normal(?:ly)?|usual(?:ly)?|trusted|"
    r"recogni[sz](?:ed|able)|scheduled|planned|documented|justified|sanctioned|reputable|familiar|valid|verified|benign|"
    r"consistent with|commonly|routine(?:ly)?|"
    r"known(?! (?:\w+ )?(?:malicious|malware|bad|threat|adversar|attack|indicator|vulnerab|exploit|"
    r"compromise|phishing|breach|incident|hash|campaign|data breach)))",
    _I,
)
_NEGATED = re.compile(
    r"(?:\b(?:not|never|without|no|lacks?|deviat\w+ from|outside(?: of)?|discrepanc\w+ (?:in|between)|"
    r"do not match)|n['’]t)"
    r"(?:\s+[\w-]+){0,3}\s+$",
    _I,
)
_SUSPICIOUS = re.compile(
    r"\b(?:unusual\w*|unexpected\w*|suspicious\w*|suspected|anomal\w+|abnormal\w*|malicious|unauthori[sz]ed|unapproved|"
    r"unexplained|unfamiliar|unknown|untrusted|unwanted|non-corporate|fail(?:ed|ures?|ing)|repeated(?:ly)?|"
    r"brute[- ]force|"
    r"compromis\w+|exfiltrat\w+|threat\w*|attack\w*|malware|phishing|vishing|spoof\w*|impersonat\w+|masquerad\w+|"
    r"discrepanc\w+|mismatch\w*|irregular\w*|spikes?|surge|excessive|deviat\w+|tamper\w*|bypass\w*|disabled|altered|missed|misuse|"
    r"conceal\w*|"
    r"escalations?|lateral movement|persistence|"
    r"(?:additional|other|simultaneous|multiple) \w*\s?(?:alerts?|failures?|sessions?|instances|logins?)|"
    r"correlat\w+ (?:\w+ )?(?:alerts?|anomal\w+)|vulnerabilit\w+|dark web|stolen|lost|"
    r"urgent|off-hours|odd hours|should(?: no|n['’])t|"
    r"pretending|evidence of|signs? of|pattern of access\w*|"
    r"known (?:\w+ )?(?:malicious|malware|bad|threat|adversar\w+|attack\w*|indicators?|exploits?|compromises?|"
    r"breach\w*))\b",
    _I,
)

_POSES_AS = re.compile(r"\b(?:mimic\w*|approximation of|approximation or|pretend\w*|disguis\w*|look-?alikes?)\b", _I)
_COMPARED = re.compile(r"\b(?:considering|compared (?:to|with)|relative to)\s+(?:\w+\s+){0,2}$", _I)
_OR_ELSE = re.compile(
    r"\bor\s+(?:is|are|was|were|do|does|did|has|have)\s+(?:it|they|there|the|he|she|this|these)\b", _I
)

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


@dataclass(frozen=True, slots=True)
class Polarity:
    """``value`` is ``suspicious``, ``benign`` or ``open``; ``rule`` says why, for a person to judge."""

    value: str
    rule: str


def propose_polarity(section: str, text: str) -> Polarity:
    """The polarity of a step by the words it uses."""
    if section == "question":
        return _of_question(_LEADING_MARK.sub("", text[:_READ]))
    value, rule = _BY_SECTION.get(section, ("open", "work to be done, not a question"))
    return Polarity(value, rule)


def what_yes_means(section: str, polarity: str) -> str:
    """One sentence for the analyst, from a step's section and polarity."""
    return _MEANS_BY_SECTION.get(section) or _MEANS[polarity]


def _of_question(text: str) -> Polarity:
    if which := _WHICH.match(text):
        return Polarity("open", f"asks “{which[0].lower()}”, so a yes says nothing")
    if explains := _EXPLAINS.search(text):
        value = "suspicious" if _NEGATED.search(text[: explains.start()]) else "benign"
        return Polarity(value, f"asks for an explanation: “{explains[0].lower()}”")
    if poses := _POSES_AS.search(text):
        return Polarity("suspicious", f"asks whether something poses as another: “{poses[0].lower()}”")
    if (either := _OR_ELSE.search(text)) and _sides_differ(text[: either.start()], text[either.start() :]):
        return Polarity("open", "asks two things joined by “or”, so a yes says neither")
    cues = _cues(text)
    if not cues:
        return Polarity("open", "no word in it points either way")
    if len({value for _, value, _ in cues}) > 1:
        return _mixed(text, cues)
    _, value, word = cues[0]
    return Polarity(value, f"speaks of “{word}”")


def _cues(text: str) -> list[tuple[int, str, str]]:
    """Each telling word as (place, polarity, word), in order. A negated benign word is a suspicious one."""
    found = [(match.start(), "suspicious", match[0].lower()) for match in _SUSPICIOUS.finditer(text)]
    taken = {start for start, _, _ in found}
    for match in _BENIGN.finditer(text):
        if match.start() in taken or _COMPARED.search(text[: match.start()]):
            continue
        negation = _NEGATED.search(text[: match.start()])
        word = f"{negation[0]}{match[0]}".lower() if negation else match[0].lower()
        found.append((match.start(), "suspicious" if negation else "benign", word))
    return sorted(found)


def _sides_differ(one: str, other: str) -> bool:
    return {value for _, value, _ in _cues(one)} != {value for _, value, _ in _cues(other)}


def _mixed(text: str, cues: list[tuple[int, str, str]]) -> Polarity:
    words = " and ".join(f"“{word}”" for _, _, word in (cues[0], cues[-1]))
    if any(
        re.search(r"\bor\b", text[left:right], _I)
        for (left, one, _), (right, other, _) in pairwise(cues)
        if one != other
    ):
        return Polarity("open", f"offers alternatives, {words}, so a yes says neither")
    place, value, word = cues[0] if _EXISTS.match(text) else cues[-1]
    first_or_last = "asks whether there is" if (place, value, word) == cues[0] else "its last word on it is"
    return Polarity(value, f"{first_or_last} “{word}”")
