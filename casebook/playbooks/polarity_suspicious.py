"""The words by which a question leans towards suspicion. An earlier kind has the words two could read."""

from __future__ import annotations

from casebook.playbooks.polarity_kinds import DECISIVE, FAINT, kind

_EVIL = (
    r"(?:malicious|malware|bad|threats?|adversar\w+|attack\w*|indicators?|vulnerabilit\w+|exploit\w*|"
    r"compromis\w+|phishing|"
    r"breach\w*|incidents?|hash(?:es)? of|campaigns?|bad actors?|ttps?|iocs?|pirate\w*|criminal\w*|abuse\w*|"
    r"botnets?|tor)"
)
_USUAL = (
    r"(?:usual|normal|expected|typical|average|baselines?|before|ever|declared|allowed|permitted|necessary|required|"
    r"previously|thresholds?|usually|normally|expected)"
)

PLAIN = (
    kind(
        "suspicious",
        "there is something an attacker comes back by",
        r"scheduled (?:tasks?|jobs?)|cron ?jobs?|run keys?|launch (?:agents?|daemons?)|start-?up (?:items?|folders?)|"
        r"(?:mailbox|inbox|forwarding) rules?|registered (?:with)?in(?: the)?|"
        r"temp(?:orary)? (?:director\w+|folders?|paths?)|(?:user|world)-writable",
        weight=FAINT,
    ),
    kind(
        "suspicious",
        "something poses as what it is not",
        r"mimic\w*|impersonat\w+|masquerad\w+|spoof\w*|pretend\w*|disguis\w+|look-?alikes?|typosquat\w*|impostors?|"
        r"pos(?:es|ed|ing) as|approximation(?: of)?|(?:resembl\w+|closely match\w*|similar to)(?: \w+){0,2} "
        r"(?:legitimate|trusted|known|official|system|corporate)",
        weight=DECISIVE,
    ),
    kind(
        "suspicious",
        "something is known to be bad",
        rf"(?:known|recogni[sz]ed|previous\w*|confirmed|recent)(?: (?:to be|as|for|or|"
        rf"and))?(?: [\w-]+)?(?: or [\w-]+)? {_EVIL}",
        r"known (?:or|and) (?:categori[sz]ed|flagged|reported|listed|suspected) (?:as|to be)(?: [\w-]+)?",
        r"(?:known|believed|reported|suspected) to be(?: [\w-]+)? (?:malicious|bad|"
        r"associated with (?:malicious|threat|attack)\w*)",
        r"(?:linked|tied|connected|related|associated|attributed|correlat\w+)(?: [\w-]+)? (?:to|"
        r"with)(?: [\w-]+){0,3} "
        r"(?:malicious|threat|adversar\w+|attack\w*|malware|incidents?|campaigns?|compromise\w*|breach\w*)",
        r"known[- ]bad|reputation (?:\w+ )?(?:poor|bad|low|negative)",
        r"block[- ]?lists?|deny[- ]?lists?|black[- ]?list\w*|threat(?:[- ]intel\w*| feeds?| actors?| groups?)|"
        r"reputation (?:issue|problem)s?",
        r"(?:bad|poor|low|negative|malicious) reputations?|iocs?|indicators? of (?:compromise|attack)|ttps?",
    ),
    kind(
        "suspicious",
        "it departs from what is normal",
        r"(?:external|foreign|alien) to (?:the |our )?(?:[\w'’]+ )?(?:networks?|organi[sz]ation|company|firm|domain)",
        r"(?:we|nobody|no one) (?:do(?:es)? not|don['’]t|cannot) (?:know|recogni[sz]e)|nobody (?:knows|recogni[sz]es)",
        r"flood(?:s|ed|ing)?|bombard\w*|"
        r"(?:rather than|instead of) (?:from )?(?:the |our )?(?:corporate|company|office|internal)",
        r"deviat\w+|differs?|different from|discrepanc\w+|inconsisten\w+|mismatch\w*|contradict\w*|"
        r"irregular\w*|exceed\w*",
        rf"(?:more|less|fewer|\w+er)(?: [\w'’-]+){{0,4}} than(?: (?:the|is|was|its|their|his|her|what|any|"
        rf"it))*(?: \w+)? {_USUAL}",
        r"more(?: [\w'’-]+){0,4} than (?:what|it|they|is|was) ",
        rf"(?:above|beyond|over)(?: [\w'’]+){{0,2}} {_USUAL}",
        r"out of (?:place|character|the ordinary|hours|policy|scope|line|pattern|band)",
        r"(?:off|after|odd|unsocial|non-?business|non-?working)[- ](?:peak[- ])?(?:business |working |"
        r"office )?hours?",
        r"outside(?: of)?(?: [\w'’/-]+){0,4} (?:hours?|shifts?|windows?|polic\w+|patterns?|range|baselines?|"
        r"scope|network|country|organi[sz]ation|company|tenant|domain|team)",
        r"(?:does|do|did)(?: not|n['’]t) belong|(?:more|less|fewer)(?: [\w'’-]+){0,3} than",
        r"spik(?:es?|ed|ing)|surg(?:e|es|ed|ing)|bursts?|excessive\w*|abrupt\w*|(?:sudden|sharp|significant|"
        r"rapid|large|marked)\w*"
        r"(?: [\w-]+)? (?:increase|rise|growth|change|volume|succession|drop)s?",
        r"(?:increas\w+|ris(?:e|es|en|ing)|grow\w*|jump\w*)(?: (?:sharply|suddenly|significantly|rapidly))?",
        r"gaps?|extraordinar\w+|non-?standard|non-?corporate|unlike",
    ),
    kind(
        "suspicious",
        "something is out of the ordinary",
        r"(?:some|any)(?:body|one|thing) else|somewhere (?:new|else)|not (?:of )?ours|not our own|"
        r"unusual\w*|unexpected\w*|suspicious\w*|suspect(?:ed|s)?|suspicions?|anomal\w+|abnormal\w*|odd(?:ly)?|"
        r"strange\w*|"
        r"weird\w*|unfamiliar|atypical\w*|uncommon\w*|uncharacteristic\w*|unknown|unidentified|unexplained|"
        r"unexplainable|"
        r"unrecogni[sz]ed|risky?|untrusted|unverified|unsigned|self-signed|unapproved|unauthori[sz]ed\w*|"
        r"unsanctioned|"
        r"unplanned|unscheduled|undocumented|unregistered|unmanaged|unsolicited|unwanted|unauthenticated|unwarranted|"
        r"unprecedented|implausible|impossible|illegitimate|illegal\w*|illicit\w*|improper\w*|inappropriate\w*|"
        r"invalid|"
        r"non-?(?:administrative|administrators?|admins?|privileged|it)|low-privileged|"
        r"rar(?:e|ely)|seldom|expired|revoked|dormant|shadow it|questionable|dubious|notable",
    ),
    kind(
        "suspicious",
        "somebody did what was not theirs to do",
        r"(?:should|must|ought)(?: not|n['’]t| never| no longer)|shouldn['’]t|"
        r"without(?: [\w'’-]+){0,3} (?:consent|knowledge|"
        r"participation|involvement|interaction|initiation)|den(?:y|ies|ied)|refus\w+|disput\w+|"
        r"(?:had|has|have)? ?left the (?:company|organi[sz]ation)|former (?:employees?|staff|users?)|"
        r"no longer (?:employed|with)|"
        r"violat\w+|contraven\w+|breach(?:es|ed)? (?:of )?polic\w+|against polic\w+",
    ),
    kind(
        "suspicious",
        "there are signs of an attack",
        r"malicious\w*|malware|ransomware|trojan\w*|virus(?:es)?|worms?|rootkits?|spyware|phish\w*|vishing|"
        r"smishing|spam|"
        r"attack\w*|adversar\w+|threats?|hostile|rogue|intru\w+|hack\w*|scam\w*|fraud\w*|extort\w*|ransom|"
        r"exploit\w*|backdoors?|web ?shells?|payloads?|botnets?|beacon\w*|command[- ]and[- ]control|c2|c&c|"
        r"compromis\w+|breach\w*|infect\w*|leak\w*|stolen|theft|steal\w*|lost|sabotage\w*|smuggl\w*|contraband|"
        r"hijack\w*|"
        r"exfiltrat\w+|lateral\w*(?: movement)?|persistence|(?:privilege )?escalations?|escalat\w+|pivot\w*|"
        r"brute[- ]forc\w+|spray\w*|stuffing|enumerat\w+|reconnaissance|scann?(?:ing|ers?)|probing|probes?|"
        r"harvest\w*|scrap(?:ing|ers?)|crawl\w*|"
        r"dump(?:s|ed|ing)?|inject\w*|obfuscat\w+|encoded|tunnel\w*|redirect\w*|forwarding|anonymi[sz]\w+|"
        r"tor (?:exit )?nodes?|"
        r"tamper\w*|abus\w+|misus\w+|bypass\w*|evad\w+|evasion|circumvent\w*|conceal\w*|hidden|hid(?:e|ing)|"
        r"disposable|"
        r"coerc\w+|social engineering|urgen(?:t|cy)|dark ?web|vulnerab\w+|incidents?|indicators? (?:suggest|"
        r"point)\w*|impair\w*|"
        r"forg(?:ed|ing|ery)|counterfeit|fake[ds]?|falsif\w+|insider|collusion|side-?load\w*|hollow\w*|"
        r"mis-?configur\w+|weakness\w*",
    ),
    kind(
        "suspicious",
        "a safeguard or a trace was taken away",
        r"(?:been |was |were |is |are |get )?(?:disabled|switched off|turned off|deactivated|stopped(?! (?:by|"
        r"before))|cleared|"
        r"wiped|erased|deleted|purged|"
        r"removed|overwritten|killed|terminated|uninstalled|suppressed|truncated|altered|missing|missed|broken|"
        r"weakened)",
        r"fail open|disabl(?:e|ing)|delet(?:e|ing|ions?)|outages? of|disruptions?",
    ),
    kind(
        "suspicious",
        "it failed or was repeated",
        r"fail(?:ed|ures?|ing|s)?|lock-?outs?|unsuccessful\w*|denied|rejected|repeat(?:ed(?:ly)?|s|ing)?|"
        r"repetitive\w*",
    ),
)

