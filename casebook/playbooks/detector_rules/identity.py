"""Words that ask for changes to accounts, rights and second factors (D17)."""

from __future__ import annotations

from casebook.playbooks.detector_rules.rule import decides, words
from casebook.playbooks.detector_rules.signin import SECOND_FACTOR

_MADE = words(
    r"(?:creat\w+|addition) of (?:\w+,? ){0,3}(?:accounts?|users?)|create serviceaccount|useradd|dscl -create|"
    r"new (?:\w+ )?(?:user |admin\w* |service |guest |local |domain |cloud )*accounts?|account creations?|"
    r"(?:accounts?|users?) (?:\w+ ){0,3}(?:created|enabled|re-?enabled|unlocked|added to)|event id 4720|"
    r"creation of (?:\w+ )?access keys|"
    r"new (?:access keys|credentials)(?: \w+){0,3} added|"
    r"(?:oauth|application|admin) consent (?:was |is )?grant(?:s|ed)?|"
    r"(?:unexpected|unauthori[sz]ed) (?:user )?account (?:creation|modification|change)s?"
)
_NOT_OURS = words(
    r"e-?mail accounts?|social media|associated with known|what time|disposable|vulnerabilit\w+|before or after"
)
_AFTERWARDS = (
    r"\b(?:following|after|since|before) (?:the |an? |any )?(?:\w+ )?"
    r"(?:mfa|changes?|accounts?|creation|permissions?|password reset|modif\w+)\b"
)
_GIVEN = words(
    r"chang\w+|grant\w+|added|adding|assign\w+|modif\w+|elevation of|elevated to|escalated|new|"
    r"recently (?:created|modified|added)"
)
_RIGHTS = words(
    r"permissions?|privileges?(?! to)|roles?|group memberships?|entitlements?|access rights|iam polic(?:y|ies)|"
    r"access (?:requests|polic(?:y|ies))|admin(?:istrator)?s? groups?"
)
_WHOSE = words(
    r"accounts?|users?|iam|roles?|members?|memberships?|groups?|admin\w*|access|identit(?:y|ies)|container operations|"
    r"polic(?:y|ies)"
)
_OTHER_RIGHTS = words(
    r"files?|folders?|director(?:y|ies)|registry|hkey\w*|com permissions|applications? or scripts?|app permissions|tcc|"
    r"tokens?|vulnerabilit\w+|non-(?:admin\w*|privileged)|stored procedures|process(?:es)?"
)
_RECONFIGURED = words(
    r"chang\w+|regist\w+|enrol\w*|remov\w+|modif\w+|added|new|reset\w*|exclusions?|configur\w+|disabl\w+|turned off"
)
_FACTOR = rf"{SECOND_FACTOR}|{words('conditional access')}"

RULES = (
    decides("D17", _MADE, none_of=_NOT_OURS),
    decides("D17", _GIVEN, _RIGHTS, _WHOSE, none_of=rf"{_OTHER_RIGHTS}|{_AFTERWARDS}", reach=40),
    decides("D17", _FACTOR, _RECONFIGURED, none_of=rf"{_AFTERWARDS}|\bvulnerabilit\w+|\blocalhost\b", reach=45),
    decides(
        "D17",
        words(r"passwords? (?:\w+ ){0,4}?(?:resets?|chang(?:ed|es))|(?:reset|changed) (?:\w+ )?passwords?"),
        none_of=words("password[- ]reset (?:pages?|forms?|endpoints?|portals?|links?|mails?)"),
    ),
)
