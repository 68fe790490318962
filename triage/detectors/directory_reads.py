"""Reads of the directory as the network and the controllers tell of them: what D14 weighs besides commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from triage.detectors.access_masks import asks_for
from triage.detectors.processes import file_name, machine
from triage.detectors.windows import busiest, most_distinct

LDAP: Final = (389, 636, 3268, 3269, 9389)
"""LDAP, the global catalogue, each also over TLS, and the web service that PowerShell's module calls."""
CATALOGUE: Final = (3268, 3269)
HOUR_S: Final = 3600

READING: Final = 0x20000 | 0x80 | 0x10 | 0x4
"""Bits of an access mask that read: the security descriptor, list object, read property, list contents (MS-ADTS; the
same bits read accounts and members where the account database is asked, MS-SAMR)."""

HANDLES: Final = ("directory_handle_requested", "directory_object_accessed")
LISTINGS: Final = ("user_groups_listed", "group_members_listed")

CONNECTED = (pl.col("event.category") == "network") & pl.col("destination.port").is_in(LDAP).fill_null(False)
BY_PROCESS = CONNECTED & pl.col("process.name").is_not_null()
READ = pl.col("event.action").is_in([*HANDLES, *LISTINGS]).fill_null(False)


def by_process(events: pl.DataFrame, baseline: list[str]) -> pl.DataFrame:
    """Connections to the directory by programs outside the baseline, with ``program``."""
    found = events.filter(BY_PROCESS).with_columns(file_name("process.name").alias("program"))
    return found.filter(~pl.col("program").is_in(baseline))


def programs(connections: pl.DataFrame) -> pl.DataFrame:
    """One row a host and program, the busiest first."""
    return (
        connections.group_by("host.name", "program", maintain_order=True)
        .agg(
            pl.col("event.count").fill_null(1).sum().alias("connections"),
            pl.col("user.name").drop_nulls().first(),
            pl.col("destination.ip").n_unique().alias("targets"),
            pl.col("@timestamp").min().alias("first"),
            pl.col("@timestamp").max().alias("last"),
        )
        .sort("connections", "program", descending=[True, False], maintain_order=True)
    )


def catalogue(events: pl.DataFrame) -> pl.DataFrame:
    """Per source the busiest hour of connections to the global catalogue: ``source.ip``, ``peak``, ``peak_to``."""
    asked = events.filter(CONNECTED & pl.col("destination.port").is_in(CATALOGUE) & pl.col("source.ip").is_not_null())
    asked = asked.select("source.ip", "@timestamp", pl.col("event.count").fill_null(1))
    return busiest(asked, ["source.ip"], HOUR_S).sort("peak", descending=True, maintain_order=True)


def reads(events: pl.DataFrame) -> pl.DataFrame:
    """Reads of directory objects and listings of accounts by persons, with ``reader`` and ``read``."""
    told = events.filter(READ & (pl.col("event.outcome").ne_missing("failure"))).with_columns(
        pl.coalesce("actor.user.name", "user.name").alias("reader"),
        pl.coalesce("winlog.object", "group.name", "user.name").alias("read"),
    )
    reading = pl.col("event.action").is_in(LISTINGS) | asks_for(READING)
    return told.filter(reading & pl.col("reader").is_not_null() & ~machine("reader"))


def readers(found: pl.DataFrame, settings: Mapping[str, Any]) -> pl.DataFrame:
    """One row a reader: ``objects``, the most distinct ones read within the window, and ``in_all``."""
    timed = pl.col("@timestamp").is_not_null()
    by_reader = found.group_by("reader", maintain_order=True).agg(
        pl.col("read").n_unique().alias("in_all"),
        pl.col("@timestamp").filter(timed).alias("times"),
        pl.col("read").filter(timed).alias("objects"),
    )
    peaks = [
        most_distinct(times, objects, settings["read_seconds"])[0]
        for times, objects in by_reader.select("times", "objects").rows()
    ]
    counted = by_reader.select("reader", "in_all", pl.Series("objects", peaks, pl.Int64))
    return counted.sort("objects", "reader", descending=[True, False])
