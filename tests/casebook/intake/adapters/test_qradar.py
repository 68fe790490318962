"""QRadar offenses: magnitude, what the offense is about, and the answers that stand for its ids."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from casebook.intake.adapters.protocol import Options
from casebook.intake.adapters.qradar import ADAPTER
from casebook.intake.adapters.reading import take
from tests.casebook.intake.adapters.cases import NOW, cases, check, described, sample, understood


@pytest.mark.parametrize("payload", cases("qradar"), ids=lambda path: path.name)
def test_recorded_shapes(payload: Path) -> None:
    check(ADAPTER, payload)


@pytest.mark.parametrize(
    ("magnitudes", "severity"),
    [((0,), "info"), ((1, 2, 3), "low"), ((4, 5, 6), "medium"), ((7, 8), "high"), ((9, 10), "critical")],
)
def test_severity_is_the_band_of_the_magnitude(magnitudes: tuple[int, ...], severity: str) -> None:
    for magnitude in magnitudes:
        [reading] = understood(ADAPTER, json.dumps({"id": 1, "offense_type": 0, "magnitude": magnitude}).encode())
        assert (reading.alert.severity, reading.assumed) == (severity, ())


@pytest.mark.parametrize("magnitude", [None, -1, 11, "many", 2.5])
def test_a_magnitude_outside_its_scale_is_assumed_medium(magnitude: object) -> None:
    [reading] = understood(ADAPTER, json.dumps({"id": 1, "offense_type": 0, "magnitude": magnitude}).encode())
    assert reading.alert.severity == "medium"
    assert [one for one in reading.assumed if "taken as medium" in one]


@pytest.mark.parametrize(
    ("offense_type", "said", "observable"),
    [
        (0, "203.0.113.7", ("ip", "203.0.113.7", "source")),
        (1, "10.0.0.5", ("ip", "10.0.0.5", "target")),
        (3, "root", ("user", "root", "target")),
        (7, "web-1", ("host", "web-1", "target")),
        (11, "2001:db8::1", ("ip", "2001:db8::1", "target")),
    ],
)
def test_the_offense_source_is_who_its_type_says(offense_type: int, said: str, observable: tuple[str, ...]) -> None:
    body = {"id": 1, "magnitude": 5, "offense_type": offense_type, "offense_source": said}
    [reading] = understood(ADAPTER, json.dumps(body).encode())
    assert [(one.type, one.value, one.role) for one in reading.alert.observables] == [observable]


@pytest.mark.parametrize("offense_type", [2, 6, 8, 14, 1004])
def test_other_types_of_offense_name_no_one(offense_type: int) -> None:
    body = {"id": 1, "magnitude": 5, "offense_type": offense_type, "offense_source": "ICMP flood"}
    [reading] = understood(ADAPTER, json.dumps(body).encode())
    assert reading.alert.observables == []
    assert ("Offense source", "ICMP flood") in [(one.label, one.value) for one in reading.facts]


def test_a_real_offense_alone() -> None:
    [reading] = understood(ADAPTER, sample("qradar", "offense.json"))
    got = described(reading)
    assert (got["external_id"], got["severity"]) == ("591", "low")
    assert got["title"] == "BLEEDING-EDGE DOS -ISC- ICMP blind TCP reset DoS guessing attempt", "no line end"
    assert got["first_event_at"] == got["detected_at"] == "2023-04-24T14:44:23.218000Z"
    assert got["last_event_at"] == "2023-04-24T14:44:29.220000Z"
    assert got["rule"] == ["100079", ""]
    assert got["observables"] == [], "its addresses are ids"


def test_a_real_offense_with_what_its_ids_stand_for() -> None:
    offense = json.loads(sample("qradar", "offense.json"))
    offense["resolved"] = {
        "rules": [json.loads(sample("qradar", "rule.json"))],
        "source_addresses": [json.loads(sample("qradar", "source_address.json"))],
        "local_destination_addresses": json.loads(sample("qradar", "local_destinations.json")),
    }
    [reading] = understood(ADAPTER, json.dumps(offense).encode())
    got = described(reading)
    assert got["rule"] == ["100079", "Network DoS Attack Detected"]
    assert got["observables"] == [
        ["ip", "99.99.99.99", "source"],
        ["ip", "88.88.88.88", "target"],
        ["ip", "77.77.77.77", "target"],
    ]
    assert got["link"] == "", "without the console's address there is nowhere to link to"


@pytest.mark.parametrize("name", ["rule.json", "source_address.json", "local_destinations.json"])
def test_the_answers_of_further_calls_are_no_offenses(name: str) -> None:
    taken = take(ADAPTER, sample("qradar", name), Options(), now=NOW)
    assert taken.items == []
    assert {one.reason for one in taken.not_understood} == {
        "It is no offense: it has no id, or neither offense_type nor start_time."
    }
