"""D21: services and tasks by what they run, programs begun from another machine, and what came over a share."""

from __future__ import annotations

from typing import Any

import pytest

from tests.logs import parsed
from tests.triage.detectors.conftest import located_frame
from tests.triage.detectors.windows_log import HOST, log, record, service, shared, started, sysmon, task
from tests.triage.events.reading_formats import read
from tests.triage.events.records import splunk
from triage.detectors.protocol import Scope
from triage.detectors.remote_patterns import PATTERNS

STARTS = [
    ("PowerShell remoting", "wsmprovhost.exe -Embedding", "wsmprovhost.exe", "svchost.exe"),
    ("PowerShell remoting", "powershell.exe", "powershell.exe", "wsmprovhost.exe"),
    ("remote shell (WinRM)", "winrshost.exe -Embedding", "winrshost.exe", "svchost.exe"),
    ("a shell started through WMI", "cmd.exe /Q /c dir 1> \\\\127.0.0.1\\ADMIN$\\__1", "cmd.exe", "WmiPrvSE.exe"),
    ("a remote execution service", "C:\\Windows\\PSEXESVC.exe", "PSEXESVC.exe", "services.exe"),
    ("a program of a remote execution service", "calc.exe", "calc.exe", "PSEXESVC.exe"),
    ("a shell started by a service", "cmd.exe /c x", "cmd.exe", "services.exe"),
    ("a shell started through DCOM", "cmd.exe /c x", "cmd.exe", "mmc.exe"),
    ("command sent to another machine", "PsExec64.exe -accepteula \\\\ws-9 cmd", "PsExec64.exe", "cmd.exe"),
    ("command sent to another machine", "wmic /node:ws-9 process call create calc", "wmic.exe", "cmd.exe"),
    ("command sent to another machine", "winrs -r:ws-9 whoami", "winrs.exe", "cmd.exe"),
    ("command sent to another machine", "powershell Invoke-Command -ComputerName ws-9 {1}", "powershell.exe", ""),
    ("command sent to another machine", "python3 wmiexec.py corp/ada@192.0.2.9", "python3", ""),
    ("service or task made on another machine", "sc.exe \\\\ws-9 create u binpath= c:\\u.exe", "sc.exe", "cmd.exe"),
    ("service or task made on another machine", "schtasks /create /s ws-9 /tn u /tr c:\\u.exe", "schtasks.exe", ""),
    (
        "service or task made that runs a shell or lies in a writable folder",
        'sc create u binpath= "cmd.exe /c whoami"',
        "sc.exe",
        "cmd.exe",
    ),
    (
        "service or task made that runs a shell or lies in a writable folder",
        "schtasks /create /tn u /tr C:\\Users\\Public\\u.exe /sc minute",
        "schtasks.exe",
        "",
    ),
    (
        "service or task made that runs a shell or lies in a writable folder",
        "powershell New-ScheduledTaskAction -Execute powershell.exe -Argument x",
        "powershell.exe",
        "",
    ),
]
HINTS = [
    ("service or task made", 'schtasks /create /tn u /tr "C:\\Program Files\\U\\u.exe"', "schtasks.exe", "cmd.exe"),
    ("service or task made", "sc create u start= auto", "sc.exe", "cmd.exe"),
    ("service or task made", "/usr/bin/systemctl --now enable u", "", ""),
    ("service or task made", "crontab -e", "", ""),
    ("service or task made", "/usr/bin/at now + 1 minute", "", ""),
]
ORDINARY = [
    ("sc query spooler", "sc.exe", "cmd.exe"),
    ("schtasks /query /fo csv", "schtasks.exe", "cmd.exe"),
    ("wmiprvse.exe -secured -Embedding", "WmiPrvSE.exe", "svchost.exe"),
    ("svchost.exe -k netsvcs -p -s Schedule", "svchost.exe", "services.exe"),
    ("conhost.exe 0xffffffff", "conhost.exe", "wsmprovhost.exe"),
    ("powershell Get-Process", "powershell.exe", "explorer.exe"),
    ("psexec -s cmd", "psexec.exe", "cmd.exe"),
    ("crontab -u ada -l", "", ""),
    ("systemctl status u", "", ""),
    ("robocopy C:\\a \\\\files\\b", "robocopy.exe", "cmd.exe"),
]


