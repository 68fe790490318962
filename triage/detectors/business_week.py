"""What was done, against the business week: by source, and for each clock that may have been the true one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.detectors.local_time import CERTAIN, LOCAL, chance, off_hours

OFF = "off"


class BusinessWeek:
    """Over acts with ``origin``, ``kind``, ``event.count`` and their local time.

    ``settings`` are D08's. A clock that is not certain is tried at every whole hour up to ``uncertain_hours`` either
    way; column and key ``off0`` count by the clock as it was read.
    """

    def __init__(self, acts: pl.DataFrame, settings: Mapping[str, Any]) -> None:
        self.settings = settings
        reach = settings["uncertain_hours"]
        self.hours = {"start": settings["start_hour"], "end": settings["end_hour"], "weekend": settings["weekend"]}
        self.chance = chance(**self.hours)
        others = [] if acts[CERTAIN].all() else [hours for hours in range(-reach, reach + 1) if hours]
        self.shifts = [0, *others]
        self.acts = acts.with_columns(self._off(0).alias(OFF))
        number = pl.col("event.count")
        off = [(number * self._off(hours)).alias(f"off{hours}") for hours in self.shifts]
        self._counts = self.acts.select("origin", "kind", number.alias("attempts"), *off)

    @cached_property
    def sources(self) -> pl.DataFrame:
        """One row a source, the most telling first: ``attempts``, those ``off0``; ``hit`` by the clock as read,
        ``steady`` where every possible clock says so, ``ever`` where any does."""
        enough = pl.col("attempts") >= self.settings["attempts"]
        much = [pl.col(f"off{hours}") >= self.settings["share"] * pl.col("attempts") for hours in self.shifts]
        hits = [enough & one for one in much]
        counted = self._counts.group_by("origin").agg(pl.col("kind").first(), pl.exclude("kind").sum())
        judged = counted.with_columns(
            hits[0].alias("hit"), pl.all_horizontal(hits).alias("steady"), pl.any_horizontal(hits).alias("ever")
        )
        return judged.sort("steady", "hit", "off0", "attempts", "origin", descending=[True, True, True, True, False])

    @cached_property
    def whole(self) -> dict[str, Any]:
        """The same counts over all sources."""
        return self._counts.select(pl.exclude("origin", "kind").sum()).row(0, named=True)

    @property
    def much_by_each_clock(self) -> list[bool]:
        """Whether the acts as a whole lie off-hours, by each possible clock."""
        least = self.settings["share"] * self.whole["attempts"]
        return [self.whole[f"off{hours}"] >= least for hours in self.shifts]

    @property
    def certain(self) -> bool:
        return bool(self.acts[CERTAIN].all())

    @cached_property
    def unplaced(self) -> str:
        """Whose clock is not certain, in words."""
        hosts = self.acts.filter(~pl.col(CERTAIN))["host.name"].drop_nulls().unique().sort().to_list()
        return wording.listed(hosts) or "the accounts"

    def by_hour(self, acts: pl.DataFrame) -> list[dict[str, Any]]:
        """A chart by hour of the local day, ``inside`` and ``outside`` business hours apart. A bar is marked where
        most of it lies outside: at noon too, if that was on Sundays."""
        number = pl.col("event.count")
        counted = acts.group_by(pl.col(LOCAL).dt.hour().alias("hour")).agg(
            number.sum().alias("count"), number.filter(OFF).sum().alias("outside")
        )
        bars = {row["hour"]: (row["count"], row["outside"]) for row in counted.to_dicts()}
        return [_bar(hour, *bars.get(hour, (0, 0))) for hour in range(24)] if bars else []

    def _off(self, hours: int) -> pl.Expr:
        """Off-hours by clocks so many hours ahead, where the clock is not certain."""
        local = pl.col(LOCAL)
        clock = pl.when(CERTAIN).then(local).otherwise(local + pl.duration(hours=hours)) if hours else local
        return off_hours(clock, **self.hours)


def _bar(hour: int, count: int, outside: int) -> dict[str, Any]:
    return {
        "from": f"{hour:02d}:00",
        "count": count,
        "inside": count - outside,
        "outside": outside,
        "hit": 2 * outside > count,
    }
