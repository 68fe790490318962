"""The commands that D20 knows: how attackers are seen to run code on a machine. Kept small; each says its source.

The strong ones come first, since a command is told by the first pattern that it meets.
"""

from __future__ import annotations

from typing import Final

from triage.detectors.commands import Pattern

SHELLS: Final = frozenset({"cmd", "powershell", "powershell_ise", "pwsh", "wscript", "cscript", "mshta", "bash", "sh"})
PROXIES: Final = frozenset(
    {"regsvr32", "rundll32", "certutil", "bitsadmin", "wmic", "msbuild", "installutil", "schtasks", "msiexec", "curl"}
)
LOOKERS: Final = frozenset({"whoami", "net", "net1", "ipconfig", "systeminfo", "hostname", "nltest", "tasklist", "id"})
UNIX_SHELLS: Final = frozenset({"dash", "zsh", "ksh", "python", "python3", "perl", "nc", "ncat"})
OFFICE: Final = frozenset(
    {"winword", "excel", "powerpnt", "outlook", "onenote", "msaccess", "mspub", "visio", "eqnedt32", "wordpad"}
)
WEB_SERVERS: Final = frozenset(
    {"w3wp", "httpd", "apache", "apache2", "nginx", "php-cgi", "php-fpm", "php", "caddy", "lighttpd"}
    | {f"tomcat{version}" for version in ("", 7, 8, 9, 10, 11)}
)
ATTACK_TOOLS: Final = frozenset(
    {"mimikatz", "rubeus", "sharphound", "purplesharp", "seatbelt", "lazagne", "sharpup", "winpeas", "linpeas"}
    | {"safetykatz", "certify", "certipy", "nanodump", "sharpview", "crackmapexec", "netexec", "chisel", "ligolo"}
    | {"inveigh", "kerbrute", "responder", "winpeasx64", "winpeasx86", "pypykatz", "secretsdump", "snaffler"}
)
DROPPED: Final = (
    r"\\users\\[^\\]+\\(?:downloads|appdata\\local\\temp)\\|\\users\\public\\|\\temp\\|\\perflogs\\|\\\$recycle\.bin\\|"
    r"^(?:/tmp/|/dev/shm/|/var/tmp/)"
)
"""Folders into which things are downloaded or unpacked."""

_URL = r"(?:https?|ftp)://"
_POWERSHELL = r"(?s)(?:powershell|pwsh).*"

