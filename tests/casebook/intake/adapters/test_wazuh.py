from __future__ import annotations

import json
from pathlib import Path

import pytest

from casebook.intake.adapters.protocol import Options
from casebook.intake.adapters.wazuh import ADAPTER
from tests.casebook.intake.adapters.cases import cases, check, described, sample, understood


@pytest.mark.parametrize("payload", cases("wazuh"), ids=lambda path: path.stem)
def test_payload(payload: Path) -> None:
    check(ADAPTER, payload)


def test_the_sample_alerts() -> None:
    readings = list(understood(ADAPTER, sample("wazuh", "alerts_sshd.ndjson")))
    alerts = [described(one) for one in readings]
    assert [(one["external_id"], one["rule"][0], one["severity"], len(one["events"])) for one in alerts] == [
        ("1587082673.77856", "5716", "low", 1),
        ("1587082700.80945", "5710", "low", 1),
        ("1587083113.109656", "5720", "medium", 8),
    ]
    assert alerts[2]["detected_at"] == "2020-04-17T00:25:13.117000Z"
    assert alerts[2]["observables"] == [
        ["host", "Centos", "target"],
        ["ip", "10.0.1.132", "related"],
        ["ip", "49.88.112.76", "source"],
        ["user", "root", "target"],
    ]
    assert ["user", "admin", "target"] in alerts[1]["observables"], "the account somebody tried"
    assert alerts[2]["assumed"] == [
        "Its raw lines name no year: taken as that of 2020-04-17; and no time zone: read as UTC."
    ]
    lines = [event["event.original"] for event in alerts[2]["events"]]
    assert lines[0].startswith("Apr 17 00:20:27")
    assert lines[-1].startswith("Apr 17 00:25:12")


@pytest.mark.parametrize(
    ("level", "severity"),
    [(0, "info"), (3, "info"), (4, "low"), (6, "low"), (7, "medium"), (11, "medium"), (12, "high"), (14, "high"),
     (15, "critical"), (16, "critical"), ("10", "medium")],
)  # fmt: skip
def test_levels(level: object, severity: str) -> None:
    alert = {"id": "1", "rule": {"id": "2", "description": "d", "level": level}}
    (reading,) = understood(ADAPTER, json.dumps(alert).encode())
    assert (reading.alert.severity, reading.assumed) == (severity, ())


def test_the_zone_of_the_source_goes_with_its_lines() -> None:
    alert = {"id": "1", "rule": {"id": "2", "description": "d", "level": 3}, "full_log": "Apr  1 10:00:00 h sshd[1]: x"}
    (reading,) = understood(ADAPTER, json.dumps(alert).encode(), Options(zone="Europe/Vienna"))
    assert reading.alert.events == [{"event.original": alert["full_log"], "event.timezone": "Europe/Vienna"}]
