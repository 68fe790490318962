"""Words that ask for what endpoints and domain controllers log (D14 to D16, D20, D21)."""

from __future__ import annotations

from casebook.playbooks.detector_rules.rule import decides, words
from casebook.playbooks.detector_rules.senses import DOUBTED

_DIRECTORY = words("directory services?|active directory|ldap|domain (?:users|groups|trusts|objects)")
_READS = words(
    r"enumerat\w+|quer(?:y|ies|ied|ying)|reads?|extract\w+|dump\w*|look-?ups?|search(?:es)?|discovery|reconnaissance|"
    r"harvest\w+|(?:data|bulk) access"
)
_DIRECTORY_TOOLS = words(
    r"adfind|bloodhound|sharphound|powerview|dsquery|ldapsearch|nltest|net1? (?:user|group|localgroup|view|accounts)|"
    r"get-ad(?:user|group|computer|domain)|(?:reconnaissance|discovery|enumeration) commands|"
    r"(?:account|user|group|domain)[- ](?:enumeration|discovery) (?:commands?|tools?|utilit\w+)"
)

_OUT_OF_PLACE = words(rf"{DOUBTED}|encoded|encoding|obfuscat\w+|base64|hidden|download\w*|reference\w*|injected")
_COMMAND_LINE = words(
    r"command[- ]lines?|(?:command|process|execution)[- ](?:arguments|parameters)|one-liners?|"
    r"(?:unusual|suspicious|malicious|non-standard|atypical|strange|odd) (?:arguments|parameters|switches)"
)
_OTHER_LINES = words(
    r"(?:request|url) parameters|query (?:parameters?|strings?)|http|sql|network device|archiv\w+|compress\w+"
)
_DISGUISED = words(
    r"encoded\w*|obfuscat\w+|base64|download cradles?|download(?:s|ing|ed)? (?:\w+ )?(?:content|payloads?|commands?)|"
    r"execution policy bypass|hidden windows?|memory-only"
)
_SHELLS = words(
    r"(?:powershell|cmd|python)(?:\.exe)?|pwsh|wscript|cscript|scripts?|shell|vbscript|javascript|jscript|commands?"
)
_IN_TRANSIT = words("http|dns|traffic|transmitted|network protocols?")
_BINARIES = words(
    r"(?:regsvr32|rundll32|mshta|certutil|bitsadmin|msiexec|cmstp|hh\.exe|regasm|regsvcs|installutil|wmic|mavinject|"
    r"verclsid|msbuild|odbcconf|forfiles|presentationhost|msxsl|wbemtool|control\.exe|pcalua|ieexec|dnscmd|esentutl)"
    r"(?:\.exe)?"
)
_BEFORE = rf"\b(?:following|after)(?: [\w']+){{0,2}} '?{_BINARIES}"
_NOT_RUN = words(r"archiv\w+|vulnerab\w+|terminat\w+")
_RUNS = words(
    r"execut\w+|invo(?:cation|k\w+)|launch\w*|run(?:s|ning)?|spawn\w*|usage|used?|called|connections?|communicat\w+"
)
_PARENTS = words(
    r"(?:microsoft )?(?:word|excel|powerpoint|outlook|office)|winword|documents?|attachments?|browsers?|web ?servers?|"
    r"w3wp|iis|apache|nginx|tomcat"
)
_BEGETS = (
    r"\bspawn\w*|\bchild process\w*|\binitiated from|\bsub-?process\w*|"
    r"\b(?:launch|start|run)\w* (?:a |an )?(?:shell|cmd|powershell|command|script|process)"
)
_INTERPRETERS = words(r"cmd|command[- ]?(?:line|prompt)?s?|shells?|powershell|scripts?|interpreters?|process(?:es)?")
_KINSHIP = words(
    r"(?:unexpected|unusual|suspicious|abnormal|anomalous) (?:parent|parent[- /]child|child)(?: and child)?[- ]"
    r"(?:process\w*|relationships?)"
)

_NEW = words(
    r"new|newly|unexpected|suspicious|unusual|unknown|unauthori[sz]ed|malicious|creat\w+|add(?:ed|ition)|register\w*|"
    r"install\w+|modif\w+"
)
_TASKS = words(
    r"scheduled tasks?|task scheduler|(?:windows|system) services?(?! requests?)|service (?:creation|installation)s?"
)
_REMOTELY = words(
    r"remote (?:service creation|process creation|command execution|executions)|psexec|wmiexec|smbexec|"
    r"(?:services?|process(?:es)?) (?:created|installed|started) remotely"
)

RULES = (
    decides("D14", _DIRECTORY, _READS, none_of=words("ldap injection|replication|logs?"), reach=45),
    decides("D14", _DIRECTORY_TOOLS, none_of=words("cloud")),
    decides(
        "D15",
        words("dcsync|directory replication|replication (?:rights?|requests?|privileges?|permissions?)|getncchanges"),
    ),
    decides(
        "D16",
        words(r"kerberoast\w*|rc4[\w -]{0,20}tickets?|(?:service|tgs) (?:tickets?|requests?)[\w ]{0,30} (?:rc4|spns?)"),
    ),
    decides(
        "D16",
        words(
            r"(?:unusual|many|large|excessive|multiple|spikes?|high|volumes?)[\w ]{0,30} (?:service|tgs)[- ]tickets?"
        ),
    ),
    decides("D20", _COMMAND_LINE, _OUT_OF_PLACE, none_of=_OTHER_LINES),
    decides("D20", _DISGUISED, _SHELLS, none_of=_IN_TRANSIT, reach=30),
    decides("D20", _BINARIES, _RUNS, none_of=rf"{_BEFORE}|{_NOT_RUN}", reach=45),
    decides("D20", _PARENTS, _BEGETS, _INTERPRETERS, reach=45),
    decides("D20", _KINSHIP),
    decides("D20", words("lolbins?|living[- ]off[- ]the[- ]land|download cradles?|web ?shells?|reverse shells?")),
    decides("D21", _TASKS, _NEW, none_of=words(r"disabl\w+|stopp\w+|launchctl|plist|macos|cloud"), reach=35),
    decides(
        "D21",
        words("new(?:ly)? (?:created |installed |registered )?services?(?! (?:requests?|accounts?|providers?))"),
        none_of=words(r"cloud|online|web services?|subscri\w+"),
    ),
    decides("D21", _REMOTELY),
)