def start(command: str, program: str, by: str) -> dict[str, Any]:
    return started(command, program or "x", by=by or "explorer.exe")


@pytest.mark.parametrize(("pattern", "command", "program", "by"), STARTS)
def test_a_start_that_is_a_yes(detect: Any, pattern: str, command: str, program: str, by: str) -> None:
    found = detect("D21", log(start(command, program, by)))["case"]
    assert (found.answer, found.confidence) == ("yes", "medium")
    assert [one["pattern"] for one in found.figures["found"]] == [pattern]


@pytest.mark.parametrize(("pattern", "command", "program", "by"), HINTS)
def test_a_start_that_is_a_hint(detect: Any, pattern: str, command: str, program: str, by: str) -> None:
    found = detect("D21", log(start(command, program, by)))["case"]
    assert (found.answer, found.confidence) == ("partly", "low")
    assert [one["pattern"] for one in found.figures["found"]] == [pattern]


def test_every_pattern_of_the_list_is_tested_here() -> None:
    assert {one.name for one in PATTERNS} == {name for name, *_ in [*STARTS, *HINTS]}


@pytest.mark.parametrize(("command", "program", "by"), ORDINARY)
def test_an_ordinary_start_is_none(detect: Any, command: str, program: str, by: str) -> None:
    found = detect("D21", log(start(command, program, by)))["case"]
    assert (found.answer, found.confidence) == ("no", "low")
    assert "the log has no records of services and tasks (7045, 4697, 4698)" in found.sentence


@pytest.mark.parametrize("code", [7045, 4697])
@pytest.mark.parametrize(
    ("runs", "pattern"),
    [
        ("%COMSPEC% /Q /c echo x ^> \\\\127.0.0.1\\C$\\o", "new service that runs a shell"),
        ("powershell -enc x", "new service that runs a shell"),
        ('"C:\\Windows\\System32\\cmd.exe" /c x', "new service that runs a shell"),
        ("C:\\Users\\Public\\u.exe", "new service in a folder anybody may write to"),
        ("C:\\Windows\\Temp\\u.exe", "new service in a folder anybody may write to"),
        ("C:\\ProgramData\\u.exe", "new service in a folder anybody may write to"),
        ("\\\\127.0.0.1\\ADMIN$\\u.exe", "new service in a folder anybody may write to"),
        ("C:\\Windows\\PSEXESVC.exe", "a remote execution service"),
    ],
)
def test_a_service_that_is_a_yes(detect: Any, code: int, runs: str, pattern: str) -> None:
    found = detect("D21", log(service(runs, code=code)))["case"]
    assert (found.answer, found.figures["services"]) == ("yes", 1)
    assert found.figures["found"][0]["pattern"] == pattern


@pytest.mark.parametrize(
    "runs",
    [
        "C:\\Program Files\\U\\u.exe",
        "C:\\Windows\\System32\\svchost.exe -k netsvcs",
        "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4\\MsMpEng.exe",
        "\\SystemRoot\\System32\\drivers\\u.sys",
    ],
)
def test_an_ordinary_new_service_is_partly(detect: Any, runs: str) -> None:
    found = detect("D21", log(service(runs)))["case"]
    assert (found.answer, found.confidence, found.figures["services"]) == ("partly", "low", 1)
    assert found.sentence.startswith("New service on ws-7.corp.example at 17 Nov 08:00 UTC: “")


