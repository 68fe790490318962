from __future__ import annotations

from datetime import UTC, datetime

import pytest

from triage.events.timestamps import Clock, assumed_year


def test_a_syslog_stamp_is_read_in_the_stated_zone() -> None:
    clock = Clock(zone="Europe/Berlin", zone_stated=True, year=2026, year_stated=True)
    assert clock.syslog("Mar", "30", "16:01:36") == (datetime(2026, 3, 30, 14, 1, 36, tzinfo=UTC), "stated")


@pytest.mark.parametrize(
    ("year_stated", "zone_stated", "basis"),
    [(False, False, "assumed_year_and_zone"), (True, False, "assumed_zone"), (False, True, "assumed_year")],
)
def test_the_basis_names_what_was_assumed(year_stated: bool, zone_stated: bool, basis: str) -> None:
    clock = Clock(year=2026, year_stated=year_stated, zone_stated=zone_stated)
    assert clock.syslog("Jan", "1", "00:00:00") == (datetime(2026, 1, 1, tzinfo=UTC), basis)


def test_the_year_turns_with_the_months_and_turns_back_for_a_late_line() -> None:
    clock = Clock(year=2025)
    months = [("Dec", 2025), ("Jan", 2026), ("Dec", 2025), ("Jan", 2026), ("Feb", 2026)]
    for month, year in months:
        found = clock.syslog(month, "5", "10:00:00")
        assert found is not None
        assert found[0] is not None
        assert found[0].year == year


def test_29_february_of_an_ordinary_year_is_flagged_and_not_moved() -> None:
    clock = Clock(year=2025)
    assert clock.syslog("Feb", "29", "10:00:00") == (None, "impossible_date")
    assert clock.defects.impossible == 1
    assert any("does not exist" in said for said in clock.sentences())


@pytest.mark.parametrize(
    "stamp", [("Foo", "1", "10:00:00"), ("Mar", "x", "10:00:00"), ("Mar", "1", "25:00:00"), ("Mar", "1", "1:2:3")]
)
def test_no_stamp_is_no_instant(stamp: tuple[str, str, str]) -> None:
    assert Clock(year=2025).syslog(*stamp) is None


def test_an_iso_stamp_with_an_offset_is_exact_and_one_without_takes_the_zone() -> None:
    clock = Clock(zone="America/New_York")
    assert clock.iso("2026-03-30T16:01:36+02:00") == (datetime(2026, 3, 30, 14, 1, 36, tzinfo=UTC), "exact")
    assert clock.iso("2026-01-01T00:00:00") == (datetime(2026, 1, 1, 5, tzinfo=UTC), "assumed_zone")
    assert clock.iso("2026-99-01T00:00:00") is None


@pytest.mark.parametrize(
    ("months", "received", "year"),
    [
        ([3, 3, 4], datetime(2026, 11, 24, tzinfo=UTC), 2026),
        ([11, 12, 1], datetime(2026, 2, 1, tzinfo=UTC), 2025),
        ([12], datetime(2026, 2, 1, tzinfo=UTC), 2025),
        ([], datetime(2026, 2, 1, tzinfo=UTC), 2026),
    ],
)
def test_the_assumed_year_leaves_no_line_in_the_future(months: list[int], received: datetime, year: int) -> None:
    assert assumed_year(months, received) == year


def test_defects_of_a_clock_are_said() -> None:
    clock = Clock(year=2026, received_at=datetime(2026, 3, 1, tzinfo=UTC))
    for hour in range(6):
        clock.syslog("Mar", "20", f"{hour:02d}:05:00")
    clock.syslog("Mar", "20", "01:05:00")
    said = " ".join(clock.sentences())
    assert "minute 05" in said
    assert "backwards" in said
    assert "after the day the file was received" in said


def test_the_hour_that_occurs_twice_is_said() -> None:
    clock = Clock(zone="Europe/Berlin", year=2026)
    clock.syslog("Oct", "25", "02:30:00")
    assert any("twice" in said for said in clock.sentences())
