"""The native format: every fault told with its place, and names nobody reads warned of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from casebook.errors import Invalid
from casebook.intake.envelope import MOST_WARNINGS, understand
from casebook.intake.faults import MOST
from tests.conftest import alert_body


def refused(**changes: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        understand(json.dumps(alert_body() | changes).encode())
    return caught.value


def test_every_fault_is_told_and_the_detail_says_how_many_more() -> None:
    error = refused(
        title=" ",
        severity="hihg",
        detected_at="0001-01-01T00:00:00Z",
        observables=[{"type": "ip"}, {"type": "colour", "value": "red"}],
        assets=[{"critical": 1}],
    )
    assert error.errors == {
        "title": ["blank"],
        "severity": ['"hihg" is not one of info, low, medium, high, critical'],
        "observables.0.value": ["required"],
        "observables.1.type": [error.errors["observables.1.type"][0]],
        "assets.0.name": ["required"],
        "assets.0.critical": ["Expected `bool`, got `int`"],
        "detected_at": ["lies outside 1970 to 2200"],
    }
    assert '"colour" is not one of ip, cidr,' in error.errors["observables.1.type"][0]
    assert error.detail == "title: blank (and 6 more: see errors)"


def test_a_list_that_is_too_long_is_one_fault_however_good_its_items() -> None:
    error = refused(techniques=["T1110"] * 101)
    assert error.errors == {"techniques": ["Expected `array` of length <= 100"]}


def test_more_faults_than_anybody_reads_are_cut() -> None:
    assert len(refused(observables=[{"type": "ip"}] * 500).errors) == MOST


def test_an_unknown_field_is_warned_of_and_says_what_was_meant() -> None:
    body = alert_body(sevrity="high", observables=[{"type": "ip", "value": "203.0.113.7", "roll": "source"}], zz_9=1)
    alert, warnings = understand(json.dumps(body).encode())
    assert alert.observables[0].role == "related"
    assert warnings == [
        {"field": "sevrity", "detail": "Kept with the raw body, and read by nobody. Did you mean severity?"},
        {"field": "zz_9", "detail": "Kept with the raw body, and read by nobody."},
        {"field": "observables.0.roll", "detail": "Kept with the raw body, and read by nobody. Did you mean role?"},
    ]


def test_no_warning_where_every_field_is_known_and_inside_raw_anything_goes() -> None:
    assert understand(json.dumps(alert_body(raw={"sevrity": 1}, events=[{"x": 1}])).encode()).warnings == []


def test_many_unknown_fields_are_counted_not_listed() -> None:
    body = alert_body() | {f"vendor_{n}": n for n in range(300)}
    warnings = understand(json.dumps(body).encode()).warnings
    assert len(warnings) == MOST_WARNINGS + 1
    assert warnings[-1]["detail"] == f"{300 - MOST_WARNINGS} more unknown fields."
