"""Words that ask for what sign-in logs tell of failures and guessing: D01 to D05, D09 and D10."""

from __future__ import annotations

from casebook.playbooks.detector_rules.rule import decides, supports, words

LOGIN = (
    r"(?:log-?\s?(?:in|on)s?|logged[- ](?:in|on)|logging (?:in|on)|sign-?\s?(?:in|on)s?|signed (?:in|on)|"
    r"authenticat\w+|passwords?|credentials?|access attempts?)\b"
)
_FAILED = words(r"fail(?:s|ed|ures?|ing)?|unsuccessful(?:ly)?|denied|rejected|invalid|incorrect|wrong|bad|refused")
_NEXT = r"[\s/,-]+(?!(?:after|before|to|when|while|during|because|until|since|once|if|following)\b)[\w'-]+"
"""One more word between a failure and what failed: not one that begins another thing, as in "failed after sign-in"."""

FAILED_LOGIN = (
    rf"{_FAILED}(?:{_NEXT}){{0,2}}?[\s/-]+(?:to )?{LOGIN}|\b{LOGIN}(?:{_NEXT}){{0,5}}?[\s/-]+{_FAILED}|"
    r"\bbrute[- ]?forc\w+|\bpasswords?[- ]guess\w+|\bevents?(?: ids?)? (?:4625|4771|4776)\b|"
    r"\bguess\w* (?:\w+ )?passwords?|\bcredential[- ]stuffing|"
    r"\b(?:spikes?|surges?|increases?|bursts?|floods?) (?:in|of) (?:\w+ )?(?:authentication|log-?in|sign-?in) attempts"
)
SECOND_FACTOR = words(
    "mfa|multi-?factor(?: authentication)?|2fa|two-factor|second factor|"
    "push (?:notifications?|prompts?|requests?)|authenticator"
)

_ACCOUNT = words("user ?names?|users?|accounts?|principals?|e-?mail addresses|identit(?:y|ies)|names?|mailbox(?:es)?")
_NAMES = words("user ?names?")
_SOURCE = words(
    "ip address(?:es)?|ips?|(?<!mail )address(?:es)?|sources?|from (?:one|a|an|single|the same) (?:[a-z]+ )?"
    "(?:host|machine|client|workstation|device|system)"
)
_ONE_SOURCE = words(
    "(?:from|by) (?:a |an |the |one )*(?:single|one|same|specific) (?:[a-z]+ )?(?:ip|address|source|host|client)"
)
_MANY_ACCOUNTS = words(
    "(?:many|multiple|several|different|numerous|various|across|distinct|dozens of|lists? of)(?: [a-z]+)? "
    "(?:user ?names|users|accounts|e-?mail addresses|identities|mailboxes)"
)
_MANY_SOURCES = words(
    "distributed|botnets?|rotating through|(?:many|multiple|several|numerous|different|various|rotating)(?: [a-z]+)? "
    "(?:ip address(?:es)?|ips?|addresses(?<!mail addresses)|sources|countries|locations|networks)"
)
_LISTED_NAMES = words(
    "(?:user ?names?|e-?mail(?: address(?:es)?)?)[- ](?:enumeration|variations?|guess(?:es|ing))|"
    "enumerat[a-z]+ (?:of )?(?:valid |existing )?(?:user ?names?|e-?mail addresses)|"
    "(?:non-?existent|nonexisting|invalid|made-up|guessed) (?:user ?names?|users|accounts)|"
    "(?:which|whether) (?:user ?names?|accounts|e-?mail addresses) exist|"
    "(?:users?|accounts?|user ?names?|people|mailbox(?:es)?|names) (?:[a-z]+ ){0,5}(?:(?:do|does|did) not exist|"
    "never existed|are not in the directory)|"
    "(?:tr(?:y|ied)|test(?:ed|ing)?|walk(?:ed)?|work(?:ed)?|ran|went|go) (?:[a-z]+ ){0,3}lists? of "
    "(?:user ?names|accounts|names|e-?mail addresses)"
)
_SAME_PASSWORD = words("(?:the same|one|a single|(?:one |a )?common) passwords?")
_LONG_LIST = words("(?:long |whole )?lists? of (?:accounts|users|user ?names)")
_GUESSING = words(r"(?<!url )guess(?:ing|es)|brute[- ]?forc\w+|password[- ]spray\w*")
_TAKEN = words(
    "compromised (?:user |service |admin[a-z]* |cloud )?(?:accounts?|identit[a-z]+)|"
    "accounts? (?:[a-z]+ ){0,4}(?:compromised|taken over|hijacked)|account (?:compromise|takeover|hijack[a-z]*)"
)
_REFUSED = words(r"denials?|denied|fatigue|bomb\w+|reject\w*|declined|flood(?:s|ed|ing)?")
_UNASKED = words(
    r"unexpected|unexplained|unsolicited|unprompted|repeated|multiple|numerous|many|several|not (?:asked|requested)|"
    r"not (?:\w+ )?(?:initiated?|expect(?:ed)?)|spikes?|waves?|excessive"
)
_SET_UP = words(r"bypass\w*|chang\w+|regist\w+|configur\w+|polic\w+")
LEAKED = words(r"dark ?web|breach\w*|leak(?:s|ed)?|marketplaces?|dumps?|paste sites?|sold|for sale")

