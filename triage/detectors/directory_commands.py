"""Commands that list accounts, groups and machines, as D14 knows them, and commands by which somebody looks around."""

from __future__ import annotations

from typing import Final

from triage.detectors.commands import Pattern

_NET: Final = r"\bnet1?(?:\.exe)?\s+"
_CHANGES: Final = r"\s/(?:add|del|delete|active|expires|passwordreq|passwordchg|times|random|comment)\b"
"""What makes of a listing a change, which is D17's to judge."""

PATTERNS: Final = (
    Pattern(
        "a tool that maps the directory",
        "T1087.002",
        "Sigma: the HackTool rules; ATT&CK S0521 BloodHound, S0552 AdFind",
        says=(
            r"\b(?:sharphound|bloodhound|azurehound|rusthound|adfind|adrecon|pingcastle|ldapdomaindump|windapsearch|"
            r"adexplorer\w*|kerbrute|enum4linux\w*|adidnsdump)\b|\s--?collectionmethods?\s",
        ),
    ),
    Pattern(
        "PowerView",
        "T1087.002",
        "ATT&CK S0378; PowerSploit's own names",
        says=(
            r"\bget-(?:net|domain)(?:user|group|groupmember|computer|controller|domaincontroller|trust|forest|ou|gpo|site|"
            r"subnet|policy|objectacl|sid|spnticket|localgroup|localgroupmember|loggedon|session)\b|"
            r"\binvoke-(?:userhunter|aclscanner|sharefinder|mapdomaintrust|findlocaladminaccess)\b|\bfind-domain\w+",
        ),
    ),
    Pattern(
        "dsquery",
        "T1087.002",
        "ATT&CK S0105",
        says=(r"\bds(?:query|get)(?:\.exe)?\s",),
    ),
    Pattern(
        "net … /domain",
        "T1087.002",
        "ATT&CK S0039",
        says=(_NET + r"(?:user|users|group|groups|localgroup|accounts|view)\b.*\s/do(?:m|ma|mai|main)?\b",),
        unless=_CHANGES,
    ),
    Pattern(
        "nltest",
        "T1482",
        "ATT&CK S0359",
        says=(r"\bnltest(?:\.exe)?\s.*/(?:dclist|domain_trusts|trusted_domains|all_trusts|dsgetdc|parentdomain|user)",),
    ),
    Pattern(
        "wmic listing accounts",
        "T1087",
        "LOLBAS: Wmic.exe; ATT&CK T1087",
        says=(r"\bwmic(?:\.exe)?\s.*\b(?:useraccount|group|sysaccount|ntdomain|netlogin)\b",),
        unless=r"\b(?:rename|set|call)\b",
    ),
    Pattern(
        "PowerShell reading the directory",
        "T1087.002",
        "ATT&CK T1087.002",
        says=(
            r"\bget-ad(?:user|group|groupmember|computer|object|domain|domaincontroller|forest|trust|organizationalunit|"
            r"principalgroupmembership|defaultdomainpasswordpolicy)\b|directoryservices\.|\badsisearcher\b|\[adsi\]",
        ),
    ),
    Pattern(
        "export of the directory",
        "T1087.002",
        "ATT&CK T1087.002",
        says=(r"\b(?:csvde|ldifde)(?:\.exe)?\s.*\s?-f\b|\bldapsearch\s|\bldp\.exe\b",),
        unless=r"\s-i\b",
    ),
    Pattern(
        "rpcclient listing accounts",
        "T1087.002",
        "ATT&CK T1087.002",
        says=(r"\brpcclient\b.*\b(?:enumdom|querydisp|lookupnames|queryuser)|\bnet\s+rpc\s+(?:user|group)",),
    ),
    Pattern(
        "net listing local accounts",
        "T1087.001",
        "ATT&CK S0039",
        says=(_NET + r"(?:user|users|localgroup|group|groups|accounts)\b",),
        unless=_CHANGES,
        strong=False,
    ),
    Pattern(
        "PowerShell listing local accounts",
        "T1087.001",
        "ATT&CK T1087.001",
        says=(r"\bget-local(?:user|group|groupmember)\b",),
        strong=False,
    ),
    Pattern(
        "account database read",
        "T1087.001",
        "ATT&CK T1087.001",
        says=(r"\bgetent\s+(?:passwd|group|shadow)\b|\b(?:cat|less|more|head)\s+/etc/(?:passwd|group|shadow)\b",),
        strong=False,
    ),
)
"""A listing of the directory is strong. One of a machine's own accounts is a listing too, and daily work."""

LOOKING_AROUND: Final = (
    r"(?:^|[\\/\s&|;])(whoami|systeminfo|hostname|ipconfig|ifconfig|tasklist|netstat|nbtstat|arp|nslookup|quser|qwinsta|"
    r"qprocess|query\s+(?:user|session)|route\s+print|gpresult|klist|cmdkey|nltest|dsquery|adfind|"
    r"net1?(?:\.exe)?\s+(?:user|group|localgroup|accounts|view|share|session|start|time|config|use)|"
    r"wmic\s+\w+|uname|lastlog|getent)(?:\.exe)?(?:\s|$)"
)
"""What is typed to learn where one is (Sigma and others count the like): its first group names the command."""
