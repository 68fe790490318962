"""The chart stays inside its picture, and a day without targets is a gap, not a zero."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casebook.reports.chart import HEIGHT, LEFT, WIDTH, Share, draw

FIRST = date(2026, 3, 1)
shares = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda pair: (min(pair), max(pair)))


@given(st.lists(shares, min_size=1, max_size=31))
def test_every_point_lies_inside(days: list[Share]) -> None:
    series = {FIRST + timedelta(days=number): share for number, share in enumerate(days)}
    chart = draw(FIRST, FIRST + timedelta(days=30), [("m", "M", series)])
    points = [point for line in chart.lines for point in line.points]
    assert len(points) == sum(1 for _, ended in days if ended)
    assert all(LEFT <= point.x <= WIDTH and 0 <= point.y <= HEIGHT for point in points)
    assert all(0 <= level.at <= HEIGHT for level in chart.levels)


def test_a_gap_breaks_the_line() -> None:
    series = {FIRST: (1, 1), FIRST + timedelta(days=1): (1, 2), FIRST + timedelta(days=5): (1, 1)}
    (line,) = draw(FIRST, FIRST + timedelta(days=5), [("m", "M", series)]).lines
    assert len(line.points) == 3
    assert len(line.paths) == 1
    assert line.points[1].words == "2026-03-02: 50.0 %, 1 of 2"


def test_better_stands_higher() -> None:
    series = {FIRST: (1, 2), FIRST + timedelta(days=1): (2, 2)}
    (line,) = draw(FIRST, FIRST + timedelta(days=1), [("m", "M", series)]).lines
    assert line.points[1].y < line.points[0].y


def test_a_measure_without_targets_has_no_line() -> None:
    assert draw(FIRST, FIRST + timedelta(days=1), [("m", "M", {FIRST: (0, 0)})]).lines == []


def test_days_are_labelled_from_first_to_last() -> None:
    labels = [tick.text for tick in draw(FIRST, date(2026, 3, 31), []).days]
    assert (labels[0], labels[-1], len(labels)) == ("1 Mar", "31 Mar", 6)
