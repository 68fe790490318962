from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from casebook.intake.adapters.sentinel import ADAPTER
from tests.casebook.intake.adapters.cases import cases, check, described, sample, understood


@pytest.mark.parametrize("payload", cases("sentinel"), ids=lambda path: path.stem)
def test_payload(payload: Path) -> None:
    check(ADAPTER, payload)


def one(name: str) -> dict[str, Any]:
    (reading,) = understood(ADAPTER, sample("sentinel", name))
    return described(reading)


def test_the_sample_of_guessing_over_rdp() -> None:
    alert = one("securityalert_failed_rdp_brute_force.json")
    assert alert["external_id"] == "8832e816-d634-4214-bb48-7a6678fdf0b7"
    assert (alert["title"], alert["severity"]) == ("Failed RDP Brute Force Attack", "low")
    assert (alert["first_event_at"], alert["detected_at"]) == ("2019-01-05T02:02:00Z", "2019-01-12T00:02:51Z")
    assert alert["assumed"] == ["TimeGenerated carries no time zone: read as UTC."]
    assert alert["observables"] == [["host", "vm1", "target"], ["ip", "96.81.218.10", "source"]]
    facts = {label: value for label, value, _ in alert["facts"]}
    assert {name: facts[name] for name in ("failed attempts", "non-existent users", "existing users")} == {
        "failed attempts": "93",
        "non-existent users": "32",
        "existing users": "1",
    }
    assert facts["successful logins"] == "0"
    assert not alert["events"], "what the vendor counted is no event of ours"


def test_the_sample_of_an_account_that_was_made() -> None:
    alert = one("securityalert_suspicious_account_creation.json")
    users = {value: role for kind, value, role in alert["observables"] if kind == "user"}
    assert users == {"adm1nistrator": "target", "MSTICAdmin": "target"}
    assert ["process", "c:\\windows\\system32\\net.exe", "related"] in alert["observables"]
    (event,) = alert["events"]
    assert event["process.command_line"] == "net  user adm1nistrator bob_testing /add"
    assert event["process.parent.name"] == "c:\\windows\\system32\\cmd.exe"
    assert (event["user.name"], event["host.name"]) == ("MSTICAdmin", "MSTICALERTSWIN1")


@pytest.mark.parametrize(
    ("name", "host", "severity"),
    [
        ("securityalert_outgoing_spam.json", "vm1lin", "low"),
        ("securityalert_compromised_machine.json", "vm4", "medium"),
    ],
)
def test_the_other_samples(name: str, host: str, severity: str) -> None:
    alert = one(name)
    assert (alert["assets"], alert["severity"]) == ([[host, False]], severity)


def test_a_querys_answer_is_its_rows() -> None:
    alerts = [described(one) for one in understood(ADAPTER, sample("sentinel", "securityalert_query_response.json"))]
    assert [alert["external_id"][:8] for alert in alerts][:2] == ["c19a6ccd", "4422fdcc"]
    assert len(alerts) == 3
    assert alerts[0]["detected_at"] == "2023-02-20T11:04:02.637163Z"
    assert alerts[0]["rule"][0] == "1e65fb27-5c2a-4e44-80da-8b5f9d8fdb24"


def test_the_whole_table_as_a_list_of_rows() -> None:
    csv.field_size_limit(sys.maxsize)
    rows = list(csv.DictReader(io.StringIO(sample("sentinel", "securityalert_table.csv").decode())))
    readings = list(understood(ADAPTER, json.dumps(rows).encode()))
    assert len({one.alert.external_id for one in readings}) == len(rows) == 189
    assert Counter(one.alert.severity for one in readings) == {"high": 102, "medium": 56, "low": 24, "info": 7}
    first = described(readings[0])
    assert ["ip", "75.10.91.22", "source"] in first["observables"]
    assert first["assets"] == [["DHCPContoso77", False]]
    assert sum(len(one.alert.events) for one in readings) > 100, "processes with their command lines"
