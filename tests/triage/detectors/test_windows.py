"""Sliding windows against what they mean, spelt out slowly: of every window that ends with an event, the fullest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.triage.detectors.making import MONDAY
from triage.detectors.windows import busiest, most_distinct, most_touched, widest

SCHEMA = {"@timestamp": pl.Datetime("us", "UTC"), "group": pl.String, "value": pl.String, "event.count": pl.Int64}

event = st.tuples(st.integers(0, 30), st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 3))
events = st.lists(event, max_size=25)
seconds = st.integers(1, 12)


def as_frame(told: list[tuple[int, str, str, int]]) -> pl.DataFrame:
    return pl.DataFrame([(MONDAY + timedelta(seconds=at), *rest) for at, *rest in told], schema=SCHEMA, orient="row")


def windows(told: list[tuple[int, str, str, int]], group: str, width: int) -> list[list[tuple[int, str, int]]]:
    """For each event of the group in time order, what lies within the width that ends with it, the start left out."""
    mine = sorted((at, value, count) for at, of, value, count in told if of == group)
    return [[one for one in mine if end - width < one[0] <= end] for end in sorted({at for at, _, _ in mine})]


@given(events, seconds)
def test_the_busiest_window(told: list[Any], width: int) -> None:
    found = busiest(as_frame(told), ["group"], width)
    assert found["group"].to_list() == sorted({of for _, of, _, _ in told})
    for group, peak, ends in found.iter_rows():
        sums = [(sum(count for _, _, count in inside), inside[-1][0]) for inside in windows(told, group, width)]
        best = max(total for total, _ in sums)
        first = next(end for total, end in sums if total == best)
        assert (peak, ends) == (best, MONDAY + timedelta(seconds=first))


@given(events, seconds)
def test_the_widest_window(told: list[Any], width: int) -> None:
    found = widest(as_frame(told), "group", "value", width)
    assert found["group"].to_list() == sorted({of for _, of, _, _ in told})
    for row in found.iter_rows(named=True):
        distinct = [(len({value for _, value, _ in inside}), inside) for inside in windows(told, row["group"], width)]
        best = max(number for number, _ in distinct)
        inside = next(inside for number, inside in distinct if number == best)
        first, last = (MONDAY + timedelta(seconds=at) for at in (inside[0][0], inside[-1][0]))
        assert (row["widest"], row["widest_from"], row["widest_to"]) == (best, first, last)


@given(events, seconds, st.sampled_from([None, 1, 2, 3]))
def test_the_window_that_touches_most(told: list[Any], width: int, at_most: int | None) -> None:
    mine = sorted((at, value, count) for at, of, value, count in told if of == "a")
    times = [MONDAY + timedelta(seconds=at) for at, _, _ in mine]
    found, _, _ = most_touched(times, [v for _, v, _ in mine], [c for _, _, c in mine], width, at_most)
    assert found == max((touched(inside, at_most) for inside in windows(told, "a", width)), default=0)


def touched(inside: list[tuple[int, str, int]], at_most: int | None) -> int:
    totals: dict[str, int] = {}
    for _, value, count in inside:
        totals[value] = totals.get(value, 0) + count
    return len(totals) if at_most is None else sum(0 < total <= at_most for total in totals.values())


def test_events_without_a_time_are_in_no_window() -> None:
    timeless = as_frame([(0, "a", "x", 1)]).with_columns(pl.lit(None, SCHEMA["@timestamp"]).alias("@timestamp"))
    assert busiest(timeless, ["group"], 10).is_empty()
    assert widest(timeless, "group", "value", 10).is_empty()


@pytest.mark.parametrize(("width", "most"), [(10, 2), (11, 3)])
def test_a_window_is_open_where_it_begins(width: int, most: int) -> None:
    times = [MONDAY + timedelta(seconds=at) for at in (0, 5, 10)]
    assert most_distinct(times, ["x", "y", "z"], width)[0] == most
    told = as_frame([(0, "a", "x", 1), (5, "a", "y", 1), (10, "a", "z", 1)])
    assert widest(told, "group", "value", width)["widest"].to_list() == [most]
