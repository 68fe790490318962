"""Words that mean the same, by sense: one table for the rules of detectors and for matching criteria to questions.

Alternatives of a regular expression, in small letters, each a whole word.
"""

from __future__ import annotations

UNUSUAL = (
    r"unusual(?:ly)?|unexpected(?:ly)?|unfamiliar|unrecogni[sz]ed|unauthori[sz]ed|unapproved|unknown|unidentified|"
    r"unexplain\w+|unsanctioned|untrusted|unverified|unsigned|unjustified|unplanned|unscheduled|uncharacteristic|"
    r"uncommon|unwarranted|undocumented|suspicious(?:ly)?|suspected|anomal\w+|abnormal(?:ly)?|abnormalit\w+|atypical(?:ly)?|"
    r"strange|odd|foreign|illegitimate|inconsistent|irregular\w*|unrelated|deviat\w+|discrepanc\w+|"
    r"non-(?:standard|typical|normal|business|administrative)|unsecured"
)
"""Something is not as it should be."""

DOUBTED = rf"{UNUSUAL}|malicious|rogue|questionable"
"""The same, or somebody says that it is bad."""

HARMFUL = (
    r"disabl\w+|impair\w*|tamper\w*|bypass\w*|exploit\w*|exfiltrat\w*|fail(?:s|ed|ures?)?|inject\w*|stolen|leak\w*|"
    r"hijack\w*|forg(?:ed|ing|ery)|spoof\w*|malware|phishing|attack\w*|compromis\w+|escalation|limited privileges|"
    r"(?:should|do|does|did|were|was|are|is) not|shouldn't|don't|doesn't|weren't|wasn't|disrupt\w+|missed|outside|"
    r"mis-?us\w+|abus\w+"
)
"""What somebody did is bad in itself: a question that asks for it asks for something out of order."""

EXCUSED = (
    r"legitimate(?:ly)?|legitimacy|legitimi[sz]ed|authori[sz](?:ed|ation)|approv(?:ed|al)|sanctioned|permitted|allowed|"
    r"expected|documented|justif\w+|explain\w*|explanations?|reasons?|purposes?|requirements?|needs?|basis|business|"
    r"normal(?:ly)?|typical(?:ly)?|usual(?:ly)?|standard|routine|accounted|attributed|trusted|recogni[sz]ed|known|"
    r"scheduled|planned|benign|reputable|familiar|historical\w*|history|common(?:ly)?|operational"
)
"""Something is as it should be, or there is a reason for it."""

SENSES = {
    "authorised": r"(?:un)?(?:authori[sz](?:ed|ation)|approv(?:ed|al)|sanctioned|permitted|trusted|entitled|"
    r"documented)|allowed",
    "reason": r"(?:un)?(?:justif\w+|explain\w*)|explanations?|reasons?|purposes?|requirements?|requires?|needs?|basis|"
    r"accounted|attributed",
    "legitimate": r"(?:il)?legitim\w+|business|benign|operational|valid|proper(?:ly)?",
    "normal": r"(?:un)?(?:usual(?:ly)?|expected(?:ly)?|common(?:ly)?|planned|scheduled)|"
    r"(?:ab)?normal\w*|a?typical(?:ly)?|routine|standard|regular|anomal\w+|baselines?|deviat\w+|irregular\w*|discrepanc\w+|history|historical\w*|"
    r"suspicious\w*|suspected|strange|odd",
    "known": r"(?:un)?known|un(?:identified|familiar)|(?:un)?recogni[sz]\w+|familiar",
    "log in": r"log-?(?:in|on)s?|logged-in|logging-in|sign-?(?:in|on)s?|authenticat\w+",
    "user": r"users?|accounts?|persons?|personnel|employees?|staff|victims?|individuals?|identit(?:y|ies)",
    "administrator": r"admin(?:s|istrators?|istrative|istration)?|privileg\w+|elevat\w+",
    "address": r"ips?|addresses|address|ip/domains?",
    "host": r"hosts?|machines?|endpoints?|systems?|devices?|workstations?|computers?|servers?",
    "mail": r"e-?mails?|mails?|messages?",
    "traffic": r"traffic|communicat\w+|connect\w*|network\w*|sessions?|outbound",
    "place": r"locations?|paths?|director(?:y|ies)|folders?|sources?|origin\w*|geo\w*|places?|destinations?",
    "run": r"execut(?:e|es|ed|ing|ions?)|run(?:s|ning)?|launch(?:es|ed|ing)?|spawn\w*|invo(?:k|c)\w*|trigger\w*",
    "change": r"chang\w+|modif\w+|alter(?:ed|ation|ations|ing)|edit\w*|tamper\w*|updat\w+",
    "setting": r"config\w*|settings?|polic(?:y|ies)",
    "argument": r"arguments?|parameters?|switches|options|command-line",
    "script": r"scripts?|scriptlets?|code|macros?",
    "call": r"calls?|callers?|phone|vishing",
    "report": r"report\w*|notif\w+",
    "second factor": r"mfa|multi-?factor|2fa|otp",
    "take out": r"exfiltrat\w+|leak\w*|divulg\w+",
    "read": r"access\w*|read|reads|view\w*|retriev\w+",
    "ask": r"request\w*|quer(?:y|ies|ied|ying)",
    "activity": r"activit(?:y|ies)|behaviou?rs?|events?|behavioral|actions?",
    "hours": r"hours|off-hours|after-hours|weekends?",
    "fail": r"fail\w*|unsuccessful\w*|rejected|denied|brute-?forc\w*|guess\w*|spray\w*|repeat\w*",
    "many": r"multiple|many|several|numerous|various|different|simultaneous\w*|concurrent\w*",
    "try": r"attempt\w*|tr(?:y|ied|ies)",
    "list": r"threat|intelligence|intel|flagged|feeds?|reputation|blocklists?|categori[sz]ed",
    "actor": r"adversar\w+|attackers?|actors?|campaigns?|ttps?|techniques?|tactics?",
    "compromise": r"compromis\w+|intru\w+|exploit\w*|iocs?|attacks?",
    "alert": r"alerts?|warnings?|detections?|incidents?|signals?",
    "library": r"dlls?|librar(?:y|ies)|modules?|assembl(?:y|ies)",
    "create": r"creat\w+|add(?:ed|ing|ition|itions)?|install\w*|register\w*|new(?:ly)?",
    "certificate": r"certificates?|ssl|tls",
    "issuer": r"cas?|issu(?:er|ers|ed|ing)|authorit(?:y|ies)",
}
"""Sense to words. What is in none is compared by its stem."""