RULES = (
    decides("D01", FAILED_LOGIN, _ACCOUNT, none_of=rf"{_ONE_SOURCE}|{_MANY_SOURCES}|{SECOND_FACTOR}"),
    decides("D01", FAILED_LOGIN, none_of=rf"{_SOURCE}|{_MANY_SOURCES}|{SECOND_FACTOR}"),
    decides("D02", FAILED_LOGIN, _SOURCE, none_of=rf"{_MANY_SOURCES}|{SECOND_FACTOR}"),
    decides("D02", FAILED_LOGIN, none_of=rf"{_ACCOUNT}|{SECOND_FACTOR}"),
    decides("D03", _LISTED_NAMES),
    decides("D03", FAILED_LOGIN, rf"{_MANY_ACCOUNTS}", _ONE_SOURCE, none_of=SECOND_FACTOR),
    supports("D03", FAILED_LOGIN, _NAMES, none_of=SECOND_FACTOR),
    decides("D04", words(r"password[- ]spray\w*|(?:same|common|one) passwords? (?:[a-z]+ ){0,4}(?:accounts|users)")),
    decides("D04", _SAME_PASSWORD, rf"{_MANY_ACCOUNTS}|{_LONG_LIST}"),
    decides("D04", FAILED_LOGIN, _MANY_ACCOUNTS, none_of=SECOND_FACTOR),
    supports("D04", FAILED_LOGIN, _NAMES, none_of=SECOND_FACTOR),
    decides(
        "D05",
        words(r"fail(?:s|ed|ures?|ing)?|brute[- ]?forc\w+|unsuccessful"),
        words(r"success\w*|succeed\w*"),
        rf"\b{LOGIN}",
        none_of=words(r"privilege\w*|escalat\w+|mfa"),
    ),
    decides("D05", _TAKEN, none_of=LEAKED),
    supports("D06", _TAKEN, words(r"behaviou?r\w*|locations?|patterns?"), none_of=LEAKED),
    decides("D09", FAILED_LOGIN, _MANY_SOURCES, none_of=SECOND_FACTOR),
    decides("D09", _GUESSING, _MANY_SOURCES, none_of=SECOND_FACTOR),
    supports("D09", FAILED_LOGIN, words("patterns?"), _SOURCE),
    decides(
        "D10",
        words("lock(?:ed)?[- ]?outs?|locked out|accounts? (?:being |were |was |are |get |got )?lock(?:s|ed|ing)?"),
    ),
    decides("D10", SECOND_FACTOR, _REFUSED, none_of=_SET_UP, reach=30),
    decides(
        "D10",
        SECOND_FACTOR,
        words("prompts?|approvals?|requests?|notifications?|push(?:es)?"),
        _UNASKED,
        none_of=_SET_UP,
    ),
)
