"""Words that ask whether lists know an address, a domain or a file (D22)."""

from __future__ import annotations

from casebook.playbooks.detector_rules.rule import decides, words

_OBSERVABLE = words(
    r"ip address(?:es)?|ips?|(?<!mail )address(?:es)?|domains?|urls?|hash\w*|infrastructure|destinations?|"
    r"certificates?|"
    r"executables?|binar(?:y|ies)|files?|links?|web ?sites?|sources?|tools?|network connections?"
)
_KNOWN_BAD = words(
    r"known(?: to be| as)?(?: \w+){0,3}?(?: or)? (?:malicious|bad|c2|command[- ]and[- ]control|threats?|attackers?|"
    r"adversar\w+|botnets?|phishing|scanners?|malware)|threat[- ](?:actors?|intel\w*|feeds?)|"
    r"(?:block|deny|black|watch)[- ]?list(?:s|ed)?|(?:poor|low|bad) reputations?|poorly rated|"
    r"reputation (?:of|lists?|scores?|services?)|c2 (?:servers?|infrastructure|domains?|ips?)|malware signatures?|"
    r"categori[sz]ed as (?:\w+ )?malicious|(?:previous|past|prior)(?:ly)? (?:known )?malicious|recogni[sz]ed malicious|"
    r"known (?:indicators? of compromise|iocs?)|known (?:\w+ )?mining pools?|tor exit nodes?|flagged (?:as|"
    r"by) (?:\w+ )?\w+"
)
_BAD_ADDRESS = words(
    r"(?<!potentially )(?:suspicious|suspected|high-risk|malicious|disreputable|dangerous)(?: or \w+(?: \w+)?)?"
    r"(?: external)? (?:ip address(?:es)?|ips?|ip/domains?|domains?(?! name)|urls?|hash(?:es)?|web ?sites?)"
)
_ACTOR = words(r"(?:known )?threat[- ]?(?:actors?|intel\w*)|known (?:\w+ )?campaigns?")
_LINKED = words(r"link\w*|associat\w+|match\w*|correspond\w*|correlat\w*|attribut\w+|tied|connected|consistent|alerts?")
_NOT_IN_LISTS = words(r"dark ?web|vulnerabilit\w+|breach\w*|cves?|(?:one|some) of ours")

RULES = (
    decides("D22", _KNOWN_BAD, _OBSERVABLE, none_of=_NOT_IN_LISTS),
    decides(
        "D22",
        words(r"indicators? of compromise|iocs?|indicators?"),
        words(r"threat[- ]intel\w*|(?:intel\w*|threat) feeds?"),
    ),
    decides("D22", words("tor (?:exit )?nodes?")),
    decides("D22", _ACTOR, _LINKED, none_of=_NOT_IN_LISTS),
    decides("D22", _BAD_ADDRESS, none_of=_NOT_IN_LISTS),
    decides("D22", words("disposable (?:e-?mail |mail )?(?:domains?|services?|addresses|providers?)")),
    decides("D22", words(r"known (?:bad|malicious|malware) (?:\w+ )?(?:behaviou?rs? or )?hash\w*")),
)
