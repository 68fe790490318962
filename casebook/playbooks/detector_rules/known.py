"""Words that ask whether something is known, expected or authorised (D23).

The product holds ranges, assets, people, allow lists, change windows and closed cases. So a question counts where it
asks this of a user, a host, an address, a program or a change; not where it asks it of a pattern, a path or a value,
of which nobody keeps a list.
"""

from __future__ import annotations

from casebook.playbooks.detector_rules.rule import decides, words

_NOT_GOOD = (
    r"vulnerab\w+(?! scanners?)|exploits?|indicators?|breach\w*|data breach\w*|malicious|malware|bad|threats?|"
    r"attack\w*|adversar\w+|"
    r"issues?|campaigns?|phishing|compromis\w+|incidents?"
)
_BENIGN = (
    r"(?:authori[sz](?:ed|ation)|approv(?:ed|al)|permitted|allowed|(?<!less )expected|legitimate(?:ly)?|"
    r"scheduled(?! tasks?)|planned|"
    r"sanctioned|recogni[sz](?:ed|able)|trusted|familiar|justified|documented|entitled|whitelisted|allow[- ]?listed|"
    rf"known(?! (?:[\w/]+ ){{0,6}}?(?:{_NOT_GOOD})\b))"
)
_ENTITY = (
    r"(?:users?|accounts?|persons?|people|employees?|admin\w*|individuals?|operators?|teams?|owners?|hosts?|devices?|"
    r"systems?|servers?|workstations?|machines?|endpoints?|assets?|ip address(?:es)?|ips?|address(?:es)?|networks?|"
    r"ranges?|segments?|sources?|senders?|domains?|urls?|regions?|process(?:es)?|applications?|software|tools?|"
    r"utilit\w+|programs?|binar\w+|executables?|scripts?|commands?|executions?|executed|executing|services?|tasks?|"
    r"jobs?|changes?|updates?|patch\w*|upgrades?|deployments?|installations?|maintenance|operations?|"
    r"add-ins?|extensions?|packages?|scanners?|media|use)"
)
_NOT_HELD = (
    r"(?! (?:\w+ )?(?:patterns?|behaviou?rs?|baselines?|conventions?|director\w+|paths?|traffic|values?|parameters?|"
    r"specifications?|normal|actions?|activity)\b)"
)
_STEP = r"[\s,/]+(?!(?:that|which)\b)[\w'.-]+"
_WITH_ENTITY = rf"(?<!found in )\b{_BENIGN}\b{_NOT_HELD}(?:{_STEP}){{0,4}}?[\s,/]+{_ENTITY}\b{_NOT_HELD}"
_ENTITY_FIRST = rf"\b{_ENTITY}\b(?:{_STEP}){{0,7}}?[\s,/]+{_BENIGN}\b{_NOT_HELD}"

_SUSPECTS = (
    r"(?<!the )\b(?:unusual\w*|unexpected\w*|suspicious\w*|unauthori[sz]ed|unapproved|unexplained|anomal\w+|"
    r"abnormal\w*|"
    r"deviat\w+|unknown|malicious|missed|altered|skipped|discrepanc\w+|irregular\w+|vulnerab\w+|exploit\w*)\b"
)
_ASKS_FOR_BAD = (
    rf"^(?!.*\bor\b).*{_SUSPECTS}|{_SUSPECTS}.*\b{_BENIGN}\b|\b(?:missed|altered|skipped|patterns?)\b|"
    rf"\b(?:appears?|seems?|looks?) (?:to be )?{_BENIGN}\b"
)
"""The question is about something bad, with a benign word only beside it."""

_REASON = words(
    r"(?:legitimate|valid|business|documented|justifiable|known legitimate|operational|administrative) (?:\w+ )?"
    r"(?:reasons?|needs?|purposes?|justifications?|requirements?|explanations?)|known justification"
)
_EXPLAINS = words(
    r"(?:could|can|might|may|would) (?:\w+ ){0,5}?(?:explain|account for|justify|cause)|explained by|"
    r"part of (?:a |an |the )?(?:planned|scheduled|approved|known|regular|routine)"
)
_CHANGE = words(
    r"changes?|updates?|patch\w*|maintenance|deploy\w+|install\w+|upgrades?|migrations?|administrative activit\w+|"
    r"projects?|tests?|additions?|releases?"
)
_WINDOW = words(
    r"(?:maintenance|change|patch(?:ing)?|deployment)[- ](?:windows?|tickets?|requests?|calendars?|records?|orders?|"
    r"management|activities|schedules?)|allow[- ]?lists?|(?:penetration|pen)[- ]?tests?|red[- ]team\w*|"
    r"asset inventor\w+|in (?:the|our) inventory"
)
_SEEN = words(
    r"history of|historical(?:ly)? (?:pattern|record) of|(?:known )?prior history|previously (?:seen|observed|used|"
    r"recogni[sz]ed)|seen before|commonly used (?:on|by|in)|been used (?:\w+ )?before|typically associated with|"
    r"frequently interacts?|normally (?:connects?|logs? (?:in|on)|uses?|works?)|"
    r"(?:accessed|used|seen|run|observed|contacted)(?: [\w-]+){0,6} before$"
)

RULES = (
    decides("D23", words("(?:one|some) of (?:ours|our own)"), rf"\b{_ENTITY}\b"),
    decides("D23", _REASON),
    decides("D23", _EXPLAINS, _CHANGE),
    decides("D23", _WINDOW),
    decides("D23", _SEEN, rf"\b{_ENTITY}\b"),
    decides("D23", _WITH_ENTITY, none_of=_ASKS_FOR_BAD),
    decides("D23", _ENTITY_FIRST, none_of=_ASKS_FOR_BAD),
    decides("D23", words("known false positives?")),
)
