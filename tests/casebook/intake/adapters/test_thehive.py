"""TheHive's alerts, cases and webhooks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from casebook.intake.adapters.thehive import ADAPTER
from tests.casebook.intake.adapters.cases import cases, check, described, sample, understood


@pytest.mark.parametrize("payload", cases("thehive"), ids=lambda path: path.name)
def test_recorded_shapes(payload: Path) -> None:
    check(ADAPTER, payload)


@pytest.mark.parametrize(
    ("said", "tlp"),
    [
        ({"tlp": 0}, "clear"),
        ({"tlp": 1}, "green"),
        ({"tlp": 2}, "amber"),
        ({"tlp": 3}, "red"),
        ({"tlp": 3, "tlpLabel": "AMBER+STRICT"}, "amber_strict"),
        ({"tlp": 4}, "red"),
        ({}, "amber"),
        ({"tlp": 42}, "amber"),
    ],
)
def test_tlp_by_number_and_by_label(said: dict[str, Any], tlp: str) -> None:
    [reading] = understood(ADAPTER, json.dumps({"title": "t", "sourceRef": "1", "severity": 2} | said).encode())
    assert reading.alert.tlp == tlp
    assert bool(reading.assumed) is (said == {"tlp": 3})


def test_real_cases() -> None:
    first, second = (described(reading) for reading in understood(ADAPTER, sample("thehive", "cases_v5.json")))
    assert [first["external_id"], second["external_id"]] == ["~3878920", "~3924096"]
    assert (first["title"], first["description"], first["severity"]) == ("new case", "new case for test", "low")
    assert first["detected_at"] == "2023-11-06T13:19:27.799000Z"
    assert first["assumed"] == []
