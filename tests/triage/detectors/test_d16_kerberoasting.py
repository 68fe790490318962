"""D16: how many services within which time, and which tickets count at all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.triage.detectors.conftest import located_frame
from tests.triage.detectors.windows_log import log, record, ticket
from tests.triage.events.reading_formats import ndjson, read
from tests.triage.events.records import zeek
from triage.detectors.protocol import Scope


def tickets(services: int, every: int, **data: Any) -> list[dict[str, Any]]:
    return [ticket(f"svc{number}", at=number * every, **data) for number in range(services)]


@pytest.mark.parametrize(
    ("records", "answer", "confidence"),
    [
        (tickets(3, 299), "yes", "medium"),
        (tickets(3, 300), "partly", "low"),  # the first leaves the window as the third comes: half open
        (tickets(2, 1), "partly", "low"),
        (tickets(1, 1), "partly", "low"),
        (tickets(6, 60), "yes", "high"),
        ([ticket("SQL"), ticket("sql", at=1), ticket("sql", at=2)], "partly", "low"),
        ([ticket(f"svc{n}", at=n, TargetUserName=f"u{n}@CORP.EXAMPLE") for n in range(3)], "partly", "low"),
        ([], "cannot_tell", "low"),
    ],
)
def test_services_within_the_window(detect: Any, records: list[Any], answer: str, confidence: str) -> None:
    found = detect("D16", log(*records, record(4624, TargetUserName="ada", IpAddress="192.0.2.7")))["case"]
    assert (found.answer, found.confidence) == (answer, confidence)


@pytest.mark.parametrize(
    "changes",
    [
        {"TicketEncryptionType": "0x12"},
        {"Status": "0x1b"},
        {"TargetUserName": "WS-7$@CORP.EXAMPLE"},
    ],
)
def test_what_is_no_ticket_to_crack(detect: Any, changes: dict[str, Any]) -> None:
    found = detect("D16", log(*tickets(5, 1, **changes)))["case"]
    assert (found.answer, found.confidence, found.figures["tickets"]) == ("no", "high", 5)
    assert found.sentence == "5 service tickets, none of them in RC4 for a service account."


@pytest.mark.parametrize("service", ["WS-7$", "krbtgt"])
def test_services_of_machines_do_not_count(detect: Any, service: str) -> None:
    assert detect("D16", log(*(ticket(service, at=n) for n in range(5))))["case"].figures["weak_tickets"] == 0


def test_the_older_cipher_for_export_counts_too(detect: Any) -> None:
    assert detect("D16", log(*tickets(3, 1, TicketEncryptionType="0x18")))["case"].answer == "yes"


def test_the_sentence_and_figures_name_the_user_who_collected_most(detect: Any) -> None:
    other = [ticket(f"svc{n}", at=n, TargetUserName="eve@CORP.EXAMPLE", IpAddress="::ffff:192.0.2.9") for n in range(4)]
    found = detect("D16", log(*tickets(3, 1), *other))["case"]
    assert found.sentence == (
        "eve got tickets in RC4 for 4 services within 3 seconds from 192.0.2.9 at 17 Nov 08:00 UTC; also ada (3)."
    )
    assert (found.figures["peak"], found.figures["user"], found.figures["users_over"]) == (4, "eve", 2)
    assert found.entities == {
        "user": ["eve", "ada"],
        "ip": ["192.0.2.7", "192.0.2.9"],
        "service": [f"svc{n}" for n in range(4)],
    }
    assert len(found.evidence) == 7
    assert sum(bar["count"] for bar in found.figures["chart"]) == 7


def test_thresholds_are_settings(detect: Any) -> None:
    assert detect("D16", log(*tickets(5, 60)), settings={"services": 6})["case"].answer == "partly"
    assert detect("D16", log(*tickets(6, 900)), settings={"seconds": 7200})["case"].answer == "yes"


def test_rewritten_times_allow_no_rate(detect: Any) -> None:
    hours = [ticket("mail", at=3600 * hour, TicketEncryptionType="0x12") for hour in range(6)]
    found = detect("D16", log(*tickets(4, 1), *hours))["case"]
    assert (found.answer, found.confidence) == ("partly", "low")
    assert "every time has the same minute, so no rate can be stated" in found.sentence


def test_a_sensor_in_the_network_sees_it_too(detect: Any) -> None:
    seen = [
        zeek(ts=1794902405.0 + n, **{"id.resp_p": 88}, request_type="TGS", client="ada/CORP.EXAMPLE", service=name)
        | {"cipher": "rc4-hmac", "success": True}
        for n, name in enumerate(["MSSQLSvc/a:1433", "HTTP/b", "backup/c", "cifs/d", "host/e", "krbtgt/CORP.EXAMPLE"])
    ]
    found = detect("D16", located_frame(read("zeek_json", ndjson(seen))[0]))["case"]
    assert (found.answer, found.figures["services"], found.figures["tickets"]) == ("yes", 3, 6)


def test_the_case_and_elsewhere(detect: Any) -> None:
    events = log(ticket(TicketEncryptionType="0x12"), *tickets(3, 1, TargetUserName="eve@CORP", IpAddress="192.0.2.9"))
    found = detect("D16", events, scope=Scope(ips=("192.0.2.7",)))
    assert (found["case"].answer, found["elsewhere"].answer) == ("no", "yes")
    assert list(detect("D16", log(ticket(TicketEncryptionType="0x12")), scope=Scope(users=("ada",)))) == ["case"]


def test_a_no_needs_the_controllers_log_of_the_time(detect: Any) -> None:
    none = detect("D16", log(record(4624, TargetUserName="ada", IpAddress="192.0.2.7")))["case"]
    assert none.missing == ("service tickets (Windows 4769)",)
    assert none.sentence.endswith("attach the security log of the domain controllers.")
    asked = Scope(users=("ada",), window=("2026-11-17T08:00:00Z", "2026-11-17T09:00:00Z"))
    strong = ticket(TicketEncryptionType="0x12", at=600)
    assert detect("D16", log(strong), scope=asked)["case"].answer == "cannot_tell"
    whole = [record(4672, at, SubjectUserName="ada", Hostname="dc-1.corp.example") for at in (-60, 4000)]
    assert detect("D16", log(strong, *whole), scope=asked)["case"].answer == "no"
