"""The words by which a question leans towards suspicion or towards a benign explanation, in kinds an author understands.

Kinds stand in order: where two could read the same words, the earlier has them ("known malicious" before "known").
A *faint* kind leans only where no plain one does: that something was tried again says less than that it was authorised.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_I = re.IGNORECASE


@dataclass(frozen=True, slots=True)
class Kind:
    """Words of one sense. ``says`` completes "asks whether …" for an author."""

    value: str
    says: str
    words: re.Pattern[str]
    weight: int


def _kind(value: str, says: str, *words: str, weight: int = 2) -> Kind:
    return Kind(value, says, re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?!\w)", _I), weight)


_EVIL = (
    r"(?:malicious|malware|bad|threats?|adversar\w+|attack\w*|indicators?|vulnerabilit\w+|exploit\w*|compromis\w+|phishing|"
    r"breach\w*|incidents?|hash(?:es)? of|campaigns?|bad actors?|ttps?|iocs?|pirate\w*|criminal\w*|abuse\w*|botnets?|tor)"
)
_GOOD = (
    r"(?:legitimate|valid|documented|justified|justifiable|known|business|innocent|harmless|good|benign|operational|"
    r"acceptable|plausible|administrative|approved|reasonable|legit)"
)
_USUAL = (
    r"(?:usual|normal|expected|typical|average|baselines?|before|ever|declared|allowed|permitted|necessary|required|"
    r"previously|thresholds?|usually|normally|expected)"
)

KINDS = (
    _kind(
        "benign",
        "there is a harmless explanation",
        r"(?:could|can|might|may|would|will|that|which)(?: [\w'’-]+){0,6}? (?:explain|account for|justify|legitimi[sz]e)",
        r"(?:explained|accounted for|justified|caused) by",
        rf"{_GOOD}(?:,? (?:or |and )?[\w-]+){{0,2}} "
        r"(?:reasons?|needs?|purposes?|justifications?|use cases?|requirements?|explanations?|causes?)",
        r"false[- ]positives?",
        r"(?:due to|because of|result of|caused by|related to|part of) (?:an? |the )?(?:\w+ )?"
        r"(?:known|planned|scheduled|routine|regular|approved|maintenance|test\w*|update|upgrade|patch\w*|change)",
        r"(?:be )?(?:ruled out|excluded)",
        r"business (?:justification|need|reason)",
        weight=3,
    ),
    _kind(
        "suspicious",
        "something poses as what it is not",
        r"mimic\w*|impersonat\w+|masquerad\w+|spoof\w*|pretend\w*|disguis\w+|look-?alikes?|typosquat\w*|impostors?|"
        r"pos(?:es|ed|ing) as|approximation(?: of)?|(?:resembl\w+|closely match\w*|similar to)(?: \w+){0,2} "
        r"(?:legitimate|trusted|known|official|system|corporate)",
        weight=3,
    ),
    _kind(
        "suspicious",
        "something is known to be bad",
        rf"(?:known|recogni[sz]ed|previous\w*|confirmed|recent)(?: (?:to be|as|for|or|and))?(?: [\w-]+)?(?: or [\w-]+)? {_EVIL}",
        r"known (?:or|and) (?:categori[sz]ed|flagged|reported|listed|suspected) (?:as|to be)(?: [\w-]+)?",
        r"(?:known|believed|reported|suspected) to be(?: [\w-]+)? (?:malicious|bad|associated with (?:malicious|threat|attack)\w*)",
        r"(?:linked|tied|connected|related|associated|attributed|correlat\w+)(?: [\w-]+)? (?:to|with)(?: [\w-]+){0,3} "
        r"(?:malicious|threat|adversar\w+|attack\w*|malware|incidents?|campaigns?|compromise\w*|breach\w*)",
        r"known[- ]bad",
        r"block-?lists?|deny-?lists?|black-?list\w*|threat(?:[- ]intel\w*| feeds?| actors?| groups?)|reputation (?:issue|problem)s?",
        r"(?:bad|poor|low|negative|malicious) reputations?|iocs?|indicators? of (?:compromise|attack)|ttps?",
    ),
    _kind(
        "suspicious",
        "it departs from what is normal",
        r"deviat\w+|differs?|different from|discrepanc\w+|inconsisten\w+|mismatch\w*|contradict\w*|irregular\w*|exceed\w*",
        rf"(?:more|less|fewer|\w+er)(?: [\w'’-]+){{0,4}} than(?: (?:the|is|was|its|their|his|her|what|any|it))*(?: \w+)? {_USUAL}",
        r"more(?: [\w'’-]+){0,4} than (?:what|it|they|is|was) ",
        rf"(?:above|beyond|over)(?: [\w'’]+){{0,2}} {_USUAL}",
        r"out of (?:place|character|the ordinary|hours|policy|scope|line|pattern|band)",
        r"(?:off|after|odd|unsocial|non-?business|non-?working)[- ](?:peak[- ])?(?:business |working |office )?hours?",
        r"outside(?: of)?(?: [\w'’/-]+){0,4} (?:hours?|shifts?|windows?|polic\w+|patterns?|range|baselines?|scope|network|country)",
        r"(?:does|do|did)(?: not|n['’]t) belong",
        r"spik(?:es?|ed|ing)|surg(?:e|es|ed|ing)|bursts?|excessive\w*|abrupt\w*|(?:sudden|sharp|significant|rapid|large|marked)\w*"
        r"(?: [\w-]+)? (?:increase|rise|growth|change|volume|succession|drop)s?",
        r"(?:increas\w+|ris(?:e|es|en|ing)|grow\w*|jump\w*)(?: (?:sharply|suddenly|significantly|rapidly))?",
        r"gaps?|extraordinar\w+|non-?standard|non-?corporate|unlike",
    ),
    _kind(
        "suspicious",
        "something is out of the ordinary",
        r"unusual\w*|unexpected\w*|suspicious\w*|suspect(?:ed|s)?|suspicions?|anomal\w+|abnormal\w*|odd(?:ly)?|strange\w*|"
        r"weird\w*|unfamiliar|atypical\w*|uncommon\w*|uncharacteristic\w*|unknown|unidentified|unexplained|unexplainable|"
        r"unrecogni[sz]ed|untrusted|unverified|unsigned|self-signed|unapproved|unauthori[sz]ed\w*|unsanctioned|"
        r"unplanned|unscheduled|undocumented|unregistered|unmanaged|unsolicited|unwanted|unauthenticated|unwarranted|"
        r"unprecedented|implausible|impossible|illegitimate|illegal\w*|illicit\w*|improper\w*|inappropriate\w*|invalid|"
        r"rar(?:e|ely)|seldom|expired|revoked|dormant|shadow it|questionable|dubious|notable",
    ),
    _kind(
        "suspicious",
        "somebody did what was not theirs to do",
        r"(?:should|must|ought)(?: not|n['’]t| never| no longer)|shouldn['’]t|without(?: [\w'’-]+){0,3} (?:consent|knowledge|"
        r"participation|involvement|interaction|initiation)|den(?:y|ies|ied)|refus\w+|disput\w+|"
        r"(?:had|has|have)? ?left the (?:company|organi[sz]ation)|former (?:employees?|staff|users?)|no longer (?:employed|with)|"
        r"violat\w+|contraven\w+|breach(?:es|ed)? (?:of )?polic\w+|against polic\w+",
    ),
    _kind(
        "suspicious",
        "there are signs of an attack",
        r"malicious\w*|malware|ransomware|trojan\w*|virus(?:es)?|worms?|rootkits?|spyware|phish\w*|vishing|smishing|spam|"
        r"attack\w*|adversar\w+|threats?|hostile|rogue|intru\w+|hack\w*|scam\w*|fraud\w*|extort\w*|ransom|"
        r"exploit\w*|backdoors?|web ?shells?|payloads?|botnets?|beacon\w*|command[- ]and[- ]control|c2|c&c|"
        r"compromis\w+|breach\w*|infect\w*|leak\w*|stolen|theft|steal\w*|lost|sabotage\w*|smuggl\w*|contraband|hijack\w*|"
        r"exfiltrat\w+|lateral\w*(?: movement)?|persistence|(?:privilege )?escalations?|escalat\w+|pivot\w*|"
        r"brute[- ]forc\w+|spray\w*|stuffing|enumerat\w+|reconnaissance|scann?(?:ing|ers?)|probing|probes?|harvest\w*|scrap(?:ing|ers?)|"
        r"dump(?:s|ed|ing)?|inject\w*|obfuscat\w+|encoded|tunnel\w*|redirect\w*|forwarding|anonymi[sz]\w+|tor (?:exit )?nodes?|"
        r"tamper\w*|abus\w+|misus\w+|bypass\w*|evad\w+|evasion|circumvent\w*|conceal\w*|hidden|hid(?:e|ing)|disposable|"
        r"coerc\w+|social engineering|urgen(?:t|cy)|dark ?web|vulnerab\w+|incidents?|indicators? (?:suggest|point)\w*|impair\w*|"
        r"forg(?:ed|ing|ery)|counterfeit|fake[ds]?|falsif\w+|insider|collusion|side-?load\w*|hollow\w*|mis-?configur\w+|weakness\w*",
    ),
    _kind(
        "suspicious",
        "a safeguard or a trace was taken away",
        r"(?:been |was |were |is |are |get )?(?:disabled|switched off|turned off|deactivated|stopped|cleared|wiped|erased|deleted|purged|"
        r"removed|overwritten|killed|terminated|uninstalled|suppressed|truncated|altered|missing|missed|broken|weakened)",
        r"fail open|disabl(?:e|ing)|delet(?:e|ing|ions?)|outages? of|disruptions?",
    ),
    _kind(
        "suspicious",
        "it failed or was repeated",
        r"fail(?:ed|ures?|ing|s)?|lock-?outs?|unsuccessful\w*|denied|rejected|repeat(?:ed(?:ly)?|s|ing)?|repetitive\w*",
    ),
    _kind(
        "benign",
        "it is in order",
        r"authori[sz](?:ed|ation)|approv(?:ed?|al|ing)|permi(?:tted|ts?)|permission (?:to|for|from)|allow(?:ed|s|-?list\w*)?|white-?list\w*|"
        r"sanctioned|legitima(?:te(?:ly)?|cy)|licen[cs]ed|entitled|eligible|trusted|trustworthy|reputable|verified|validated|"
        r"certified|registered|valid(?:ly)?|intact|genuine\w*|authentic|benign|harmless|innocent\w*|(?:deemed|considered|known|found|be) safe|clean|"
        r"accident\w*|by mistake|mistakes?|human error|user error|complian(?:t|ce)|comply|complies|compensat\w+",
        r"(?:change|support|service|help ?desk|maintenance|it|work)[- ](?:tickets?|requests?|orders?|records?|windows?)|tickets?",
        r"(?:has|have|had) (?:the )?(?:rights?|need|authority|clearance)",
        r"(?:role|job|position|dut(?:y|ies)|function|responsibilit(?:y|ies))(?: \w+){0,2} (?:require|need|include|involve|cover|justify)\w*",
        r"(?:require|need)(?:s|d|ed)? (?:\w+ )?(?:for|by|as part of) (?:\w+ )?(?:role|job|dut(?:y|ies)|work|function)",
        r"belong\w* to(?: [\w'’-]+)?|owned by(?: (?:the|our))?|managed by|operated by",
        r"(?:member|employee|part) of (?:the |an? |their |his |her |its )?(?:[\w'’]+ ){0,2}(?:jobs?|roles?|duties|work|functions?|teams?|groups?|staff|department|company|organi[sz]ation|it)",
        r"(?:an? |the )?(?:it|system|network|domain|security) (?:administrators?|admins?|staff|personnel)",
    ),
    _kind(
        "benign",
        "a safeguard held",
        r"(?:mfa|2fa|(?:multi|two)-factor(?: authentication)?|logging|protections?|secure boot|edr|anti-?virus|firewalls?|controls?)"
        r"(?: [\w'’-]+){0,4} (?:enabled|completed|satisfied|passed|enforced|in place|active|required|used|successful|working|running)",
        r"pass(?:es|ed)? (?:the |all |its )?(?:spf|dkim|dmarc|checks?|validation|verification|authentication|scans?)",
    ),
    _kind(
        "benign",
        "it comes from our own",
        r"(?:corporate|company|office|managed|enterprise|our own|our)(?:[- ](?:owned|issued|managed))? (?:\w+ )?"
        r"(?:vpns?|prox(?:y|ies)|networks?|ranges?|devices?|laptops?|workstations?|hosts?|ips?|addresses|subnets?|accounts?|systems?)",
        r"(?:currently |still )?(?:at work|on (?:shift|duty|call)|in the office|working|employed)",
        r"(?:within|during|in)(?: [\w'’-]+){0,2} (?:business|working|office|normal|core) hours",
    ),
    _kind(
        "benign",
        "somebody stands by it",
        r"confirm(?:ed|s)?|acknowledg\w+|aware|vouch\w*|recogni[sz](?:ed?|es|able|ing)|attest\w*|expect(?:ed(?:ly)?|s|ing)?|"
        r"explain(?:ed|s)?|explanation|justifi\w+|identif(?:ied|y) (?:itself|himself|themselves)|claimed",
    ),
    _kind(
        "benign",
        "it was planned",
        r"scheduled?|planned|pre-?arranged|announced|documented|on record|recorded (?:order|change|request)|records? of|"
        r"maintenance|exercises?|drills?|pen(?:etration)?[- ]?test\w*|red[- ]team\w*|simulat\w+|change (?:control|management|windows?)|"
        r"roll-?outs?|migrations?|back-?ups?|audits?|on (?:holiday|leave|vacation|business)|travel(?:l?ing|s|led)?|"
        r"known (?:\w+ )?(?:fault|issue|problem|bug|outage)s?",
    ),
    _kind(
        "benign",
        "it is what is normal",
        r"usual(?:ly)?|normal(?:ly)?|typical(?:ly)?|customar(?:y|ily)|ordinar(?:y|ily)|common(?:ly)?|routine(?:ly)?|regular(?:ly)?|"
        r"frequent(?:ly)?|standard|habitual(?:ly)?|always|familiar|well-known|baselines?|day-to-day",
        r"consistent(?: with)?|in line with|in keeping with|in accordance with|within(?: [\w'’]+){0,3} (?:range|limits?|bounds|hours|policy|scope)",
        r"histor(?:y|ical(?:ly)?)(?: (?:pattern|record|use))?(?: of)?|known(?:[- ]good)?(?! to (?:be|have)\b)|known to (?:be|have)",
    ),
    _kind(
        "benign",
        "it fits what it should fit",
        r"match(?:es|ed|ing)?|align(?:s|ed|ing)?|correspond\w*|follow(?:s)?(?= (?:the|its|his|her|their|a|an|any|expected|normal|standard|our)\b)|"
        r"conform\w*|adher\w+|fit(?:s|ting)?|agree(?:s|d)?|traceable|traced(?: back)? to|resemble",
        r"blocked|quarantined|prevented|contained|mitigated|stopped (?:by|before)|fully patched|up[- ]to[- ]date|patched|"
        r"(?:digitally |properly |code[- ])?signed|vpns?|internal(?:ly)?",
        weight=1,
    ),
    _kind(
        "benign",
        "it is no news",
        r"(?:seen|observed|used|called|accessed|visited|happened|occurred|done|contacted|connected|logged in|known|executed|run|been)"
        r"(?: [\w'’-]+){0,4} (?:before|previously|in the past)|(?:prior|previous) (?:history|communication|use|approval|knowledge)",
        r"(?:software |system |application |windows |recent )?(?:updates?|upgrades?|patch(?:es|ing)?|deployments?)",
        weight=1,
    ),
    _kind(
        "suspicious",
        "it happens more than once or elsewhere",
        r"multiple|several|numerous|many|simultaneous\w*|concurrent\w*|widespread|coordinated|campaigns?|spread\w*|elsewhere|"
        r"similar(?:ly)?|same|additional|further|(?:an)?other|second|subsequent\w*|follow-up|follow(?:ed|ing)?|repeat\w*|correlat\w+|accompan\w+|"
        r"coincid\w+|corroborat\w+|affected|impacted|high(?:er)?(?: [\w-]+)? (?:volumes?|rates?|numbers?|frequency)|volumes?",
        weight=1,
    ),
    _kind(
        "suspicious",
        "somebody noticed or tried something",
        r"alerts?|alarms?|warnings?|detections?|detected|flagged|triggered|reported|reports?|complain\w*|listed|observed|"
        r"attempt\w*|tr(?:y|ied|ying|ies) to|evidence|signs?|traces?|indications?|indicat\w+|suggest\w*|signatures?|symptoms?",
        weight=1,
    ),
    _kind(
        "suspicious",
        "something is new or was changed",
        r"(?:for the )?first time|first (?:seen|observed)|new(?:ly)?|recent(?:ly)? (?:created|registered|added|installed|modified|changed|granted)|"
        r"(?:creat(?:ed|ion)|modif(?:y|ied|ications?)|chang(?:ed|es)|add(?:ed|itions?)) (?:\w+ ){0,2}(?:to|in|of|with)",
        r"modif\w+|changed|additions?",
        weight=1,
    ),
    _kind(
        "suspicious",
        "something worth protecting was touched",
        r"sensitive|confidential|critical|restricted|proprietary|classified|personal data|secrets?|credentials?|passwords?|passphrases?|tokens?|"
        r"(?:extra|elevated|admin(?:istrative|istrator)?|additional|higher|limited|root|system)(?: [\w-]+)? (?:rights?|privileges?|permissions?|access)|"
        r"privileged?|mfa prompts?",
        weight=1,
    ),
    _kind(
        "suspicious",
        "something an attacker does was done",
        r"outbound|external(?:ly)?|foreign|remote(?:ly)?|download\w*|upload\w*|execut\w+|launch\w*|spawn\w*|scripts?|macros?|powershell|"
        r"cmdlets?|commands?|transfer\w*|copied|copy|archiv\w+|compress\w+|encrypt\w+|proxy|proxies|automated|tools?|child process\w*|"
        r"drop(?:ped|per)|attachments?|click(?:ed)?|opened|rules?|scheduled tasks?|moved|log-?ins?|log-?ons?",
        weight=1,
    ),
)

NEGATION = re.compile(
    r"(?:\b(?:not|never|nor|neither|without(?: any)?|no(?! longer\b| doubt\b)|nobody|none|lacks?|lacking|absence of|free (?:of|from)|outside(?: of)?|"
    r"unable to|fail(?:s|ed|ing|ure)? to|cannot|neither|hardly|barely|rarely|refused? to|"
    r"unrelated to|violat\w+|except(?:ing|ion)? from)|n['’]t)(?:\s+[\w'’-]+){0,3}\s+$",
    _I,
)
"""Turns the word behind it round, with up to three words between: "not officially approved", "free of malware"."""
