"""Windows events in every layout: what they mean, whom they are about, and one login counted once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.triage.events import records
from tests.triage.events.reading_formats import ndjson, picked, read, recognised
from tests.triage.events.records import as_csv, beats, nxlog, security_event, splunk, xml
from triage.events.parsers.protocol import Event

LOGIN = {
    "event.category": "authentication",
    "event.action": "login",
    "event.outcome": "failure",
    "event.code": "4625",
    "user.name": "ada",
    "source.ip": "192.0.2.7",
    "winlog.logon.type": "3",
    "host.name": "ws-7.corp.example",
}


def one(record: dict[str, Any]) -> Event:
    events, tally = read("windows_json", json.dumps(record))
    assert tally.not_understood == 0, tally.samples
    [event] = events
    return event


def attempts(events: list[Event]) -> int:
    return sum(e["event.count"] for e in events if e["event.outcome"] == "failure")


@pytest.mark.parametrize("record", [nxlog(), nxlog(Channel="security"), beats(), xml()])
def test_every_layout_says_the_same(record: dict[str, Any]) -> None:
    event = one(record)
    assert picked(event, LOGIN) == LOGIN
    assert event["@timestamp"].isoformat().startswith("2026-11-17T08:00:05.12")
    assert event["time_basis"] == "exact"


def test_the_spellings_converters_use() -> None:
    listed = xml()
    listed["Event"]["EventData"] = {"Data": [{"@Name": "TargetUserName", "#text": "ada"}]}
    listed["Event"]["System"]["EventID"] = {"@Qualifiers": "0", "#text": "4625"}
    listed["Event"]["System"]["TimeCreated"] = {"@SystemTime": "2026-11-17T08:00:05Z"}
    assert picked(one(listed), ("event.code", "user.name")) == {"event.code": "4625", "user.name": "ada"}
    dotted = {"@timestamp": "2026-11-17T08:00:05Z", "winlog.event_id": 4625, "winlog.channel": "Security"}
    assert one(dotted | {"winlog.event_data.TargetUserName": "ada"})["user.name"] == "ada"
    found = {"_index": "winlogbeat-9", "_source": beats()}
    assert one(found)["user.name"] == "ada"


def test_the_hosts_own_clock_is_used_only_where_there_is_no_better() -> None:
    local = nxlog()
    del local["@timestamp"]
    events, _ = read("windows_json", json.dumps(local), zone="Europe/Helsinki")
    assert events[0]["@timestamp"].isoformat() == "2026-11-17T08:00:05+00:00"
    assert events[0]["time_basis"] == "assumed_zone"


@pytest.mark.parametrize(
    ("data", "exists", "reason"),
    [
        ({"SubStatus": "0xc0000064"}, False, "no such account"),
        ({"SubStatus": "0xC000006A"}, True, "wrong password"),
        ({"SubStatus": "0x0", "Status": "0xc0000234"}, True, "account locked"),
        ({"Status": "0xc000006d"}, None, "bad user name or password"),
        ({"Status": "0x12345"}, None, "0x12345"),
    ],
)
def test_why_a_login_failed_and_whether_its_account_exists(data: Any, exists: bool | None, reason: str) -> None:
    assert picked(one(nxlog(**data)), ("user.exists", "event.reason")) == {
        "user.exists": exists,
        "event.reason": reason,
    }


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        (
            nxlog(4769, TargetUserName="ada@CORP.EXAMPLE", ServiceName="sql", Status="0x0", TicketEncryptionType="0x17",
                  IpAddress="::ffff:192.0.2.7"),
            {"event.category": "session", "user.name": "ada", "winlog.object": "sql", "source.ip": "192.0.2.7",
             "winlog.ticket_encryption": "0x17", "event.outcome": "success"},
        ),
        (
            nxlog(4728, TargetUserName="Domain Admins", MemberName="CN=Eve Ex,OU=x", SubjectUserName="ada"),
            {"event.action": "group_member_added", "user.name": "Eve Ex", "group.name": "Domain Admins",
             "actor.user.name": "ada"},
        ),
        (
            nxlog(4720, TargetUserName="eve", SubjectUserName="ada"),
            {"event.category": "iam", "event.action": "user_created", "user.name": "eve", "actor.user.name": "ada"},
        ),
        (
            nxlog(4688, SubjectUserName="ada", NewProcessName="C:\\x\\net.exe", NewProcessId="0x1d60",
                  CommandLine="net use z: \\\\h\\s --password hunter2", ParentProcessName="C:\\x\\cmd.exe"),
            {"event.action": "process_started", "user.name": "ada", "process.pid": 7520,
             "process.command_line": "net use z: \\\\h\\s --password ***", "process.parent.name": "C:\\x\\cmd.exe"},
        ),
        (
            nxlog(1, Channel="Microsoft-Windows-Sysmon/Operational", SourceName="Microsoft-Windows-Sysmon",
                  User="CORP\\ada", Image="C:\\x\\net.exe", CommandLine="net user"),
            {"event.category": "process", "user.name": "ada", "user.domain": "CORP", "process.name": "C:\\x\\net.exe"},
        ),
        (
            nxlog(4662, SubjectUserName="ada", AccessMask="0x100", Properties="{1131f6aa-x}", ObjectName="DC=corp"),
            {"event.category": "iam", "user.name": "ada", "winlog.access_mask": "0x100", "winlog.object": "DC=corp",
             "winlog.properties": "{1131f6aa-x}"},
        ),
        (
            nxlog(5145, SubjectUserName="ada", ShareName="\\\\*\\IPC$", RelativeTargetName="srvsvc",
                  EventType="AUDIT_FAILURE"),
            {"event.category": "file", "winlog.object": "\\\\*\\IPC$\\srvsvc", "event.outcome": "failure"},
        ),
        (
            nxlog(7045, Channel="System", SourceName="Service Control Manager", ServiceName="upd",
                  ImagePath="cmd /c x"),
            {"event.category": "configuration", "event.action": "service_installed", "winlog.object": "upd",
             "process.command_line": "cmd /c x"},
        ),
        (nxlog(4999), {"event.category": "host", "event.action": "event_4999"}),
        (nxlog(4740, TargetUserName="ada"), {"event.category": "iam", "event.action": "account_locked"}),
    ],
)  # fmt: skip
def test_what_an_event_means(record: dict[str, Any], fields: dict[str, Any]) -> None:
    assert picked(one(record), fields) == fields


def test_a_login_told_by_machine_and_controller_counts_once_in_either_order() -> None:
    machine = nxlog(Hostname="ws-7")
    controller = nxlog(4776, Hostname="dc-1", Workstation="WS-7", Status="0xc000006a", IpAddress="-")
    later = {"@timestamp": "2026-11-17T08:00:06.900Z"}
    for told in ([machine, controller | later], [controller, machine | later]):
        events, tally = read("windows_json", ndjson(told))
        assert attempts(events) == 1
        assert (len(events), tally.not_understood) == (2, 0)
        [doubled] = [e for e in events if e["event.count"] == 0]
        assert (doubled["event.code"], doubled["event.outcome"]) == ("4776", "unknown")


@pytest.mark.parametrize(
    "changes",
    [
        {"@timestamp": "2026-11-17T08:00:09Z"},
        {"TargetUserName": "bob"},
        {"Workstation": "WS-8", "WorkstationName": None},
    ],
)
def test_other_times_users_and_workstations_are_other_attempts(changes: dict[str, Any]) -> None:
    controller = nxlog(4776, Status="0xc000006a") | changes
    events, _ = read("windows_json", ndjson([nxlog(), controller]))
    assert attempts(events) == 2


def test_two_attempts_in_a_second_are_two_and_each_is_claimed_once() -> None:
    controller = nxlog(4771, Status="0x18", WorkstationName=None)
    events, _ = read("windows_json", ndjson([nxlog(), nxlog(), controller, controller, controller]))
    assert attempts(events) == 3


def test_where_only_the_controller_tells_its_record_counts() -> None:
    events, _ = read("windows_json", ndjson([nxlog(4776, Status="0xc000006a"), nxlog(4768, Status="0x0")]))
    assert [(e["event.count"], e["event.outcome"]) for e in events] == [(1, "failure"), (1, "success")]


def test_machine_accounts_and_dashes_are_kept_for_detectors_to_drop() -> None:
    events, _ = read("windows_json", ndjson([nxlog(TargetUserName="WS-7$"), nxlog(TargetUserName="-")]))
    assert [e["user.name"] for e in events] == ["WS-7$", "-"]


def test_rows_of_a_csv() -> None:
    told = as_csv(
        [security_event(), security_event(4624, TargetUserName="bob"), security_event(4776, Status="0xc000006a")]
    )
    assert recognised(told) == "windows_csv"
    events, tally = read("windows_csv", told)
    assert (tally.understood, tally.not_understood) == (4, 0)  # the header is understood
    assert attempts(events) == 1
    assert picked(events[0], LOGIN) == LOGIN | {"host.name": "ws-7"}
    assert events[0]["time_basis"] == "exact"


def test_a_header_that_lies_is_said_row_by_row() -> None:
    told = as_csv([security_event()], ["TimeGenerated", "Computer", "EventID", "TargetUserName"])
    lying = told.replace("TimeGenerated,Computer,EventID", "Computer,EventID,TimeGenerated") + "a,b\n"
    events, tally = read("windows_csv", lying)
    assert events == []
    assert [one["reason"] for one in tally.samples] == [
        "EventID is no number: ws-7",
        "2 values where the header names 4",
    ]


def test_the_portals_american_times() -> None:
    row = security_event()
    row["TimeGenerated [UTC]"] = "11/17/2026, 1:00:05.120 PM"
    del row["TimeGenerated"]
    events, _ = read("windows_csv", as_csv([row]))
    assert events[0]["@timestamp"].isoformat() == "2026-11-17T13:00:05.120000+00:00"


class TestText:
    def test_a_block_is_an_event_from_its_first_line_to_its_last(self) -> None:
        told = splunk(4625, records.FAILED_LOGON) + "\n" + splunk(4625, records.FAILED_LOGON, "11/17/2026 12:00:06 AM")
        assert recognised(told) == "windows_text"
        events, tally = read("windows_text", told)
        assert (tally.lines, tally.not_understood) == (told.count("\n"), 0)
        assert picked(events[0], LOGIN) == LOGIN
        assert (events[0]["user.exists"], events[0]["source.host"], events[0]["source.port"]) == (False, "WS-9", 50111)
        assert events[0]["actor.user.name"] == "WS-7$"
        assert events[0]["@timestamp"].isoformat() == "2026-11-17T08:00:05+00:00"
        assert events[1]["@timestamp"].isoformat() == "2026-11-17T00:00:06+00:00"
        raw = told.encode()
        second = raw[events[1]["evidence.offset"] :][: events[1]["evidence.length"]].decode()
        assert second.startswith("11/17/2026 12:00:06 AM\n")
        assert second.endswith("see the documentation.")

    def test_lines_before_the_first_event_are_not_understood(self) -> None:
        events, tally = read("windows_text", "an excerpt\n" + splunk(4625, records.FAILED_LOGON))
        assert (len(events), tally.not_understood) == (1, 1)

    def test_a_time_without_an_event_is_not_understood(self) -> None:
        events, tally = read("windows_text", "11/17/2026 08:00:05 AM\nhello\n")
        assert (events, tally.not_understood) == ([], 2)