def test_a_task_by_what_its_definition_runs(detect: Any) -> None:
    shell = detect("D21", log(task("cmd.exe", "/c &quot;echo a &amp; b&quot;")))["case"]
    assert (shell.answer, shell.figures["tasks"]) == ("yes", 1)
    assert shell.figures["found"][0]["command"] == 'cmd.exe /c "echo a & b"'
    assert shell.figures["found"][0]["object"] == "\\Updater"
    assert detect("D21", log(task("C:\\Program Files\\U\\u.exe")))["case"].answer == "partly"
    component = record(4698, TaskName="\\U", TaskContent="<Task><ComHandler/></Task>", SubjectUserName="ada")
    assert detect("D21", log(component))["case"].answer == "partly"
    changed = record(4702, TaskName="\\U", TaskContentNew="<Command>powershell</Command>", SubjectUserName="ada")
    assert detect("D21", log(changed))["case"].answer == "yes"


def test_the_schedulers_own_log_tells_of_tasks(detect: Any) -> None:
    where: dict[str, Any] = {
        "Channel": "Microsoft-Windows-TaskScheduler/Operational",
        "SourceName": "Microsoft-Windows-TaskScheduler",
    }
    found = detect("D21", log(record(106, TaskName="\\U", UserContext="CORP\\ada", **where)))["case"]
    assert (found.answer, found.figures["tasks"], found.entities["user"]) == ("partly", 1, ["ada"])


def test_the_rendered_message_of_a_task_tells_what_it_runs(detect: Any) -> None:
    message = (
        "A scheduled task was created.\n\nSubject:\n\tSecurity ID:\t\tS-1-5-21-1\n\tAccount Name:\t\tada\n\n"
        'Task Information:\n\tTask Name: \t\t\\U\n\tTask Content: \t\t<?xml version="1.0"?>\n<Task>\n <Actions>\n'
        "  <Exec>\n   <Command>C:\\Users\\ada\\u.exe</Command>\n   <Arguments>/q</Arguments>\n  </Exec>\n</Task>\n"
    )
    events, _ = read("windows_text", splunk(4698, message))
    found = detect("D21", located_frame(events))["case"]
    assert (found.answer, found.figures["found"][0]["command"]) == ("yes", "C:\\Users\\ada\\u.exe /q")


@pytest.mark.parametrize(
    ("pipe", "at", "changes", "answer"),
    [
        ("svcctl", -60, {}, "yes"),
        ("SVCCTL", -1, {}, "yes"),
        ("svcctl", -61, {}, "partly"),
        ("svcctl", 1, {}, "partly"),
        ("srvsvc", -1, {}, "partly"),
        ("svcctl", -1, {"IpAddress": "127.0.0.1"}, "partly"),
        ("svcctl", -1, {"SubjectUserName": "DC-1$"}, "partly"),
        ("svcctl", -1, {"Hostname": "ws-8.corp.example"}, "partly"),
    ],
)
def test_a_service_made_while_its_manager_was_called_over_the_network(
    detect: Any, pipe: str, at: int, changes: dict[str, Any], answer: str
) -> None:
    found = detect("D21", log(shared(pipe, at=at, **changes), service("C:\\Program Files\\U\\u.exe")))["case"]
    assert found.answer == answer
    if answer == "yes":
        made = next(one for one in found.figures["found"] if one["object"] == "Updater")
        assert made["pattern"] == "service or task made from another machine"
        assert found.figures["remote"] == 1


@pytest.mark.parametrize(
    ("share", "inside", "changes", "answer"),
    [
        ("\\\\*\\ADMIN$", "PSEXESVC.exe", {}, "yes"),
        ("\\\\*\\C$", "Windows\\Temp\\u.dll", {"AccessMask": "0x2"}, "yes"),
        ("\\\\*\\ADMIN$", "u.exe", {"AccessMask": "0x1"}, "no"),
        ("\\\\*\\ADMIN$", "u.exe", {"EventType": "AUDIT_FAILURE"}, "no"),
        ("\\\\*\\ADMIN$", "u.exe", {"SubjectUserName": "DC-1$"}, "no"),
        ("\\\\*\\ADMIN$", "u.txt", {}, "no"),
        ("\\\\*\\Public", "u.exe", {}, "no"),
        ("\\\\*\\IPC$", "svcctl", {}, "partly"),
    ],
)
def test_what_came_over_a_share(detect: Any, share: str, inside: str, changes: dict[str, Any], answer: str) -> None:
    found = detect("D21", log(shared(inside, share, **changes), started("whoami")))["case"]
    assert found.answer == answer
    assert found.entities.get("ip") == (["192.0.2.9"] if answer != "no" else None)