FAINT_ONES = (
    kind(
        "suspicious",
        "it happens more than once or elsewhere",
        r"multiple|several|numerous|many|simultaneous\w*|concurrent\w*|widespread|coordinated|campaigns?|"
        r"spread\w*|elsewhere|"
        r"similar(?:ly)?|same|additional|further|(?:an)?other|second(?! factor)|subsequent\w*|follow-up|"
        r"follow(?:ed|ing)?|"
        r"repeat\w*|correlat\w+|accompan\w+|"
        r"coincid\w+|corroborat\w+|affected|impacted|high(?:er)?(?: [\w-]+)? (?:volumes?|rates?|numbers?|"
        r"frequency)|volumes?",
        weight=FAINT,
    ),
    kind(
        "suspicious",
        "somebody noticed or tried something",
        r"alerts?|alarms?|warnings?|detections?|detected|flagged|triggered|reported|reports?|complain\w*|"
        r"listed|observed|"
        r"attempt\w*|tr(?:y|ied|ying|ies) to|evidence|signs?|traces?|indications?|indicat\w+|suggest\w*|"
        r"signatures?|symptoms?",
        weight=FAINT,
    ),
    kind(
        "suspicious",
        "something is new or was changed",
        r"(?:within|in|during|over) the (?:last|past) (?:[\w-]+ )?(?:hours?|days?|weeks?|months?)",
        r"(?:for the )?first time|first (?:seen|observed)|new(?:ly)?|recent(?:ly)? (?:created|registered|added|"
        r"installed|modified|changed|granted)|"
        r"(?:creat(?:ed|ion)|modif(?:y|ied|ications?)|chang(?:ed|es)|add(?:ed|itions?)) (?:\w+ ){0,2}(?:to|in|"
        r"of|with)",
        r"modif\w+|changed|additions?",
        weight=FAINT,
    ),
    kind(
        "suspicious",
        "something worth protecting was touched",
        r"sensitive|confidential|critical|restricted|proprietary|classified|personal data|secrets?|"
        r"credentials?|passwords?|passphrases?|tokens?|"
        r"(?:extra|elevated|admin(?:istrative|istrator)?|additional|higher|limited|root|"
        r"system)(?: [\w-]+)? (?:rights?|privileges?|permissions?|access)|"
        r"privileged?|mfa prompts?",
        weight=FAINT,
    ),
    kind(
        "suspicious",
        "something an attacker does was done",
        r"outbound|external(?:ly)?|foreign|remote(?:ly)?|download\w*|upload\w*|execut\w+|launch\w*|spawn\w*|"
        r"scripts?|macros?|powershell|"
        r"cmdlets?|commands?|creat(?:ed?|es)|contact(?:ed|s)?|connect(?:ed|s)?(?= (?:to|with)\b)|transfer\w*|"
        r"copied|copy|archiv\w+|compress\w+|encrypt\w+|proxy|proxies|automated|tools?|child process\w*|"
        r"drop(?:ped|per)|attachments?|click(?:ed)?|opened|rules?|scheduled tasks?|moved|log-?ins?|log-?ons?",
        weight=FAINT,
    ),
)
"""They lean only where no plain word does: that it was tried again says less than that it was authorised."""
