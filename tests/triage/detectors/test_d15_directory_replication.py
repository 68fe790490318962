"""D15: who may replicate the directory, which rights are replication, and what a no rests on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.triage.detectors.conftest import located_frame
from tests.triage.detectors.windows_log import CONTROLLER, accessed, log, record
from tests.triage.events.reading_formats import read
from tests.triage.events.records import splunk
from triage.detectors.protocol import Scope

CHANGES = "{1131f6aa-9c07-11d1-f79f-00c04fc2dcd2}"
SECRETS = "{1131F6AD-9C07-11D1-F79F-00C04FC2DCD2}"
FILTERED = "%%7688 {89e95b76-444d-4c62-991a-0facbeda640c} {19195a5b-6da0-11d0-afd3-00c04fd930c9}"
REPLICA = "{9923a32a-3607-11d2-b9be-0000f87a36b2}"


@pytest.mark.parametrize(
    ("properties", "confidence"), [(SECRETS, "high"), (CHANGES, "medium"), (FILTERED, "medium"), (REPLICA, "medium")]
)
def test_any_replication_right_of_a_stranger_is_a_yes(detect: Any, properties: str, confidence: str) -> None:
    found = detect("D15", log(accessed(properties)))["case"]
    assert (found.answer, found.confidence, found.figures["requests"]) == ("yes", confidence, 1)
    assert found.entities == {"user": ["ada"], "host": [CONTROLLER]}


@pytest.mark.parametrize(
    "changes",
    [
        {"SubjectUserName": "DC-2$"},
        {"SubjectUserName": "SYSTEM", "SubjectDomainName": "NT AUTHORITY"},
        {"SubjectUserName": "MSOL_0123456789ab"},
        {"SubjectUserName": "Local", "SubjectDomainName": "NT AUTHORITY"},
    ],
)
def test_controllers_the_system_and_connectors_replicate_by_right(detect: Any, changes: dict[str, Any]) -> None:
    found = detect("D15", log(accessed(**changes)))["case"]
    assert (found.answer, found.confidence, found.figures["by_right"]) == ("no", "high", 1)
    assert "1 replicated by right" in found.sentence


def test_connectors_are_a_setting(detect: Any) -> None:
    mine = detect("D15", log(accessed(SubjectUserName="svc-adsync")), settings={"connectors": ["MSOL_", "svc-adsync"]})
    assert mine["case"].answer == "no"
    assert "msol_*" in detect("D15", log(accessed()))["case"].threshold


@pytest.mark.parametrize("properties", ["%%1539 {19195a5b-6da0-11d0-afd3-00c04fd930c9}", "1131f6aa", "-"])
def test_other_accesses_are_none(detect: Any, properties: str) -> None:
    found = detect("D15", log(accessed(properties, AccessMask="0x40000")))["case"]
    assert (found.answer, found.figures["object_accesses"]) == ("no", 1)
    assert found.sentence == "1 access to directory objects, none of them replication by a stranger."


def test_the_logon_says_whence_it_came(detect: Any) -> None:
    logons = [
        record(4624, at, TargetUserName=who, IpAddress=ip, Hostname=host)
        for at, who, ip, host in [
            (-90, "ADA", "192.0.2.8", CONTROLLER),
            (-60, "Ada", "192.0.2.9", CONTROLLER),
            (-30, "ada", "192.0.2.10", "ws-7.corp.example"),
            (-20, "eve", "192.0.2.11", CONTROLLER),
            (30, "ada", "192.0.2.12", CONTROLLER),
        ]
    ]
    found = detect("D15", log(*logons, accessed(), accessed(at=1)))["case"]
    assert found.figures["source"] == "192.0.2.9"
    assert found.entities["ip"] == ["192.0.2.9"]
    assert [row.event["event.code"] for row in found.evidence] == ["4624", "4662", "4662"]
    assert found.sentence == (
        f"ada used replication rights 2 times on {CONTROLLER} at 17 Nov 08:00 UTC, logged in from 192.0.2.9."
    )


def test_a_refused_request_is_partly(detect: Any) -> None:
    found = detect("D15", log(accessed(EventType="AUDIT_FAILURE")))["case"]
    assert (found.answer, found.confidence) == ("partly", "low")
    assert "was refused" in found.sentence


def test_the_rendered_message_tells_the_same(detect: Any) -> None:
    message = (
        "An operation was performed on an object.\n\nSubject :\n\tSecurity ID:\t\tS-1-5-21-1\n\tAccount Name:\t\tada\n"
        "\tAccount Domain:\t\tCORP\n\nObject:\n\tObject Server:\t\tDS\n\tObject Name:\t\tDC=corp\n\nOperation:\n"
        f"\tAccess Mask:\t\t0x100\n\tProperties:\t\tControl Access\n\t\t{SECRETS}\n"
        "\t{19195a5b-6da0-11d0-afd3-00c04fd930c9}\n"
    )
    events, _ = read("windows_text", splunk(4662, message).replace("Audit Failure", "Audit Success"))
    assert detect("D15", located_frame(events))["case"].answer == "yes"


def test_the_case_and_elsewhere(detect: Any) -> None:
    events = log(accessed("-"), accessed(SubjectUserName="eve", at=5))
    found = detect("D15", events, scope=Scope(users=("ada",)))
    assert (found["case"].answer, found["elsewhere"].answer) == ("no", "yes")
    assert found["elsewhere"].entities["user"] == ["eve"]


def test_a_no_needs_accesses_to_directory_objects(detect: Any) -> None:
    found = detect("D15", log(record(4720, TargetUserName="eve", SubjectUserName="ada")))["case"]
    assert (found.answer, found.missing) == ("cannot_tell", ("accesses to directory objects (Windows 4662)",))
    assert "attach the security log of the domain controllers, with directory service access audited" in found.sentence
    asked = Scope(users=("ada",), window=("2026-11-17T08:00:00Z", "2026-11-17T09:00:00Z"))
    assert detect("D15", log(accessed("-", at=60)), scope=asked)["case"].answer == "cannot_tell"
    spans = [record(4672, at, SubjectUserName="ada", Hostname=CONTROLLER) for at in (-60, 4000)]
    assert detect("D15", log(accessed("-", at=60), *spans), scope=asked)["case"].answer == "no"
