"""Time that is left out, and everything that is not, in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.timeline.axis import BREAK, STRETCHES, axis

START = datetime(2026, 3, 30, 16, tzinfo=UTC)
OFFSETS = st.lists(st.integers(0, 400 * 24 * 3600), min_size=1, max_size=40)


def at(*seconds: float) -> list[datetime]:
    return [START + timedelta(seconds=one) for one in seconds]


def test_a_log_of_spring_and_an_analysis_of_autumn_are_two_stretches() -> None:
    spring, autumn = at(0, 60, 400), at(200 * 86400, 200 * 86400 + 900)
    found = axis([*spring, *autumn], left=100, right=1100).stretches
    assert [(one.first, one.last) for one in found] == [(spring[0], spring[-1]), (autumn[0], autumn[-1])]
    assert found[1].gap == autumn[0] - spring[-1]
    assert found[1].left == pytest.approx(found[0].right + BREAK, abs=0.2)
    assert found[1].right == pytest.approx(1100, abs=0.2)


def test_an_hour_is_drawn_whole() -> None:
    assert len(axis(at(0, 1200, 3600), left=0, right=800).stretches) == 1


def test_one_instant_stands_in_the_middle() -> None:
    [only] = axis(at(5), left=0, right=800).stretches
    assert only.x(at(5)[0]) == 400


def test_nothing_has_no_axis() -> None:
    with pytest.raises(ValueError):
        axis([], left=0, right=800)


@given(OFFSETS)
def test_later_is_never_drawn_further_left(offsets: list[int]) -> None:
    times = sorted(set(at(*offsets)))
    found = axis(times, left=100, right=1100)
    places = [found.x(one) for one in times]
    assert places == sorted(places)
    assert all(100 <= place <= 1100 for place in places)
    assert len(found.stretches) <= STRETCHES
