"""The words by which a question leans towards a harmless explanation. An earlier kind has the words two could read."""

from __future__ import annotations

from casebook.playbooks.polarity_kinds import DECISIVE, FAINT, kind

_GOOD = (
    r"(?:legitimate|valid|documented|justified|justifiable|known|business|innocent|harmless|good|benign|operational|"
    r"acceptable|plausible|administrative|approved|reasonable|legit)"
)

EXPLAINS = (
    kind(
        "benign",
        "there is a harmless explanation",
        r"(?:could|can|might|may|would|will|that|which)(?: (?!not |never |no |cannot )[\w'’-]+){0,6}? (?:explain|"
        r"account for|justify|"
        r"legitimi[sz]e)",
        r"(?:explained|accounted for|justified|caused) by",
        rf"{_GOOD}(?:,? (?:or |and )?[\w-]+){{0,2}} "
        r"(?:reasons?|needs?|purposes?|justifications?|use cases?|requirements?|explanations?|causes?)",
        r"false[- ]positives?",
        r"(?:due to|because of|result of|caused by|related to|part of) (?:an? |the )?(?:\w+ )?"
        r"(?:known|planned|scheduled|routine|regular|approved|maintenance|test\w*|update|upgrade|patch\w*|change)",
        r"(?:be )?(?:ruled out|excluded)",
        r"business (?:justification|need|reason)",
        weight=DECISIVE,
    ),
    kind(
        "benign",
        "it is our own",
        r"(?<!not )one of (?:ours|our own)|(?<!not )belong\w* to us",
        weight=DECISIVE,
    ),
    kind(
        "benign",
        "it is a test of our own",
        r"(?:vulnerability|security|port|network|compliance) (?:scanners?|scans?|assessments?)",
        r"(?:our|own|internal|approved|corporate) (?:\w+ )?(?:scanners?|scans?)|pen(?:etration)?[- ]?test\w*|"
        r"red[- ]team\w*",
    ),
)

