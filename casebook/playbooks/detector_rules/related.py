"""Words that ask for other alerts and cases about the same (D24)."""

from __future__ import annotations

from casebook.playbooks.detector_rules.rule import decides, words

_RELATION = (
    r"(?<!time of )(?<!timeframe of )\b(?:others?|additional|further|(?:related|associated)(?! (?:with|to))|"
    r"correlat(?:ed|ing|ions?)|accompanying|concurrent|simultaneous|"
    r"previous(?:ly)?|prior|earlier|past|recent(?:ly)?|similar|same|corroborat\w+|multiple|historical|open|existing)"
)
_SIGNAL = (
    r"(?:alerts?|warnings?|incidents?|detections?|(?<!use )cases?|iocs?|malicious activit\w+|"
    r"(?:indicators?|signs?|evidence) of (?:compromise|intrusion|credential theft|(?:malicious|suspicious) \w+)|"
    r"(?:suspicious|anomalous|unauthori[sz]ed|malicious) (?:activit\w+|actions?|behaviou?rs?|events?))\b"
)
_NEXT = r"[\s,/]+[\w-]+"
_ALIKE = words("similar|same|identical|like")
_HAPPENED = words(
    r"activit\w+|events?|patterns?|behaviou?rs?|e-?mails?|messages?|calls?|documents?|incidents?|reports?|alerts?|"
    r"issues?|"
    r"modifications?|symptoms?"
)
_BY_OTHERS = words(
    r"(?:other|multiple|several|different|additional|more) (?:\w+ )?(?:users?|systems?|hosts?|endpoints?|machines?|"
    r"employees?|devices?|accounts?|departments?|instances|reports?|cases)|"
    r"across (?:\w+ )?(?:users|systems|hosts|the (?:network|organi[sz]ation|environment))|elsewhere|"
    r"(?:previous|prior|past|earlier) (?:instances?|occurrences?|cases?)|(?:been|has|have) (?:\w+ )?reported"
)
_ELSEWHERE = words(
    "(?:other|multiple|several|additional) (?:[a-z]+ )?(?:hosts?|systems?|endpoints?|machines?|devices?|users?)"
)
_TOOLS = words(
    r"anti-?virus|edr|ids|siem|security (?:tools?|solutions?|products?|controls?)|anomaly detection|"
    r"defen[cs]\w+ (?:tools?|mechanisms?)|application control"
)

RULES = (
    decides("D24", rf"{_RELATION}(?:{_NEXT}){{0,4}}?[\s,/]+{_SIGNAL}"),
    decides(
        "D24",
        rf"\b{_SIGNAL}(?:{_NEXT}){{0,3}}? (?:involving|affecting|triggered|raised|generated)\b(?! by)",
        none_of=words("without"),
    ),
    decides("D24", words(r"(?:alerts?|detections?)(?: or \w+)? (?:from|by|in)"), _TOOLS, reach=25),
    decides("D24", words(r"(?:exfiltration|security|dlp|edr|anti-?virus|ids|siem) (?:\w+ )?alerts?")),
    decides(
        "D24", words(r"(?:broader|wider|larger) (?:\w+ )?(?:patterns?|campaigns?|attacks?)|multiple (?:\w+ )?anomalies")
    ),
    decides(
        "D24", words(r"(?:cases|alerts|incidents|tickets) (?:about|on|for|with|concerning) (?:the same|this|these)")
    ),
    decides(
        "D24",
        words(
            r"(?:more|other|further|additional) (?:machines|hosts|systems|users|people|devices|accounts) (?:\w+ )?"
            r"(?:affected|involved|hit|infected)"
        ),
    ),
    decides("D24", words(r"(?:related|similar|additional) (?:\w+ )?activit(?:y|ies)")),
    decides("D24", words(r"(?:seen|observed|found|present|detected) (?:on|in|at|across)"), _ELSEWHERE, reach=30),
    decides("D24", _ALIKE, _HAPPENED, _BY_OTHERS, none_of=words(r"sessions?|vulnerabilit\w+")),
    decides(
        "D24",
        words(r"(?:by|of) multiple (?:endpoints|systems|hosts|machines)|multiple sources (?:that |which )?suggest\w*"),
    ),
)
