"""OCSF findings and authentications of several versions and producers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from casebook.intake.adapters.ocsf import ADAPTER, MOST_UNMAPPED
from tests.casebook.intake.adapters.cases import cases, check, described, sample, understood


@pytest.mark.parametrize("payload", cases("ocsf"), ids=lambda path: path.name)
def test_recorded_shapes(payload: Path) -> None:
    check(ADAPTER, payload)


def read(name: str) -> dict[str, Any]:
    [reading] = understood(ADAPTER, sample("ocsf", name))
    return described(reading)


@pytest.mark.parametrize(
    ("severity_id", "severity"),
    [(1, "info"), (2, "low"), (3, "medium"), (4, "high"), (5, "critical"), (6, "critical")],
)
def test_severity_ids(severity_id: int, severity: str) -> None:
    body = {"class_uid": 2004, "severity_id": severity_id, "finding_info": {"uid": "1", "title": "t"}}
    [reading] = understood(ADAPTER, json.dumps(body).encode())
    assert (reading.alert.severity, reading.assumed) == (severity, ())


@pytest.mark.parametrize(("severity_id", "word", "severity"), [(99, "High", "high"), (0, None, "medium")])
def test_unknown_and_other_go_by_the_word(severity_id: int, word: str | None, severity: str) -> None:
    body = {"class_uid": 2004, "severity_id": severity_id, "severity": word, "finding_info": {"title": "t", "uid": "1"}}
    [reading] = understood(ADAPTER, json.dumps(body).encode())
    assert reading.alert.severity == severity
    assert bool(reading.assumed) is (word is None)


def test_more_leftovers_than_are_shown_are_said_to_be_more() -> None:
    left_over = {f"k{number}": number for number in range(MOST_UNMAPPED + 1)}
    body = {"class_uid": 2004, "severity_id": 1, "finding_info": {"uid": "1", "title": "t"}, "unmapped": left_over}
    [reading] = understood(ADAPTER, json.dumps(body).encode())
    assert len(reading.facts) == MOST_UNMAPPED
    assert [one for one in reading.assumed if "unmapped" in one]


def test_a_real_finding_of_guardduty() -> None:
    got = read("detection_finding_guardduty.json")
    assert got["external_id"].endswith("finding/a6c556fcbc9bea427a19f8b787099a0b")
    assert (got["severity"], got["detected_at"]) == ("low", "2023-09-19T15:05:22.487000Z")
    assert got["first_event_at"] == got["last_event_at"] == "2023-09-19T14:55:09Z", "times come as …_dt alone"
    assert got["rule"] == ["Stealth:IAMUser-CloudTrailLoggingDisabled"] * 2
    assert got["tactics"] == ["Defense Evasion"]
    assert got["observables"] == [
        ["ip", "52.94.133.131", "source"],
        ["cloud_principal", "AWS::IAM::AccessKey:ASIATMJPC7EXAMPLE", "target"],
        ["user", "Admin", "target"],
    ]
    assert got["link"].startswith("https://us-east-2.console.aws.amazon.com/guardduty/")
    [event] = got["events"]
    assert (event["event.action"], event["service.name"]) == ("DeleteTrail", "cloudtrail.amazonaws.com")


def test_a_real_finding_without_severity() -> None:
    got = read("detection_finding_okta.json")
    assert (got["title"], got["severity"]) == ("Login Failures", "medium")
    assert got["assumed"] == ["The message states no severity: taken as medium."]
    assert got["detected_at"] == "2024-08-13T15:58:20Z", "its time is in seconds"
    assert ["ip", "10.0.0.1", "source"] in got["observables"]
    assert got["assets"] == [], "a path inside an application is no machine"


def test_a_real_finding_of_the_older_class() -> None:
    got = read("detection_finding_falco.json")
    assert got["external_id"] == "ec834826-90c1-458a-8eec-a014e7266754"
    assert (got["title"], got["severity"]) == ("Linux Kernel Module Injection Detected", "medium")
    assert got["observables"] == [["host", "host0.local", "related"]], "placeholders name no one"


def test_a_real_offense_mapped_to_the_older_class() -> None:
    got = read("qradar_offense_mapped.json")
    assert (got["external_id"], got["rule"]) == ("591", ["100079", "Network DoS Attack Detected"])
    assert got["observables"] == [
        ["ip", "99.99.99.99", "source"],
        ["ip", "88.88.88.88", "target"],
        ["ip", "77.77.77.77", "target"],
    ], "and not the analyst it is assigned to"
    assert ["Magnitude", "3", "/enrichments/0/value"] in got["facts"]


@pytest.mark.parametrize(
    ("name", "outcome", "user", "at"),
    [
        ("cloudtrail", "success", "anaya", "2023-11-10T16:24:34Z"),
        ("okta", "success", "John Doe", "2024-08-13T15:58:20Z"),
        ("windows_4624", "success", "SYSTEM", "2021-03-12T15:48:14Z"),
        ("windows_4625", "failure", "Administrator", "2020-10-08T16:41:47Z"),
    ],
)
def test_real_authentications_are_alerts_with_one_event(name: str, outcome: str, user: str, at: str) -> None:
    file = f"authentication_{name}.json"
    got = read(file)
    assert got["external_id"] == json.loads(sample("ocsf", file))["metadata"]["uid"]
    assert got["severity"] == "info"
    assert got["detected_at"] == got["first_event_at"] == got["last_event_at"] == at
    [event] = got["events"]
    assert (event["event.category"], event["event.outcome"], event["user.name"]) == ("authentication", outcome, user)
    assert ["user", user, "target"] in got["observables"]


def test_windows_says_whether_the_account_exists() -> None:
    [event] = read("authentication_windows_4625.json")["events"]
    assert (event["event.reason"], event["user.exists"]) == ("0xc000006a", True)
    assert event["source.domain"] == "EC2AMAZ-6KJ2BPP"
    assert "source.ip" not in event, "a dash is no address"