PLAIN = (
    kind(
        "benign",
        "it is in order",
        r"authori[sz](?:ed|ation)|approv(?:ed|e(?! an? )|al)|permi(?:tted|ts?)|permission (?:to|for|from)|allowed|"
        r"allow[- ]?list\w*|"
        r"white[- ]?list\w*|"
        r"sanctioned|legitima(?:te(?:ly)?|cy)|licen[cs]ed|entitled|eligible|trusted|trustworthy|reputable|"
        r"verified|validated|"
        r"certified|registered(?! (?:around|at|on|within|in the|recently|during|after|before)\b)|"
        r"valid(?:ly)?|intact|genuine\w*|authentic|benign|harmless|innocent\w*|(?:deemed|"
        r"considered|known|found|be) safe|clean|"
        r"accident\w*|by mistake|mistakes?|human error|user error|complian(?:t|ce)|comply|complies|compensat\w+",
        r"(?:change|support|help ?desk|maintenance|it|work)[- ](?:tickets?|requests?|orders?|records?|"
        r"windows?)",
        r"(?<!golden )(?<!silver )(?<!service )(?<!kerberos )ticket",
        r"(?:has|have|had) (?:the )?(?:rights?|need|authority|clearance)",
        r"(?:role|job|position|dut(?:y|ies)|function|responsibilit(?:y|ies))(?: \w+){0,2} (?:require|need|"
        r"include|involve|cover|justify)\w*",
        r"(?:require|need)(?:s|d|ed)? (?:\w+ )?(?:for|by|as part of) (?:\w+ )?(?:role|job|dut(?:y|ies)|work|"
        r"function)",
        r"belong\w* to(?: [\w'’-]+)?|owned by(?: (?:the|our))?|managed(?: by)?|operated by",
        r"(?:member|employee|part) of (?:the |an? |their |his |her |its )?(?:[\w'’]+ ){0,2}(?:jobs?|roles?|"
        r"duties|work|functions?|teams?|groups?|staff|department|company|organi[sz]ation|(?-i:IT))",
        r"(?:an? |the )?(?:it|system|network|domain|security) (?:administrators?|admins?|staff|personnel)",
    ),
    kind(
        "benign",
        "a safeguard held",
        r"(?:mfa|2fa|(?:multi|two)-factor(?: authentication)?|second factors?|logging|protections?|secure boot|edr|"
        r"anti-?virus|"
        r"firewalls?|controls?)"
        r"(?: [\w'’-]+){0,4} (?:enabled|completed|satisfied|passed|enforced|in place|active|required|used|"
        r"successful|working|running)",
        r"(?:protected|secured|covered) (?:by|with)",
        r"pass(?:es|ed)? (?:the |all |its )?(?:spf|dkim|dmarc|checks?|validation|verification|authentication|scans?)",
    ),
    kind(
        "benign",
        "it comes from our own",
        r"(?:corporate|company|office|managed|enterprise|our own)(?:[- ](?:owned|issued|managed))? (?:\w+ )?"
        r"(?:vpns?|prox(?:y|ies)|networks?|ranges?|devices?|laptops?|workstations?|hosts?|ips?|addresses|"
        r"subnets?|accounts?|systems?)",
        r"by (?:the |an? |our |your )?(?:\w+ )?(?:(?-i:IT)|admins?|administrators?|help ?desk|service desk|security|"
        r"automation)(?: (?:team|department|staff|personnel))?|business[- ]related",
        r"(?:currently |still )?(?:at work|on (?:shift|duty|call)|in the office|working|employed)",
        r"(?:within|during|in)(?: [\w'’-]+){0,2} (?:business|working|office|normal|core) hours",
    ),
    kind(
        "benign",
        "somebody stands by it",
        r"confirm(?:ed|s)?|acknowledg\w+|aware|vouch\w*|recogni[sz](?:ed?|es|able|ing)|attest\w*|"
        r"expect(?:ed(?:ly)?|s|ing)?|"
        r"explain(?:ed|s)?|explanation|justifi\w+|identif(?:ied|y) (?:itself|himself|themselves)|claimed",
    ),
    kind(
        "benign",
        "it was planned",
        r"scheduled?|planned|pre-?arranged|announced|documented|on record|recorded (?:order|change|request)|"
        r"records? of|"
        r"maintenance|exercises?|drills?|simulat\w+|"
        r"change (?:control|management|windows?)|"
        r"on (?:holiday|leave|vacation|business)|travel(?:l?ing|s|led)?|"
        r"known (?:\w+ )?(?:fault|issue|problem|bug|outage)s?",
    ),
    kind(
        "benign",
        "it is what is normal",
        r"usual(?:ly)?|normal(?:ly)?|typical(?:ly)?|customar(?:y|ily)|ordinar(?:y|ily)|common(?:ly)?|"
        r"routine(?:ly)?|regular(?:ly)?|"
        r"frequent(?:ly)?|standard|habitual(?:ly)?|always|every day|daily|familiar|well-known|baselines?|day-to-day",
        r"consistent(?: with)?|in line with|in keeping with|in accordance with|"
        r"within(?: [\w'’]+){0,3} (?:range|limits?|bounds|hours|policy|scope)",
        r"histor(?:y|ical(?:ly)?)(?: (?:pattern|record|use))?(?: of)?|known(?:[- ]good)?(?! to (?:be|have)\b)|"
        r"known to (?:be|have)",
    ),
)

FAINT_ONES = (
    kind(
        "benign",
        "it fits what it should fit",
        r"match(?:es|ed|ing)?|align(?:s|ed|ing)?|correspond\w*|follow(?:s)?(?= (?:the|its|his|her|their|a|an|"
        r"any|expected|normal|standard|our)\b)|"
        r"conform\w*|adher\w+|fit(?:s|ting)?|agree(?:s|d)?|traceable|traced(?: back)? to|resemble",
        r"blocked|quarantined|prevented|contained|mitigated|stopped (?:by|before)|fully patched|"
        r"up[- ]to[- ]date|patched|"
        r"(?:digitally |properly |code[- ])?signed(?! (?:in|into|on|up|out)\b)|vpns?|internal(?:ly)?|roll-?outs?|"
        r"migrations?|back-?ups?|audits?|"
        r"(?:the |our )(?:organi[sz]ation|company|firm)['’]s",
        weight=FAINT,
    ),
    kind(
        "benign",
        "it is no news",
        r"(?:seen|observed|used|called|accessed|visited|happened|occurred|done|contacted|connected|logged in|"
        r"known|executed|run|been)"
        r"(?: [\w'’-]+){0,4} (?:before|previously|in the past)|(?:prior|previous) (?:history|communication|use|"
        r"approval|knowledge)",
        r"(?:software |system |application |windows |recent )?(?:updates?|upgrades?|patch(?:es|ing)?|deployments?)",
        weight=FAINT,
    ),
)
