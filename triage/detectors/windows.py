"""Sliding windows, half open (t − width, t]: the busiest one by group, in linear time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta

import polars as pl


def busiest(events: pl.DataFrame, by: list[str], seconds: int) -> pl.DataFrame:
    """Per group: ``peak``, the attempts in its busiest window, and ``peak_to``, where the first such window ends.

    Events without a time cannot be in a window. Rows come in order of `by`.
    """
    if events.is_empty():
        return events.select(by).with_columns(
            pl.lit(0, dtype=pl.Int64).alias("peak"), pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("peak_to")
        )
    inside = pl.col("event.count").rolling_sum_by("@timestamp", window_size=f"{seconds}s", closed="right")
    return (
        events.filter(pl.col("@timestamp").is_not_null())
        .sort(*by, "@timestamp", maintain_order=True)
        .with_columns(inside.over(by).cast(pl.Int64).alias("peak"))
        .sort("peak", "@timestamp", descending=[True, False], maintain_order=True)
        .group_by(by, maintain_order=True)
        .first()
        .select(*by, "peak", pl.col("@timestamp").alias("peak_to"))
        .sort(by)
    )


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
