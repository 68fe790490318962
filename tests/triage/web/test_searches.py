"""Saved searches: the window and the entities as each SIEM reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest

from casebook.models import Case, Step
from triage.web.searches import searches

AT = datetime(2026, 3, 30, 16, 1, 36, tzinfo=UTC)


def filled(query: str, system: str = "elastic", case: Case | None = None, **about: str) -> str:
    step = Step(options={"searches": {system: query}})
    [found] = searches(case or Case(received_at=AT), step, about.items())
    assert found.system == system
    return found.query


@pytest.mark.parametrize(
    ("system", "window"),
    [
        ("splunk", "1774882896 1774890096"),
        ("Splunk", "1774882896 1774890096"),
        ("splunk_es", "1774882896 1774890096"),
        ("elastic", "2026-03-30T15:01:36Z 2026-03-30T17:01:36Z"),
        ("sentinel", "2026-03-30T15:01:36Z 2026-03-30T17:01:36Z"),
        ("qradar", "2026-03-30 15:01Z 2026-03-30 17:01Z"),
        ("something else", "2026-03-30T15:01:36Z 2026-03-30T17:01:36Z"),
    ],
)
def test_the_window_is_written_as_the_system_reads_it(system: str, window: str) -> None:
    assert filled("{from} {to}", system) == window
    local = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert filled("{from} {to}", system, Case(received_at=local)) == window


def test_the_window_spans_every_instant_of_the_case() -> None:
    case = Case(first_event_at=AT - timedelta(hours=3), detected_at=AT, received_at=AT + timedelta(minutes=10))
    assert filled("{from} {to}", case=case) == "2026-03-30T12:01:36Z 2026-03-30T17:11:36Z"


@pytest.mark.parametrize(
    ("system", "value", "said"),
    [
        ("splunk", r"CORP\bob", r'user="CORP\\bob"'),
        ("sentinel", 'x" or 1==1 //', r'user="x\" or 1==1 //"'),
        ("elastic", r"ends with \ ".strip(), r'user="ends with \\"'),
        ("qradar", "o'brien", "user=\"o''brien\""),
    ],
)
def test_a_value_cannot_end_the_string_it_stands_in(system: str, value: str, said: str) -> None:
    assert filled('user="{user}"', system, user=value) == said


def test_what_the_case_does_not_know_stays_as_it_is() -> None:
    values: Mapping[str, str] = {"ip": "203.0.113.7", "asset": "web-1"}
    assert filled("{source_ip} {host} {user} {0} {}", **values) == "203.0.113.7 web-1 {user} {0} {}"


def test_a_value_that_looks_like_a_place_is_a_value() -> None:
    assert filled("{user} {host}", user="{host}", host="web-1") == "{host} web-1"


def test_no_observable_stands_for_the_window() -> None:
    assert "2026" in filled("{from}", **{"from": "x"})