PATTERNS: Final = (
    Pattern(
        "a shell started by an Office program",
        "T1204.002",
        "Sigma: Suspicious Microsoft Office Child Process",
        program=SHELLS | PROXIES,
        parent=OFFICE,
    ),
    Pattern(
        "a shell started by a web server",
        "T1505.003",
        "Sigma: Suspicious Process By Web Server Process",
        program=SHELLS | LOOKERS | UNIX_SHELLS | {"certutil", "bitsadmin"},
        parent=WEB_SERVERS,
    ),
    Pattern(
        "a shell started by a database server",
        "T1190",
        "Sigma: Suspicious Child Process Of SQL Server",
        program=SHELLS | LOOKERS | {"certutil", "bitsadmin"},
        parent=frozenset({"sqlservr", "mysqld", "oracle"}),
    ),
    Pattern("an attack tool", "T1588.002", "Sigma: the HackTool rules", program=ATTACK_TOOLS),
    Pattern(
        "a credential thief's command",
        "T1003",
        "ATT&CK S0002 Mimikatz",
        says=(r"sekurlsa::|lsadump::|kerberos::(?:golden|ptt|list|ask)|privilege::debug|invoke-mimikatz",),
    ),
    Pattern(
        "memory of the logon process dumped",
        "T1003.001",
        "LOLBAS: Comsvcs.dll; ATT&CK T1003.001",
        says=(r"(?s)comsvcs.*(?:minidump|#\+?24|full)|(?:procdump\S*|dumpert|createdump)\s.*lsass",),
    ),
    Pattern(
        "password store copied",
        "T1003.002",
        "LOLBAS: Reg.exe, Ntdsutil.exe, Esentutl.exe",
        says=(
            r"(?s)\breg(?:\.exe)?\s+(?:save|export)\s+(?:hklm|hkey_local_machine)\\(?:sam|security|system)\b|"
            r"ntdsutil.*(?:\bifm\b|create full)|esentutl.*ntds\.dit",
        ),
    ),
    Pattern(
        "encoded PowerShell",
        "T1059.001",
        "Sigma: Suspicious Encoded PowerShell Command Line",
        says=(_POWERSHELL + r"\s[-/–—]e(?:c|n[a-z]{0,13})?\s+'?[a-z0-9+/=]{16,}",),
    ),
    Pattern(
        "download run in memory",
        "T1059.001",
        "Sigma: PowerShell Download and Execution Cradles",
        says=(
            r"downloadstring|downloaddata|downloadfile|net\.webclient|invoke-webrequest|invoke-restmethod|"
            r"\b(?:iwr|irm|wget|curl)\b",
            r"\biex\b|invoke-expression|\[scriptblock\]::create|reflection\.assembly|downloadstring|downloaddata",
        ),
    ),
    Pattern(
        "code decoded and run",
        "T1027",
        "ATT&CK T1027, T1140",
        says=(
            r"frombase64string|base64\s+(?:-d|--decode)\b",
            r"\biex\b|invoke-expression|reflection\.assembly|memorystream|\]::load\(|\|\s*(?:sudo\s+)?\w{0,3}sh\b|\beval\b",
        ),
    ),
    Pattern(
        "script scanning switched off",
        "T1562.001",
        "ATT&CK T1562.001",
        says=(r"(?s)amsiutils|amsiinitfailed|amsiscanbuffer|(?:set|add)-mppreference.*(?:disable|exclusion)",),
    ),
    Pattern(
        "script fetched by mshta",
        "T1218.005",
        "LOLBAS: Mshta.exe",
        says=(rf"(?s)\bmshta.*(?:{_URL}|javascript:|vbscript:)",),
    ),
    Pattern(
        "script fetched by regsvr32",
        "T1218.010",
        "LOLBAS: Regsvr32.exe",
        says=(rf"(?s)\bregsvr32.*(?:{_URL}|scrobj)",),
    ),
    Pattern(
        "script run by rundll32",
        "T1218.011",
        "LOLBAS: Rundll32.exe",
        says=(rf"(?s)\brundll32.*(?:{_URL}|javascript:|vbscript:|\\\\[^\\\s]+\\[^\s]+\.dll)",),
    ),
    Pattern(
        "download by certutil",
        "T1105",
        "LOLBAS: Certutil.exe",
        says=(rf"(?s)\bcertutil.*(?:urlcache|verifyctl|{_URL})",),
    ),
    Pattern(
        "download by bitsadmin",
        "T1197",
        "LOLBAS: Bitsadmin.exe",
        says=(rf"(?s)\bbitsadmin.*(?:/transfer|/addfile).*{_URL}",),
    ),
    Pattern(
        "package installed from the web",
        "T1218.007",
        "LOLBAS: Msiexec.exe",
        says=(rf"(?s)\bmsiexec.*{_URL}",),
    ),
    Pattern(
        "program started through WMI",
        "T1047",
        "LOLBAS: Wmic.exe",
        says=(rf"(?s)\bwmic.*(?:process\s+call\s+create|/format:\s*\S*(?:{_URL}|\\\\|\.xsl))",),
    ),
    Pattern(
        "system program given a web address",
        "T1218",
        "LOLBAS: Cmstp.exe, Installutil.exe, Msbuild.exe, Hh.exe, Ieexec.exe, MpCmdRun.exe and others",
        says=(
            r"(?s)\b(?:cmstp|installutil|msbuild|hh|ieexec|presentationhost|msxsl|odbcconf|regasm|regsvcs|certoc|certreq|"
            rf"desktopimgdownldr|mpcmdrun|esentutl|findstr)(?:\.exe)?\s.*{_URL}",
        ),
    ),
    Pattern(
        "code put into another process",
        "T1218.013",
        "LOLBAS: Mavinject.exe",
        says=(r"(?s)\bmavinject.*/injectrunning",),
    ),
    Pattern(
        "backups deleted",
        "T1490",
        "ATT&CK T1490",
        says=(
            r"(?s)vssadmin.*(?:delete\s+shadows|resize\s+shadowstorage)|shadowcopy.*delete|"
            r"wbadmin.*delete\s+(?:catalog|backup|systemstatebackup)|bcdedit.*recoveryenabled\s+no",
        ),
    ),
    Pattern(
        "event log cleared",
        "T1070.001",
        "ATT&CK T1070.001",
        says=(r"(?s)wevtutil(?:\.exe)?\s+(?:cl|clear-log)\b|clear-eventlog|remove-eventlog",),
    ),
    Pattern(
        "download piped into a shell",
        "T1105",
        "GTFOBins: curl, wget",
        says=(
            r"\b(?:curl|wget|fetch)\b[^|]*\|\s*(?:sudo\s+)?(?:ba|z|da|k)?sh\b|\b(?:ba|z|da|k)?sh\s+<\(\s*(?:curl|wget)",
        ),
    ),
    Pattern(
        "reverse shell",
        "T1059.004",
        "GTFOBins: reverse shells",
        says=(
            r"(?s)/dev/(?:tcp|udp)/|\b(?:nc|ncat|netcat)\b.*\s-(?:e|c)\s|socat.*exec:|"
            r"(?:python|perl|ruby|php)\S*\s+-[a-z]*[cer]\s.*socket.*(?:dup2|/bin/|exec|subprocess|pty)",
        ),
    ),
    Pattern(
        "PowerShell without a window",
        "T1564.003",
        "ATT&CK T1564.003",
        says=(_POWERSHELL + r"\s[-/–—]w(?:in[a-z]*)?\s+(?:hid[a-z]*|1)\b",),
        strong=False,
    ),
    Pattern(
        "command started by another program on its behalf",
        "T1202",
        "LOLBAS: Forfiles.exe, Pcalua.exe",
        says=(r"(?s)\bforfiles.*/c\s.*(?:cmd|powershell|\.exe)|\bpcalua.*\s-a\s|\bscriptrunner.*-appvscript",),
        strong=False,
    ),
    Pattern(
        "script from a download or temporary folder",
        "T1059.005",
        "ATT&CK T1059.005",
        says=(r"(?s)\b(?:wscript|cscript|mshta)\b.*(?:\\downloads\\|\\temp\\|\\appdata\\|\\public\\)",),
        strong=False,
    ),
    Pattern(
        "program file downloaded",
        "T1105",
        "LOLBAS: curl; ATT&CK T1105",
        says=(
            r"(?s)(?:\b(?:curl|wget|iwr)\b|invoke-webrequest|start-bitstransfer|downloadfile).*"
            r"\.(?:exe|dll|ps1|bat|hta|vbs|scr|sh|elf)\b",
        ),
        strong=False,
    ),
    Pattern(
        "file in a temporary folder made runnable",
        "T1222.002",
        "ATT&CK T1222.002",
        says=(r"(?s)\bchmod\s.*(?:/tmp/|/dev/shm/|/var/tmp/)",),
        strong=False,
    ),
    Pattern(
        "program in a download or temporary folder",
        "T1204.002",
        "Sigma: Process Execution From A Potentially Suspicious Folder",
        image=DROPPED,
        strong=False,
    ),
)
