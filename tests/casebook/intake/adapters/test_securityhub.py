"""AWS Security Hub findings, bare and in the wrappers they travel in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from casebook.intake.adapters import ocsf
from casebook.intake.adapters.securityhub import ADAPTER
from tests.casebook.intake.adapters.cases import PAYLOADS, cases, check, described, sample, understood


@pytest.mark.parametrize("payload", cases("securityhub"), ids=lambda path: path.name)
def test_recorded_shapes(payload: Path) -> None:
    check(ADAPTER, payload)


@pytest.mark.parametrize(
    ("number", "severity"),
    [
        (0, "info"),
        (1, "low"),
        (39, "low"),
        (40, "medium"),
        (70, "high"),
        (89, "high"),
        (90, "critical"),
        (100, "critical"),
    ],
)
def test_a_number_alone_is_graded_by_its_band(number: int, severity: str) -> None:
    body = {"Id": "1", "Title": "t", "Severity": {"Normalized": number}}
    [reading] = understood(ADAPTER, json.dumps(body).encode())
    assert (reading.alert.severity, reading.assumed) == (severity, ())


def test_the_label_outranks_the_number() -> None:
    body = {"Id": "1", "Title": "t", "Severity": {"Normalized": 90, "Label": "LOW"}}
    [reading] = understood(ADAPTER, json.dumps(body).encode())
    assert reading.alert.severity == "low"


def test_findings_of_the_second_version_are_read_as_ocsf() -> None:
    body = (PAYLOADS / "ocsf" / "eventbridge_findings.json").read_bytes()
    assert list(understood(ADAPTER, body)) == list(understood(ocsf.ADAPTER, body))


def test_a_real_finding() -> None:
    [reading] = understood(ADAPTER, sample("aws", "securityhub_guardduty_finding.json"))
    got = described(reading)
    assert got["external_id"].endswith("finding/a6c556fcbc9bea427a19f8b787099a0b")
    assert got["title"] == (
        "AWS CloudTrail trail arn:aws:cloudtrail:us-east-2:111111111111:trail/delete-me was disabled."
    )
    assert (got["severity"], got["detected_at"]) == ("low", "2023-09-19T15:05:22.487000Z")
    assert got["first_event_at"] == got["last_event_at"] == "2023-09-19T14:55:09Z"
    assert got["techniques"] == [], "its types are no techniques"
    assert got["tactics"] == ["Defense Evasion"]
    assert got["observables"] == [
        ["cloud_principal", "AWS::IAM::AccessKey:ASIATMJPC7EXAMPLE", "target"],
        ["user", "Admin", "target"],
        ["ip", "52.94.133.131", "source"],
    ]
    assert ["Product", "GuardDuty", "/ProductName"] in got["facts"]
