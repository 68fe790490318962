from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.intake.adapters.times import moment

MORNING = datetime(2026, 11, 24, 8, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-24T08:00:00Z",
        "2026-11-24T08:00:00.0000000Z",
        "2026-11-24T09:00:00.000+0100",
        "2026-11-24T09:00:00+01",
        "2026-11-24 08:00:00Z",
        "2026-11-24t08:00:00z",
        "2026/11/24 08:00:00 UTC",
        "2026-11-24T07:59:60Z",
        "24/Nov/2026:09:00:00 +0100",
        "Tue, 24 Nov 2026 08:00:00 GMT",
        "Nov 24, 2026 @ 08:00:00.000 Z",
        "11/24/2026 8:00:00 AM +00:00",
        1_795_507_200,
        1_795_507_200.0,
        1_795_507_200_000,
        1_795_507_200_000_000,
        1_795_507_200_000_000_000,
        "1795507200",
        "1795507200.000000000",
        "1795507200000",
        ["2026-11-24T08:00:00Z"],
    ],
)
def test_ways_to_write_a_moment(value: Any) -> None:
    assert moment(value, "time") == (MORNING, "")


@pytest.mark.parametrize(
    "value", ["2026-11-24 08:00:00", "2026-11-24T08:00", "Nov 24 2026 08:00:00", "11/24/2026 8:00 AM"]
)
def test_a_time_without_a_zone_is_read_in_the_sources_and_said_to_be(value: str) -> None:
    assert moment(value, "time") == (MORNING, "time carries no time zone: read as UTC.")
    in_vienna = moment(value, "time", zone="Europe/Vienna")
    assert in_vienna.at == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert in_vienna.assumed == "time carries no time zone: read as Europe/Vienna, as set for this source."
    assert "does not exist" in moment(value, "time", zone="Mars/Olympus").assumed


def test_decimals_beyond_microseconds_are_cut() -> None:
    at = moment("2026-11-24T08:00:00.1234567Z", "time").at
    assert at == MORNING.replace(microsecond=123456)
    assert moment("1795507200.123456789", "time").at == at


def test_a_date_that_may_be_two_days_says_which_it_took() -> None:
    said = moment("3/4/2026 1:02:03 PM", "time")
    assert said.at == datetime(2026, 3, 4, 13, 2, 3, tzinfo=UTC)
    assert "the month was taken to come first" in said.assumed
    assert moment("24/3/2026 00:00 Z", "time") == (datetime(2026, 3, 24, tzinfo=UTC), "")
    assert moment("12/12/2026 12:30 AM Z", "time") == (datetime(2026, 12, 12, 0, 30, tzinfo=UTC), "")


@pytest.mark.parametrize("value", [None, "", " ", "-", "N/A", "null", []])
def test_nothing_said_is_nothing_assumed(value: Any) -> None:
    assert moment(value, "time") == (None, "")


@pytest.mark.parametrize(
    "value",
    [0, -1, 42, True, {}, "soon", "2026-13-01T00:00:00Z", "2026-11-24T25:00:00Z", "1.2.3", "9" * 100, "nan", 1e300,
     "2026-11-24T08:00:00 CET", "0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00", "2026-11-24T08:00:00+99:99"],
)  # fmt: skip
def test_what_is_no_time_is_left_out_and_said(value: Any) -> None:
    at, assumed = moment(value, "time")
    assert at is None
    assert assumed.startswith("time is not a time we can read")


@given(st.datetimes(min_value=datetime(1974, 1, 1), max_value=datetime(2199, 12, 31), timezones=st.just(UTC)))
def test_what_we_would_write_ourselves_is_read_back(at: datetime) -> None:
    assert moment(at.isoformat(), "time") == (at, "")
    whole = at.replace(microsecond=0)
    assert moment(int(whole.timestamp()), "time") == (whole, "")


@given(st.text(max_size=90) | st.floats(allow_nan=False) | st.integers())
def test_no_value_is_more_than_not_understood(value: Any) -> None:
    at, assumed = moment(value, "time")
    assert at is None or at.tzinfo is UTC
    assert isinstance(assumed, str)
