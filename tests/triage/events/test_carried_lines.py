"""Records of log systems that carry raw lines, ECS documents and rows of hunting tables, as searches bring them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.triage.events import records
from tests.triage.events.reading_formats import ndjson, picked, read, recognised
from tests.triage.events.records import SSHD

WHO = ("event.category", "event.outcome", "user.name", "source.ip")
GUESS = {"event.category": "authentication", "event.outcome": "failure", "user.name": "root", "source.ip": "192.0.2.1"}


def loki(line: str, at: str = "2026-03-30T14:01:36.000000000Z") -> dict[str, Any]:
    return {"labels": {"job": "auth"}, "line": line, "timestamp": at}


def document(line: str, at: str = "2026-03-30T14:01:36.000Z") -> dict[str, Any]:
    return {"_index": "x", "_id": "1", "_source": {"@timestamp": at, "message": line, "host": {"name": "h"}}}


def syslog_row(message: str, **changes: Any) -> dict[str, Any]:
    return {"TimeGenerated": "2026-03-30T14:01:36.000Z", "Computer": "h", "Facility": "auth", "ProcessName": "sshd",
            "ProcessID": 1, "SyslogMessage": message, **changes}  # fmt: skip


CARRIED = {
    "splunk": records.exported(epoch="1774879296.000"),
    "loki": loki(SSHD),
    "elasticsearch": document(SSHD),
    "sentinel": syslog_row(SSHD.partition("sshd[1]: ")[2]),
}


@pytest.mark.parametrize("system", CARRIED)
def test_the_line_is_read_as_the_log_it_is_of(system: str) -> None:
    text = ndjson([CARRIED[system]] * 3)
    assert recognised(text) == "carried_lines"
    events, tally = read("carried_lines", text)
    assert (len(events), tally.understood, tally.not_understood) == (3, 3, 0)
    assert picked(events[0], WHO) == GUESS


@pytest.mark.parametrize("system", CARRIED)
def test_whoever_kept_the_line_says_when_it_happened(system: str) -> None:
    """The line says 16:01:36 and neither year nor zone; the keeper says 14:01:36 UTC of 2026."""
    events, _ = read("carried_lines", ndjson([CARRIED[system]]), zone="America/New_York")
    assert events[0]["@timestamp"].isoformat() == "2026-03-30T14:01:36+00:00"
    assert events[0]["time_basis"] == "exact"


def test_a_line_that_says_it_all_itself_keeps_its_time() -> None:
    line = '192.0.2.1 - - [30/Mar/2026:16:01:36 +0200] "GET /a HTTP/1.1" 200 5 "-" "x"'
    events, _ = read("carried_lines", ndjson([loki(line, "2026-03-31T00:00:00Z")]))
    assert events[0]["@timestamp"].isoformat() == "2026-03-30T14:01:36+00:00"
    assert events[0]["url.path"] == "/a"


def test_without_a_keepers_time_the_assumption_stands() -> None:
    told = records.exported(epoch=None, _time="2026-03-30 17:01:36.000 CEST")
    events, _ = read("carried_lines", ndjson([told]))
    assert events[0]["time_basis"] == "assumed_year_and_zone"


def test_an_event_lies_where_its_record_lies() -> None:
    text = json.dumps({"results": [CARRIED["splunk"], CARRIED["splunk"]]}) + "\n"
    events, tally = read("carried_lines", text)
    assert len(events) == 2
    assert tally.not_understood == 0
    for number, event in enumerate(events):
        start = event["evidence.offset"]
        assert json.loads(text[start : start + event["evidence.length"]]) == CARRIED["splunk"]
        assert event["evidence.pointer"] == f"/results/{number}"


def test_json_inside_is_read_as_its_own_format() -> None:
    text = ndjson([records.exported(json.dumps(records.okta()))] * 2)
    assert recognised(text) == "carried_lines"
    events, tally = read("carried_lines", text)
    assert (len(events), tally.not_understood) == (2, 0)


def test_what_says_nothing_is_counted_once_with_its_reason() -> None:
    odd = [records.exported(), records.exported("Mar 30 16:01:36 h cron[9]: tick"), {"result": {"a": 1}}, loki("x y z")]
    _, tally = read("carried_lines", ndjson(odd))
    assert (tally.understood, tally.not_understood) == (1, 3)
    assert [one["reason"] for one in tally.samples] == [
        "it carries no raw line", "no rule for this message of cron", "no syslog header (time, host, program)",
    ]  # fmt: skip
    _, tally = read("carried_lines", ndjson([loki("nobody knows this")] * 2))
    assert {one["reason"] for one in tally.samples} == {"its raw line is in no log format we read"}


def test_folded_repeats_count_as_they_do_in_a_file() -> None:
    folded = (
        "Mar 30 16:01:38 h sshd[1]: message repeated 3 times: [ Failed password for root from 192.0.2.1 port 22 ssh2]"
    )
    events, _ = read("carried_lines", ndjson([loki(SSHD), loki(folded)]))
    assert sum(event["event.count"] for event in events) == 4


def test_a_document_that_says_what_happened_is_ecs() -> None:
    text = ndjson([records.ecs_hit(process={"command_line": "mysql --password=hunter2"})])
    assert recognised(text) == "ecs_json"
    events, _ = read("ecs_json", text)
    assert picked(events[0], WHO) == GUESS | {"user.name": "ada", "source.ip": "192.0.2.7"}
    assert "hunter2" not in str(events[0])
    dotted = {"@timestamp": "2026-11-17T08:00:05Z", "event.category": "web", "url.path": "/x", "source.ip": "192.0.2.7"}
    assert recognised(ndjson([dotted])) == "ecs_json"


def test_windows_documents_stay_with_the_windows_format() -> None:
    told = records.beats()
    told["event"]["category"] = ["authentication"]
    assert recognised(ndjson([{"_index": "w", "_id": "1", "_source": told}])) == "windows_json"


ROWS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a directory's sign-in": (
        records.hunted(),
        {"event.outcome": "failure", "user.name": "ada@corp.example", "source.ip": "192.0.2.7",
         "host.name": "dc-1.corp.example", "source.host": "ws-7", "event.reason": "WrongPassword"},
    ),
    "a device's sign-in": (
        {"Timestamp": "2026-11-17T08:00:05Z", "DeviceId": "d", "DeviceName": "ws-7", "ActionType": "LogonSuccess",
         "AccountName": "ada", "AccountDomain": "corp", "RemoteIP": "192.0.2.7", "RemoteDeviceName": "ws-9"},
        {"event.outcome": "success", "user.name": "ada", "source.ip": "192.0.2.7", "host.name": "ws-7",
         "source.host": "ws-9"},
    ),
    "an Entra sign-in": (
        {"Timestamp": "2026-11-17T08:00:05Z", "ErrorCode": 50126, "AccountUpn": "ada@corp.example", "Country": "AT",
         "IPAddress": "192.0.2.7", "Application": "Portal", "LogonType": '["interactiveUser"]'},
        {"event.category": "authentication", "event.outcome": "failure", "event.code": "50126",
         "source.geo.country_iso_code": "AT"},
    ),
    "a token renewed": (
        {"Timestamp": "2026-11-17T08:00:05Z", "ErrorCode": 0, "AccountUpn": "ada@corp.example",
         "LogonType": '["nonInteractiveUser"]'},
        {"event.category": "session", "event.outcome": "success", "user.exists": True},
    ),
    "a mail": (
        {"Timestamp": "2026-11-17T08:00:05Z", "NetworkMessageId": "n", "SenderFromAddress": "a@x.example",
         "RecipientEmailAddress": "b@y.example", "DeliveryAction": "Blocked", "SenderIPv4": "192.0.2.7"},
        {"event.category": "email", "event.outcome": "failure", "email.from": "a@x.example", "email.count": 1},
    ),
    "a process": (
        {"Timestamp": "2026-11-17T08:00:05Z", "ActionType": "ProcessCreated", "FileName": "cmd.exe", "DeviceName": "w",
         "ProcessCommandLine": "cmd /c x --password=hunter2", "AccountName": "ada",
         "InitiatingProcessFileName": "w.exe"},
        {"event.category": "process", "process.command_line": "cmd /c x --password=***",
         "process.parent.name": "w.exe"},
    ),
    "a connection": (
        {"Timestamp": "2026-11-17T08:00:05Z", "ActionType": "ConnectionFailed", "LocalIP": "10.0.0.1",
         "RemoteIP": "192.0.2.7", "RemotePort": 443, "DeviceName": "w"},
        {"event.category": "network", "event.outcome": "failure", "destination.ip": "192.0.2.7",
         "destination.port": 443},
    ),
    "a request to IIS": (
        {"TimeGenerated": "2026-11-17T08:00:05Z", "cIP": "192.0.2.7", "csMethod": "GET", "csUriStem": "/a",
         "scStatus": "404", "Computer": "web-1"},
        {"event.category": "web", "http.response.status_code": 404, "url.path": "/a", "host.name": "web-1"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ROWS)
def test_a_row_is_read_by_its_columns(what: str) -> None:
    row, says = ROWS[what]
    assert recognised(ndjson([row])) == "defender_hunting"
    events, tally = read("defender_hunting", ndjson([row]))
    assert tally.not_understood == 0
    assert picked(events[0], says) == says
