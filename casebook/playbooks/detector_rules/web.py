"""Words that ask for what web logs tell: probing, bulk reading, scanning (D11 to D13)."""

from __future__ import annotations

from casebook.playbooks.detector_rules.rule import decides, supports, words

_IDENTITY_PAGES = (
    r"\b(?:log-?in|sign-?in|admin(?:istrat\w+)?|registration|password[- ]reset|user[- ](?:data|profile|listing)|"
    r"identity(?: information)?|employee(?: data| information)?|staff|public(?:ly)?[- ]facing|about us|account|contact|"
    r"hidden|undisclosed|unlinked)(?: \w+| '\w+ \w+')?"
    r" (?:endpoints?|pages?|portals?|director(?:y|ies)|apis?|sections?|forms?|files and director\w+)\b|"
    r"\b(?:pages?|endpoints?|sections?) (?:with|containing|listing|holding|about|that \w+) (?:\w+ )?"
    r"(?:employees?|staff|users?|identity|personal|contact)\b|"
    r"\bautodiscover\b|\bwp-(?:login|admin)\b|\bxmlrpc\b|\brobots\.txt\b|\bsitemap(?:\.xml)?\b"
)
_ASKED_FOR = words(
    r"access(?:es|ed|ing)?|requests?|request(?:ed|ing)|prob\w+|visit(?:s|ed|ing)?|quer(?:y|ies|ied|ying)|hits?|spikes?|"
    r"attempts?|crawl\w*|scrap(?:e|ed|ing)|traffic"
)
_FROM_STRANGERS = (
    r"\bfrom (?:an? |the )?(?:un\w+|external|outside|foreign|new|non-?\w+) (?:\w+ )?(?:ips?|address\w*|locations?|"
    r"countr\w+|networks?|devices?|ranges?|space)\b"
)
"""Whence somebody came is asked for then, not what was asked for."""
_DIRECTORY_SERVICE = words("directory services?|active directory|ldap")
_MUCH = words(
    r"high|spikes?|increas\w+|surges?|unusual(?:ly)?(?: \w+)?|abnormal(?:ly)?|large|volumes?|numbers? of|amounts?|bulk|"
    r"excessive|repeated(?:ly)?|disproportion\w+|rapid|sequential"
)
_PAGES = words("pages?|endpoints|web ?sites?|sites?|autodiscover api|sections?|urls?")
_REQUESTS = words("requests?|access(?:es|ed)?|visits?|page views|hits?|quer(?:y|ies)")
_NO_WEB = words(
    r"dns|outbound|file system|folders?|system32|clipboard|registry|process(?:es)?|usb|removable|cloud|serverless|dll|"
    r"command[- ]line|compute|c2|ldap|active directory|domain controllers?"
)
_MACHINE = (
    r"\bautomat\w+ (?:script|tool|scan|prob|crawl|request)\w*|\bcrawlers?\b|\bbots?\b|"
    r"\bscripted (?:requests?|access)|\bsearch engines?\b"
)
_SCANNING = words(
    r"(?:web|vulnerability|automated|application|malicious|active) (?:application |site )?(?:scan\w*|prob(?:es?|ing))|"
    r"scanning (?:tools?|activit\w+|behaviou?rs?|attempts?)|(?:sql|command|code|script) injection attempts?|"
    r"(?:path|directory) traversal|(?:directory|content) (?:brute[- ]forc\w+|busting|discovery)|fuzz(?:ing|ers?)"
)
_OTHER_SCANS = words(
    r"anti-?virus|memory|port scans?|ports|network scan\w*|malware scan\w*|internal hosts|scan results?|scheduled|"
    r"(?:known|authori[sz]ed|approved) (?:\w+ )?scanners?|security team"
)
_USER_AGENTS = words("user[- ]agents?")
_TOOLS = words("scann?\\w*|automat\\w+|tools?|curl|wget|bots?|crawlers?|scripts?")
_BROWSER_SESSION = words("sessions?|cookies?|popular software")

RULES = (
    decides("D11", _IDENTITY_PAGES, _ASKED_FOR, none_of=rf"{_DIRECTORY_SERVICE}|{_FROM_STRANGERS}", reach=50),
    decides("D11", words("prob(?:e|es|ed|ing)"), words("identity|authentication services?|log-?in")),
    decides(
        "D11", words("(?:non-normally|rarely|never|not normally) (?:accessed|linked) (?:pages?|director\\w+|urls?)")
    ),
    decides(
        "D12",
        words(
            r"(?:web |page |site )?(?:scraping|scrapers?|scraped)|harvest\w+ (?:of )?(?:web ?site|web|page|online) \w+|"
            r"download\w* (?:(?:most|much|all|large parts?) of )?(?:the |our |whole |entire )*(?:web ?)?site"
        ),
        none_of=words("memory scraping|ram|card"),
    ),
    decides(
        "D12",
        words(r"(?:bulk|mass) (?:read|download|request|retriev)\w*"),
        words(r"web\w*|pages?|sites?|api"),
        none_of=words(r"e-?mails?|mailbox\w*"),
    ),
    decides("D12", _MUCH, _REQUESTS, _PAGES, none_of=_NO_WEB, reach=50),
    decides("D12", _MACHINE, words(r"requests?|access|pages?|sites?|web\w*|user-agents?"), none_of=_NO_WEB),
    decides("D13", _SCANNING, none_of=_OTHER_SCANS),
    decides("D13", words("(?:http )?(?:4xx|5xx|4\\d\\d|500|error) (?:responses?|codes?|status\\w*)"), none_of=_NO_WEB),
    decides("D13", _USER_AGENTS, _TOOLS, none_of=_BROWSER_SESSION),
    supports("D12", _USER_AGENTS, _TOOLS, none_of=_BROWSER_SESSION),
)
