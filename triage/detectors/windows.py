"""Sliding windows, half open (t − width, t]: the busiest one by group, in linear time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta

import polars as pl


def busiest(events: pl.DataFrame, by: list[str], seconds: int) -> pl.DataFrame:
    """Per group: ``peak``, the attempts in its busiest window, and ``peak_to``, where the first such window ends.

    Events without a time cannot be in a window. Rows come in order of `by`.
    """
    timed = _in_time(events.select(*by, "@timestamp", "event.count"))
    if timed.is_empty():
        return timed.select(by).with_columns(
            pl.lit(0, dtype=pl.Int64).alias("peak"), pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("peak_to")
        )
    inside = pl.col("event.count").rolling_sum_by("@timestamp", window_size=f"{seconds}s", closed="right")
    return (
        timed.with_columns(inside.over(by).cast(pl.Int64).alias("peak"))
        .group_by(by)
        .agg(pl.col("peak").max(), pl.col("@timestamp").get(pl.col("peak").arg_max()).alias("peak_to"))
        .sort(by)
    )


def widest(events: pl.DataFrame, by: str, value: str, seconds: int) -> pl.DataFrame:
    """Per group: ``widest``, the most distinct values in one window, and ``widest_from`` and ``widest_to``, the first
    and the last event of the first such window.

    A value stands in every window that ends between the event that has it and the next that has it again, or the moment
    that event leaves. So each event comes and goes, and the sum of both so far is how many values stand.
    """
    time, width = pl.col("@timestamp"), timedelta(seconds=seconds)
    seen = _in_time(events.select(by, value, "@timestamp")).sort(by, value, maintain_order=True)
    # Sorted by value, the next time it is seen is one row on: many times faster than a shift over each group.
    same = [pl.col(name) == pl.col(name).shift(-1) for name in (by, value)]
    again = pl.when(pl.all_horizontal(same)).then(time.shift(-1))
    leaves = seen.select(by, pl.min_horizontal(time + width, again).alias("at"), pl.lit(-1, pl.Int64).alias("step"))
    comes = seen.select(by, time.alias("at"), pl.lit(1, pl.Int64).alias("step"))
    standing = pl.concat([leaves, comes]).sort("at", "step").with_columns(pl.col("step").cum_sum().over(by))
    top = standing.group_by(by).agg(
        pl.col("step").max().alias("widest"), pl.col("at").get(pl.col("step").arg_max()).alias("widest_to")
    )
    inside = (time > pl.col("widest_to") - width) & (time <= pl.col("widest_to"))
    first = seen.join(top, on=by).filter(inside).group_by(by).agg(time.min().alias("widest_from"))
    return top.join(first, on=by, how="left").sort(by)


def _in_time(events: pl.DataFrame) -> pl.DataFrame:
    timed = events.filter(pl.col("@timestamp").is_not_null())
    return timed if timed["@timestamp"].is_sorted() else timed.sort("@timestamp", maintain_order=True)


def most_distinct(
    times: Sequence[datetime], values: Sequence[Hashable], seconds: int
) -> tuple[int, datetime | None, datetime | None]:
    """The most distinct values in one window over ordered times, and that window's first and last event."""
    width = timedelta(seconds=seconds)
    inside: Counter[Hashable] = Counter()
    best, best_from, best_to, start = 0, None, None, 0
    for index, time in enumerate(times):
        inside[values[index]] += 1
        while times[start] <= time - width:
            left = values[start]
            inside[left] -= 1
            if not inside[left]:
                del inside[left]
            start += 1
        if len(inside) > best:
            best, best_from, best_to = len(inside), times[start], time
    return best, best_from, best_to


def most_touched(
    times: Sequence[datetime], values: Sequence[Hashable], counts: Sequence[int], seconds: int, at_most: int | None
) -> tuple[int, datetime | None, datetime | None]:
    """The same for values met at most so often each within the window: many, and each only touched. None: however
    often. ``counts`` weighs the events; what one instant holds is counted before it is compared."""
    if at_most is None:
        return most_distinct(times, values, seconds)
    width = timedelta(seconds=seconds)
    inside: defaultdict[Hashable, int] = defaultdict(int)
    best, best_from, best_to, start, touched = 0, None, None, 0, 0
    for index, time in enumerate(times):
        while times[start] <= time - width:
            before = inside[values[start]]
            inside[values[start]] = after = before - counts[start]
            touched += (0 < after <= at_most) - (0 < before <= at_most)
            start += 1
        before = inside[values[index]]
        inside[values[index]] = after = before + counts[index]
        touched += (0 < after <= at_most) - (0 < before <= at_most)
        whole = index + 1 == len(times) or times[index + 1] != time
        if whole and touched > best:
            best, best_from, best_to = touched, times[start], time
    return best, best_from, best_to
