"""Whatever an adapter makes of a message, what leaves is an alert of ours, and each liberty taken is said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.intake.adapters.protocol import Fact, NotUnderstood, Reading
from casebook.intake.adapters.settle import settle
from casebook.intake.envelope import AlertIn, AssetIn, ObservableIn, RuleIn
from tests.casebook.intake.adapters.cases import NOW


def settled(**fields: Any) -> Reading:
    return settle(Reading(AlertIn(**{"external_id": "e", "title": "t"} | fields)), now=NOW)


@pytest.mark.parametrize(
    ("fields", "name", "value", "said"),
    [
        ({"title": "x" * 10_001}, "title", "x" * 10_000, "The title had 10,001 characters: cut to 10,000"),
        ({"description": "x" * 200_001}, "description", "x" * 200_000, "cut to 200,000"),
        ({"techniques": ["t1110/001", "T1110.001", "Brute Force"]}, "techniques", ["T1110.001"], "'Brute Force'"),
        ({"techniques": [f"T{n}" for n in range(1000, 1101)]}, "techniques", None, "Of 101 techniques the first 100"),
        ({"tactics": ["a" * 61, "-", "b", "b"]}, "tactics", ["a" * 60, "b"], ""),
        ({"link": "javascript:alert(1)"}, "link", "", "no web address"),
        ({"link": "HTTPS://siem.example/a"}, "link", "HTTPS://siem.example/a", ""),
        ({"detected_at": datetime(2200, 1, 1, tzinfo=UTC)}, "detected_at", None, "outside 1970 to 2200"),
        ({"detected_at": datetime(2026, 1, 1)}, "detected_at", None, "has no zone"),
        ({"title": " ", "rule": RuleIn("r-1", "by its rule")}, "title", "by its rule", ""),
        ({"external_id": 77}, "external_id", "77", ""),
        ({"events": [{"a": 1}, "text"]}, "events", [{"a": 1}], ""),
        ({"assets": [AssetIn("n" * 501), AssetIn(" ")]}, "assets", [AssetIn("n" * 500)], "cut to 500"),
    ],
)
def test_what_no_alert_may_be_is_mended_and_said(fields: dict[str, Any], name: str, value: Any, said: str) -> None:
    reading = settled(**fields)
    if value is not None or name.endswith("_at"):
        assert getattr(reading.alert, name) == value
    assert any(said in one for one in reading.assumed) if said else not reading.assumed


def test_an_id_too_long_to_store_stays_unique() -> None:
    one, other = (settled(external_id="x" * 600 + end).alert.external_id for end in "ab")
    assert len(one) <= 500
    assert one != other
    assert settled(external_id="x" * 600 + "a").alert.external_id == one


def test_observables_are_typed_and_each_role_is_told_once() -> None:
    given: list[Any] = [ObservableIn("ip", "203.0.113.7", "source"), ObservableIn("ip", "203.0.113.7", "source")]
    given += [ObservableIn("ip", "203.0.113.7", "target"), ObservableIn("colour", "red"), ObservableIn("user", " ")]
    kept = settled(observables=given).alert.observables
    assert [(one.type, one.value, one.role) for one in kept] == [
        ("ip", "203.0.113.7", "source"),
        ("ip", "203.0.113.7", "target"),
        ("other", "red", "related"),
    ]


def test_nothing_to_call_it_by_is_not_understood() -> None:
    with pytest.raises(NotUnderstood, match="neither a title nor a rule name"):
        settled(title="-")


def test_a_severity_of_an_adapters_own_making_is_its_fault() -> None:
    with pytest.raises(NotUnderstood, match="severity"):
        settled(severity="loud")


def test_facts_are_cut_and_empty_ones_left_out() -> None:
    facts = (Fact("count", "9" * 3_000, "/count"), Fact("nothing", "", "/nothing"))
    reading = settle(Reading(AlertIn("e", "t"), facts, ("It was so.",)), now=NOW)
    assert reading.facts == (Fact("count", "9" * 2_000, "/count"),)
    assert reading.assumed == ("It was so.",)


anything: Any = st.text(max_size=30) | st.none() | st.integers() | st.booleans() | st.lists(st.text(max_size=5))


@given(title=anything, external_id=anything, techniques=st.lists(anything), tactics=st.lists(anything), link=anything)
def test_what_leaves_is_always_an_alert_of_ours(**fields: Any) -> None:
    try:
        alert = settled(**fields).alert
    except NotUnderstood:
        return
    assert msgspec.convert(msgspec.to_builtins(alert), AlertIn) == alert
