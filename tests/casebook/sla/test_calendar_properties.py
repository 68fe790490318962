"""Business time is monotone, additive and undone by `after`, for a calendar with gaps as for one without."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.sla.calendar import AROUND_THE_CLOCK, FOREVER, Calendar, after, elapsed

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))
spans = st.timedeltas(timedelta(), timedelta(days=20))


class OfficeHours:
    """08:00–18:00 on weekdays: no calendar of the product, a test of the shape."""

    name = "office hours"

    def open_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = start.replace(hour=0, minute=0, second=0, microsecond=0)
        while True:
            opens, closes = day + timedelta(hours=8), day + timedelta(hours=18)
            if day.weekday() < 5 and closes > start:
                yield opens, closes
            day += timedelta(days=1)


class OneHour:
    """Open once, for an hour."""

    name = "once"

    def open_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        if start < MONDAY + timedelta(hours=1):
            yield MONDAY, MONDAY + timedelta(hours=1)


calendars = st.sampled_from([AROUND_THE_CLOCK, OfficeHours()])


@given(calendars, instants, instants, instants)
def test_elapsed_is_additive_and_monotone(calendar: Calendar, a: datetime, b: datetime, c: datetime) -> None:
    first, middle, last = sorted([a, b, c])
    assert elapsed(first, middle, calendar) + elapsed(middle, last, calendar) == elapsed(first, last, calendar)
    assert elapsed(first, middle, calendar) <= elapsed(first, last, calendar) <= last - first


@given(calendars, instants, spans)
def test_after_is_the_first_instant_by_which_the_span_has_passed(
    calendar: Calendar, start: datetime, span: timedelta
) -> None:
    end = after(start, span, calendar)
    assert elapsed(start, end, calendar) == span
    if span:
        assert elapsed(start, end - timedelta(microseconds=1), calendar) < span


@given(calendars, instants, spans, spans)
def test_after_goes_on_where_it_stopped(calendar: Calendar, start: datetime, one: timedelta, more: timedelta) -> None:
    assert after(after(start, one, calendar), more, calendar) == after(start, one + more, calendar)


def test_around_the_clock_counts_every_second() -> None:
    assert elapsed(MONDAY, MONDAY + timedelta(days=9)) == timedelta(days=9)
    assert next(AROUND_THE_CLOCK.open_from(MONDAY)) == (MONDAY, FOREVER)


def test_nothing_passes_backwards() -> None:
    assert elapsed(MONDAY, MONDAY - timedelta(hours=1)) == timedelta()
    assert after(MONDAY, timedelta(hours=-1)) == MONDAY


def test_nights_and_weekends_do_not_count_in_office_hours() -> None:
    friday = MONDAY + timedelta(days=4, hours=17)
    assert after(friday, timedelta(hours=2), OfficeHours()) == MONDAY + timedelta(days=7, hours=9)
    assert elapsed(friday, MONDAY + timedelta(days=7), OfficeHours()) == timedelta(hours=1)


def test_a_calendar_that_ends_too_early_is_refused() -> None:
    with pytest.raises(ValueError, match="once has no 2:00:00 of open time after 2026-03-02"):
        after(MONDAY, timedelta(hours=2), OneHour())
