"""What Windows events say of programs: whose process it is, what a task runs, and who spoke over the network."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.triage.events.reading_formats import picked, read
from tests.triage.events.records import beats, nxlog, splunk, xml

SCHEDULER = {"Channel": "Microsoft-Windows-TaskScheduler/Operational", "SourceName": "Microsoft-Windows-TaskScheduler"}
DEFINITION = (
    "<?xml version='1.0'?><Task><Actions><Exec>\r\n<Command>cmd.exe</Command>\r\n<Arguments>/c &quot;a &amp; b&quot; "
    "--password hunter2</Arguments></Exec><Exec><Command>C:\\x.exe</Command></Exec></Actions></Task>"
)
RUNS = 'cmd.exe /c "a & b" --password *** ; C:\\x.exe'


def one(record: dict[str, Any]) -> dict[str, Any]:
    events, tally = read("windows_json", json.dumps(record))
    assert tally.not_understood == 0, tally.samples
    [event] = events
    return event


@pytest.mark.parametrize(
    "record",
    [
        nxlog(4698, TaskName="\\U", TaskContent=DEFINITION),
        beats(4698, TaskName="\\U", TaskContent=DEFINITION),
        xml(4698, TaskName="\\U", TaskContent=DEFINITION),
        nxlog(4702, TaskName="\\U", TaskContentNew=DEFINITION),
    ],
)
def test_what_a_task_runs_with_its_secrets_masked(record: dict[str, Any]) -> None:
    assert picked(one(record), ("winlog.object", "process.command_line")) == {
        "winlog.object": "\\U",
        "process.command_line": RUNS,
    }


def test_a_task_that_calls_a_component_runs_no_command() -> None:
    assert "process.command_line" not in one(nxlog(4698, TaskContent="<Task><ComHandler/></Task>"))


def test_an_unclosed_definition_takes_no_time() -> None:
    began = time.process_time()
    assert "process.command_line" not in one(nxlog(4698, TaskContent="<Command>" * 100_000))
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("code", "action"),
    [(106, "scheduled_task_created"), (140, "scheduled_task_changed"), (141, "scheduled_task_deleted")],
)
def test_the_schedulers_own_log(code: int, action: str) -> None:
    event = one(nxlog(code, TaskName="\\U", UserContext="CORP\\eve", **SCHEDULER))
    told = {"event.category": "configuration", "event.action": action, "user.name": "eve", "winlog.object": "\\U"}
    assert picked(event, told) == told


@pytest.mark.parametrize(("target", "user", "actor"), [("eve", "eve", "WS-7$"), ("-", "WS-7$", None)])
def test_a_process_is_its_owners_and_not_his_who_started_it_for_them(target: str, user: str, actor: str | None) -> None:
    event = one(nxlog(4688, SubjectUserName="WS-7$", TargetUserName=target, NewProcessName="C:\\x.exe"))
    assert picked(event, ("user.name", "actor.user.name")) == {"user.name": user, "actor.user.name": actor}


def test_the_program_behind_a_connection_the_firewall_allowed() -> None:
    ends = {"SourceAddress": "192.0.2.7", "SourcePort": "50111", "DestAddress": "192.0.2.250", "DestPort": "389"}
    event = one(nxlog(5156, Application="\\device\\harddiskvolume2\\t\\x.exe", **ends))
    told = {
        "process.name": "\\device\\harddiskvolume2\\t\\x.exe",
        "destination.ip": "192.0.2.250",
        "destination.port": 389,
    }
    assert picked(event, told) == told


def test_the_rendered_message_of_a_task_and_of_directory_access() -> None:
    task = (
        "Task Information:\n\tTask Name:\t\t\\U\n\tTask Content:\t\t<?xml?>\n<Task>\n  <Exec>\n"
        "      <Command>cmd.exe</Command>\n      <Arguments>/c x</Arguments>\n"
    )
    [event], _ = read("windows_text", splunk(4698, task))
    assert picked(event, ("winlog.object", "process.command_line")) == {
        "winlog.object": "\\U",
        "process.command_line": "cmd.exe /c x",
    }
    first, second = "{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}", "{19195a5b-6da0-11d0-afd3-00c04fd930c9}"
    access = f"Operation:\n\tAccess Mask:\t\t0x100\n\tProperties:\t\tControl Access\n\t\t{first}\n\t{second}\n"
    [event], _ = read("windows_text", splunk(4662, access))
    assert event["winlog.properties"] == f"Control Access {first} {second}"


def test_the_rendered_message_of_a_connection_names_both_ends() -> None:
    message = (
        "Application Information:\n\tProcess ID:\t\t612\n\tApplication Name:\t\\device\\x.exe\n\nNetwork Information:\n"
        "\tSource Address:\t\t192.0.2.7\n\tSource Port:\t\t50111\n\tDestination Address:\t192.0.2.250\n"
        "\tDestination Port:\t\t636\n"
    )
    [event], _ = read("windows_text", splunk(5156, message))
    told = {
        "process.name": "\\device\\x.exe",
        "source.ip": "192.0.2.7",
        "destination.ip": "192.0.2.250",
        "destination.port": 636,
    }
    assert picked(event, told) == told
