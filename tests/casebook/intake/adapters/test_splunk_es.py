from __future__ import annotations

import json
from pathlib import Path

import pytest

from casebook.intake.adapters.splunk_es import ADAPTER
from tests.casebook.intake.adapters.cases import cases, check, described, sample, understood


@pytest.mark.parametrize("payload", cases("splunk_es"), ids=lambda path: path.stem)
def test_payload(payload: Path) -> None:
    check(ADAPTER, payload)


def test_the_sample_notable() -> None:
    (reading,) = understood(ADAPTER, sample("splunk", "notable_event.json"))
    alert = described(reading)
    assert alert["external_id"].endswith("@@notable@@e4f07602f507975e9f7ba47c4ae0c417")
    assert alert["title"] == "Root user use"
    assert alert["rule"] == ["Identity - Root sucess - Rule", "Root sucess"]
    assert alert["severity"] == "info"
    assert (alert["detected_at"], alert["first_event_at"]) == ("2024-06-05T09:15:24Z", "2024-06-04T09:30:10Z")
    assert ["user", "root", "target"] in alert["observables"]
    assert ["Risk score of the target", "560", "/dest_risk_score"] in alert["facts"]
    (event,) = alert["events"]
    assert event["event.original"].startswith("Jun 04 09:30:10")
    assert (event["event.category"], event["event.outcome"], event["user.name"]) == (
        "authentication",
        "success",
        "root",
    )


@pytest.mark.parametrize(
    ("annotations", "techniques"),
    [
        ({"annotations.mitre_attack": "T1110"}, ["T1110"]),
        ({"annotations.mitre_attack": ["T1110", "T1110.003"]}, ["T1110", "T1110.003"]),
        ({"annotations": {"mitre_attack": ["T1110"]}}, ["T1110"]),
        ({"annotations.mitre_attack.mitre_technique_id": ["T1021.001"]}, ["T1021.001"]),
        ({"annotations.mitre_attack": ["Brute Force"]}, []),
        ({}, []),
    ],
)
def test_annotations_as_string_list_or_object(annotations: dict[str, object], techniques: list[str]) -> None:
    notable = {"event_id": "a@@notable@@b", "search_name": "Own - Rule", "urgency": "low"} | annotations
    (reading,) = understood(ADAPTER, json.dumps(notable).encode())
    assert reading.alert.techniques == techniques


@pytest.mark.parametrize(
    ("dest", "asset"),
    [("ws-9", True), ("10.4.4.4", True), ("203.0.113.9", False), ("shop.example", False)],
)
def test_a_target_outside_the_house_is_no_asset(dest: str, asset: bool) -> None:
    notable = {"event_id": "a", "search_name": "s", "urgency": "low", "dest": dest}
    (reading,) = understood(ADAPTER, json.dumps(notable).encode())
    assert [one.name for one in reading.alert.assets] == ([dest] if asset else [])
    assert [(one.value, one.role) for one in reading.alert.observables] == [(dest, "target")]
