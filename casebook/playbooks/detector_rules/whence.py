"""Words that ask from where and when somebody came: D06 to D08."""

from __future__ import annotations

from casebook.playbooks.detector_rules.rule import decides, words
from casebook.playbooks.detector_rules.senses import UNUSUAL

_UNUSUAL = words(
    rf"{UNUSUAL}|new|different|disparate|previously unseen|never (?:been )?(?:seen|uses?|used)|"
    r"not (?:\w+ )?seen before|do(?:es)? not know|"
    r"not (?:\w+ )?(?:normally|typically|usually|previously|commonly) (?:associated|used|seen)|first time"
)
_PLACE = words(
    r"ip address(?:es)?|ips?|locations?|countr(?:y|ies)|regions?|continents?|geo\w+|devices?|places?|cit(?:y|ies)|"
    r"source hosts?"
)
_SESSION = words(
    r"log-?\s?(?:in|on)s?|logged (?:in|on)|sign-?\s?ins?|signed in|authenticat\w+|(?:user |login |ssh |web )?sessions?|"
    r"us(?:ed|age) from|connect(?:ed|s|ions?)? from|access(?:ed|es)? (?:patterns?|locations?|attempts?|from)"
)
_OUTWARD = words(
    r"outbound|outgoing|communicat\w+|destinations?|dns|download\w*|traffic|requests?|uploads?|connections? to"
)
_ONLY_FAILED = r"^(?!.*\bsuccess).*\bfail"

_OUTSIDE = words(
    r"non-?(?:corporate|company|organi[sz]ational)|"
    r"not (?:part of|in|within) (?:the |our )?(?:corporate|company|internal) (?:networks?|ranges?|ip)|"
    r"outside (?:of )?(?:the |our )?(?:corporate|(?:company|organi[sz]ation)(?:'s)?|internal|office|enterprise)"
    r"(?: \w+)? (?:networks?|ips?|ranges?|addresses|perimeter|\w+bours?)|external (?:ip )?(?:ranges|addresses)|"
    r"outside (?:of )?(?:our|the company's|the corporate) (?:\w+ )?ranges|"
    r"external to (?:the |our )?(?:[\w']+ )?(?:networks?|organi[sz]ation|company)|"
    r"from the internet (?:rather than|instead of|and not)"
)
_GOES_OUT = words(
    r"outbound|sent|send(?:s|ing)?|transfer\w*|upload\w*|exfiltrat\w*|forward\w*|traffic to|connections? to|"
    r"contact(?:s|ed|ing)?|communicat\w+|hours"
)

_HOURS = (
    r"\b(?:outside(?: of)?|off|after|before|non|beyond|out[- ]of)(?:[- ](?:the|of|normal|usual|regular|standard|"
    r"typical))*"
    r"[- ](?:business|working|work|office|operational|operating|administrative|administration|core|regular|normal)?"
    r"[- ]?hours\b|"
    r"\boutside (?:of )?(?:the |their |his |her )?(?:usual |normal |regular )?(?:working|business|office) times?\b|"
    r"\b(?:off|after|out-of)-?hours\b|\b(?:odd|strange|unsocial|irregular|unusual|abnormal|unexpected) (?:hours|"
    r"times)\b|"
    r"\bat (?:night|weekends)\b|\bovernight\b|\bat an? (?:odd|unusual|strange|unexpected) (?:time|hour)\b|"
    r"\b(?:on|over|during) (?:the |a )?(?:weekends?|night|(?:public |bank )?holidays?)\b"
)
_TIME_OF_ACCESS = (
    r"\b(?:access|log-?\s?in|sign-?in|session|logon)(?: \w+)? times?\b|"
    r"\b(?:time and (?:location|place)|(?:location|place)s? and times?) of\b|\baccess (?:location|place) and time\b"
)

RULES = (
    decides("D06", words("two|distant|different"), words("countries|continents|cities|places"), _SESSION, reach=30),
    decides("D06", r"\bimpossible travel\b|\b(?:first|new) (?:time )?(?:log-?in|sign-?in) from\b"),
    decides("D06", _UNUSUAL, _PLACE, _SESSION, none_of=rf"{_OUTWARD}|{_ONLY_FAILED}", reach=50),
    decides("D06", words("log-?in|logon|sign-?in"), words(r"anomal\w+|patterns?"), none_of=r"\bfail\w+", reach=12),
    decides("D07", _OUTSIDE, none_of=_GOES_OUT),
    decides("D08", _HOURS, none_of=words("support hours|opening hours|which hours")),
    decides("D08", _TIME_OF_ACCESS, none_of=words("files?|what time")),
)