def test_ways_that_agree_make_it_sure(detect: Any) -> None:
    told = [
        shared("PSEXESVC.exe", "\\\\*\\ADMIN$"),
        service("%SystemRoot%\\PSEXESVC.exe", "PSEXESVC", at=1),
        sysmon("C:\\Windows\\PSEXESVC.exe", "PSEXESVC.exe", by="services.exe", at=2, User="NT AUTHORITY\\SYSTEM"),
        sysmon("cmd.exe", "cmd.exe", by="PSEXESVC.exe", at=3),
    ]
    found = detect("D21", log(*told))["case"]
    assert (found.answer, found.confidence, found.figures["remote"], found.figures["strong"]) == ("yes", "high", 4, 4)
    assert [row.event["event.code"] for row in found.evidence] == ["5145", "7045", "1", "1"]


def test_one_remote_session_over_several_hosts(detect: Any) -> None:
    hosts = [HOST, "ws-8.corp.example", "dc-1.corp.example"]
    told = []
    for number, host in enumerate(hosts):
        begun = {"program": "wsmprovhost.exe", "by": "svchost.exe", "Hostname": host}
        told.append(
            started("wsmprovhost.exe -Embedding", at=number, SubjectUserName="WS$", TargetUserName="ada", **begun)
        )
        told.append(sysmon("wsmprovhost.exe -Embedding", at=number + 30, **begun))
    found = detect("D21", log(*told))["case"]
    assert found.sentence == (
        f"PowerShell remoting by ada on {HOST} at 17 Nov 08:00 UTC: “wsmprovhost.exe -Embedding”, 3 times in all on "
        f"3 hosts ({HOST}, ws-8.corp.example and dc-1.corp.example)."
    )
    assert (found.figures["remote"], found.figures["hosts"], found.entities["user"]) == (3, 3, ["ada"])


def test_sudo_shows_what_makes_a_task(detect: Any) -> None:
    line = "Mar 30 10:00:01 web-1 sudo:  ada : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/crontab -e"
    assert detect("D21", located_frame(parsed(line)[0]))["case"].answer == "partly"


def test_the_case_and_elsewhere(detect: Any) -> None:
    other = service("C:\\Windows\\Temp\\u.exe", code=4697, at=9, Hostname="ws-9.corp.example")
    found = detect("D21", log(started("whoami"), other), scope=Scope(hosts=(HOST,)))
    assert (found["case"].answer, found["elsewhere"].answer) == ("no", "yes")
    usual = service("C:\\Program Files\\U\\u.exe", at=9, Hostname="ws-9.corp.example")
    assert list(detect("D21", log(started("whoami"), usual), scope=Scope(hosts=(HOST,)))) == ["case"]


def test_a_no_is_as_good_as_the_records_that_would_tell(detect: Any) -> None:
    none = detect("D21", log(record(4624, TargetUserName="ada")))["case"]
    assert (none.answer, none.missing) == ("cannot_tell", ("process starts, services or tasks made",))
    elsewhere = service("C:\\Program Files\\U\\u.exe", at=9, Hostname="ws-9.corp.example")
    found = detect("D21", log(started("whoami"), elsewhere), scope=Scope(hosts=(HOST,)))["case"]
    assert (found.answer, found.confidence) == ("no", "high")
    assert found.sentence == "Nothing begun from another machine in 1 process start, and no new service or task."


def test_a_secret_in_what_a_service_runs_is_not_repeated(detect: Any) -> None:
    found = detect("D21", log(service("C:\\Users\\Public\\u.exe --password hunter2")))["case"]
    assert "hunter2" not in str(found.to_json())
