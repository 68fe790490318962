"""Process starts that make a service or a task, or show a program begun from another machine, as D21 knows them.

The strong ones come first. Making a service or a task is a hint by itself: what it runs, or whence, makes it strong.
"""

from __future__ import annotations

from typing import Final

from triage.detectors.command_patterns import SHELLS
from triage.detectors.commands import Pattern

RUNS_SHELL: Final = (
    r"(?:^|[\\/\s'=])(?:cmd|powershell|pwsh|wscript|cscript|mshta|rundll32|regsvr32|bash|sh)(?:\.exe)?(?:\s|'|$)|"
    r"%comspec%"
)
LIES_WRITABLE: Final = (
    r"\\users\\|\\windows\\(?:temp|tasks|tracing|debug)\\|[a-z]:\\temp\\|%(?:local)?appdata%|%temp%|\\perflogs\\|"
    r"\\\$recycle\.bin\\|\\programdata\\[^\\\s]+\.(?:exe|dll|bat|ps1|vbs|js)|\\\\(?:127\.0\.0\.1|localhost)\\|/tmp/|/dev/shm/|"
    r"/var/tmp/"
)
"""Where anybody may write; a share of the machine's own is how remote execution tools call themselves."""
SUSPICIOUS: Final = f"{RUNS_SHELL}|{LIES_WRITABLE}"
REMOTE_TOOLS: Final = r"\b(?:psexesvc|paexec|csexecsvc|remcomsvc|winexesvc|btobto|psexec)\b"
"""Services that remote execution tools install under their own names."""

_DISTANT: Final = r"\\\\[^\s\\?.][^\s\\]*"
"""``\\\\host``, but not ``\\\\?\\`` or ``\\\\.\\``, which are paths on the machine itself."""

BEGUN_ELSEWHERE: Final = (
    Pattern(
        "PowerShell remoting",
        "T1021.006",
        "ATT&CK T1021.006",
        program=frozenset({"wsmprovhost"}),
    ),
    Pattern(
        "remote shell (WinRM)",
        "T1021.006",
        "ATT&CK T1021.006",
        program=frozenset({"winrshost"}),
    ),
    Pattern(
        "PowerShell remoting",
        "T1021.006",
        "ATT&CK T1021.006",
        parent=frozenset({"wsmprovhost", "winrshost"}),
        program=SHELLS | {"whoami", "net", "net1", "ipconfig", "systeminfo", "hostname", "nltest", "rundll32", "reg"},
    ),
    Pattern(
        "a shell started through WMI",
        "T1047",
        "ATT&CK T1047",
        program=SHELLS | {"rundll32", "regsvr32"},
        parent=frozenset({"wmiprvse", "scrcons"}),
    ),
    Pattern(
        "a remote execution service",
        "T1569.002",
        "Sigma: the PsExec rules; ATT&CK S0029",
        program=frozenset({"psexesvc", "paexec", "csexecsvc", "remcomsvc", "winexesvc"}),
    ),
    Pattern(
        "a program of a remote execution service",
        "T1569.002",
        "ATT&CK S0029",
        parent=frozenset({"psexesvc", "paexec", "csexecsvc", "remcomsvc", "winexesvc"}),
    ),
    Pattern(
        "a shell started through DCOM",
        "T1021.003",
        "ATT&CK T1021.003",
        program=frozenset({"cmd", "powershell", "pwsh", "mshta", "wscript", "cscript"}),
        parent=frozenset({"mmc", "dllhost"}),
    ),
    Pattern(
        "command sent to another machine",
        "T1569.002",
        "ATT&CK S0029, T1047, T1021.006",
        says=(
            rf"(?s)\b(?:psexec(?:64)?|paexec|csexec)(?:\.exe)?\s.*{_DISTANT}|\bwmic(?:\.exe)?\s.*/node:.*\bprocess\s+call\s+create|"
            r"\bwinrs(?:\.exe)?\s.*[-/](?:r|remote):|\b(?:wmiexec|smbexec|atexec|dcomexec|psexec)\.py\b|"
            r"\b(?:invoke-command|enter-pssession|new-pssession)\b.*\s-(?:computername|cn|hostname|connectionuri)\b|"
            r"\binvoke-(?:wmimethod|cimmethod)\b.*\s-(?:computername|cn)\b|mmc20\.application|"
            r"\binvoke-(?:wmiexec|smbexec|psexec|dcom)\b",
        ),
    ),
    Pattern(
        "service or task made on another machine",
        "T1543.003",
        "LOLBAS: Sc.exe, Schtasks.exe; ATT&CK T1053.005",
        says=(
            rf"(?s)\bsc(?:\.exe)?\s+{_DISTANT}\s+(?:create|config|start)\b|\bat(?:\.exe)?\s+{_DISTANT}\s|"
            r"\bschtasks(?:\.exe)?\s.*/create.*\s/s\s|\bschtasks(?:\.exe)?\s.*\s/s\s.*/(?:create|run)\b",
        ),
    ),
)
"""Both ends of it: the command that sends, and the program that arrives."""

MADE_HERE: Final = (
    Pattern(
        "a shell started by a service",
        "T1569.002",
        "ATT&CK T1569.002",
        program=SHELLS | {"rundll32"},
        parent=frozenset({"services"}),
    ),
    Pattern(
        "service or task made that runs a shell or lies in a writable folder",
        "T1053.005",
        "LOLBAS: Sc.exe, Schtasks.exe; ATT&CK T1543.003",
        says=(
            r"(?s)\bsc(?:\.exe)?\s+create\s.*binpath|\bschtasks(?:\.exe)?\s.*/(?:create|change)\b.*/tr\s|"
            r"\bnew-service\b|\bset-service\b|(?:new|register)-scheduledtask(?:action)?\b",
            rf"(?s)(?:binpath=?|/tr|-binarypathname|-execute|-argument).*?(?:{SUSPICIOUS})",
        ),
    ),
    Pattern(
        "service or task made",
        "T1053.005",
        "LOLBAS: Sc.exe, Schtasks.exe; ATT&CK T1543.003",
        says=(
            r"(?s)\bsc(?:\.exe)?\s+create\s|\bschtasks(?:\.exe)?\s.*/create\b|\bnew-service\b|register-scheduledtask\b|"
            r"\bsystemctl\s+(?:\S+\s+)*?(?:enable|link)\b|\bcrontab\s+(?:-e|-u\s|[^-\s])|(?:^|/)at\s+(?:now|\d|-f)|"
            r"\b(?:tee|cp|mv|install|nano|vi|vim)\s.*/etc/(?:systemd/system|cron)",
        ),
        unless=r"\bcrontab\s.*-l\b",
        strong=False,
    ),
)

PATTERNS: Final = (*BEGUN_ELSEWHERE, *MADE_HERE)
