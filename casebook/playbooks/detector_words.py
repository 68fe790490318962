"""Which words of a step say that a detector can answer it: precision before recall.

Each rule is a set of patterns that must *all* occur in the step. A wrong binding puts a wrong proposal before an
analyst and teaches distrust; a missing one only leaves a question to be answered by hand. So the rules are narrow, and
what they do not catch an author binds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LOGIN = r"log-?\s?(?:in|on)s?\b|sign-?ins?\b|authenticat\w+"
_FAILED = r"\bfail(?:ed|s|ures?|ing)?\b|unsuccessful|brute[- ]force"
_ACCOUNTS = r"\buser ?names?\b|\busers?\b|\baccounts?\b|email addresses"
_SOURCE = r"\bips?\b|ip address\w*|\bsources?\b|\bhosts?\b"
_BY_ONE_SOURCE = r"\bfrom (?:a )?(?:single|one|specific) ip"
_OBSERVABLE = r"\bips?\b|(?<!mail )\baddress(?:es)?\b|domains?|hash\w*|sources?"

_READ = 1000
"""How much of a step is read for its words: more than any question needs."""


@dataclass(frozen=True, slots=True)
class WordRule:
    """``detector`` answers a step in which every pattern of ``all_of`` occurs and ``none_of`` does not."""

    detector: str
    deciding: bool
    all_of: tuple[str, ...]
    none_of: str = ""

    def words_in(self, text: str) -> tuple[str, ...] | None:
        """The words that made the rule hold, or None."""
        text = text[:_READ]
        if self.none_of and re.search(self.none_of, text, re.IGNORECASE):
            return None
        found = [re.search(pattern, text, re.IGNORECASE) for pattern in self.all_of]
        return tuple(match[0].lower() for match in found if match) if all(found) else None


def _decides(detector: str, *all_of: str, none_of: str = "") -> WordRule:
    return WordRule(detector, True, all_of, none_of)


def _supports(detector: str, *all_of: str) -> WordRule:
    return WordRule(detector, False, all_of)


RULES = (
    _decides("D01", _FAILED, _LOGIN, _ACCOUNTS, none_of=_BY_ONE_SOURCE),
    _decides("D02", _FAILED, _LOGIN, _SOURCE),
    _decides("D03", r"username (?:enumeration|variations?)|different (?:email addresses|user ?names|accounts)"),
    _supports("D03", _FAILED, _LOGIN, r"user ?names?"),
    _decides("D04", r"password[- ]spray\w*"),
    _supports("D04", _FAILED, _LOGIN, r"user ?names?|(?:multiple|different) (?:users|accounts)"),
    _decides("D05", r"compromis\w+", r"\baccounts?\b", r"behavio\w+|log-?\s?ins?\b|sign-?ins?\b|indicat\w+"),
    _decides("D05", r"\bsuccess\w*", r"\bfail\w+", _LOGIN),
    _supports(
        "D06", r"chang\w+|deviat\w+|new|unusual", r"behavio\w+|locations?", _ACCOUNTS, r"compromis\w+|log-?\s?ins?\b"
    ),
    _decides("D07", r"non-corporate|outside (?:of )?(?:the )?corporate|external ip ranges"),
    _decides("D08", r"(?:outside|non)[- ](?:of )?(?:\w+ )?(?:business|working|office) hours|off-hours|odd hours"),
    _supports("D09", _FAILED, _LOGIN, r"patterns?|multiple (?:ips|sources)|distributed", _SOURCE),
    _decides("D10", r"lock-?outs?|mfa (?:prompts?|denials?|fatigue)"),
    _decides(
        "D11",
        r"(?:public|user data|identity|employee data|email)[\w -]*(?:endpoints?|directories|pages)",
        none_of=r"creation of director",
    ),
    _decides(
        "D12",
        r"scrap(?:e|ing)\b|bulk (?:read|download)|"
        r"(?:high|spikes?)[\w -]*(?:requests?|access)[\w -]*(?:endpoints?|pages)",
    ),
    _decides("D13", r"web (?:scan|application scan)\w*|automated scanning|vulnerability scan\w*"),
    _decides(
        "D14",
        r"directory services?|active directory|\bldap\b",
        r"enumerat\w+|extract\w+|queries|reads?|access|dump\w*",
    ),
    _decides("D15", r"dcsync|directory replication"),
    _decides("D16", r"kerberoast\w*|rc4[\w -]*tickets?"),
    _decides(
        "D17",
        r"(?:account|user)s? (?:was |were )?creat\w+|creat\w+ of[\w -]*accounts?|group membership",
        none_of=r"\bwhat time\b|before or after|e-?mail accounts|associated with",
    ),
    _decides(
        "D18", r"(?:outgoing|outbound|sent) (?:e-?mails?|messages)|mail(?:box)? (?:forwarding|rules?)|inbox rules?"
    ),
    _decides("D19", r"\biam roles?\b|instance role|assumed? roles?|cloud credentials?", r"us(?:e|ed|ing)|access"),
    _decides(
        "D20",
        r"encoded powershell|download cradle|command[- ]line (?:arguments?|parameters?)",
        r"suspicious|unusual|encoded|malicious",
    ),
    _decides("D21", r"(?:new|suspicious|newly created) (?:services?|scheduled tasks?)\b|remote service creation"),
    _decides(
        "D22", r"threat intel\w*|known (?:to be )?(?:associated with )?malicious|blocklists?|blacklists?", _OBSERVABLE
    ),
    _decides(
        "D24",
        r"(?:other|prior|previous|earlier|correlat\w+|concurrent|related|similar|associated|recent)[\w ,-]*"
        r"(?:alerts?|warnings?|incidents?|detections?)",
    ),
)
"""In the order of the detectors. Where a deciding and a supporting rule hold for one detector, deciding wins."""
