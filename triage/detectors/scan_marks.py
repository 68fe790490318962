"""What marks a client as a scanner (D13): one row a client, its counts, and the marks they come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from triage.detectors.web_requests import ANSWERED, MISSING, PATH, STATUS
from triage.detectors.windows import busiest

MARKS = ("refusals", "misses", "patterns", "scanner")

HOUR = 3600
"""Where every time has the same minute, refusals can be counted by the hour only, and then prove nothing."""

COUNT = pl.col("event.count")


def suspects(told: pl.DataFrame, settings: Mapping[str, Any], rewritten: bool) -> pl.DataFrame:
    """The clients that failed, tried a pattern or name a scanner, the most marked first; ``told`` are requests as
    `with_attacks` gives them.

    ``refusals`` and ``failures`` (those and misses) are the most within the window; a client whose whole number stays
    below the threshold has no window worth seeking, and keeps that number. ``hit`` is a client with a mark; ``near``
    one whose failures only crowd, or that tried fewer patterns.
    """
    refused = STATUS.is_in(settings["statuses"]).fill_null(False)
    kinds = {"refusals": refused, "failures": refused | MISSING}
    clients = _counted(told, kinds)
    seconds = HOUR if rewritten else settings["seconds"]
    for name, rows in kinds.items():
        clients = _crowded(clients, told, rows, name, seconds, settings["refusals"])
    return _marked(clients, settings, rewritten)


def _counted(told: pl.DataFrame, kinds: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """What is counted by client, over the whole log."""
    tried = pl.col("family").is_not_null()
    counts = {**kinds, "missed": MISSING, "patterns": tried, "patterns_answered": tried & ANSWERED}
    clients = told.group_by("client").agg(
        COUNT.sum().alias("requests"),
        *((COUNT * rows).sum().alias(name) for name, rows in counts.items()),
        pl.when(MISSING).then(PATH).drop_nulls().n_unique().cast(pl.Int64).alias("missed_pages"),
        pl.col("scanner").max(),
    )
    return clients.filter((pl.col("failures") > 0) | (pl.col("patterns") > 0) | pl.col("scanner").is_not_null())


def _crowded(
    clients: pl.DataFrame, told: pl.DataFrame, rows: pl.Expr, name: str, seconds: int, threshold: int
) -> pl.DataFrame:
    """The same table with the number of the busiest window in place of the whole, where the whole is above the
    threshold. Events without a time are in no window."""
    many = clients.filter(pl.col(name) > threshold)["client"]
    if many.is_empty():
        return clients
    peaks = busiest(told.filter(rows & pl.col("client").is_in(many.implode())), ["client"], seconds)
    found = clients.join(peaks.select("client", "peak"), on="client", how="left")
    peak = pl.when(pl.col(name) > threshold).then(pl.col("peak").fill_null(0)).otherwise(pl.col(name))
    return found.with_columns(peak.alias(name)).drop("peak")


def _marked(clients: pl.DataFrame, settings: Mapping[str, Any], rewritten: bool) -> pl.DataFrame:
    scattered = pl.col("missed_pages") >= settings["missed_pages"]
    many = pl.col("requests") >= settings["requests"]
    refused = pl.col("refusals") > settings["refusals"]
    marks = {
        "refusals": pl.lit(False) if rewritten else refused,
        "misses": many & scattered & (pl.col("missed") >= settings["missed_share"] * pl.col("requests")),
        "patterns": pl.col("patterns") >= settings["patterns"],
        "scanner": pl.col("scanner").is_not_null(),
    }
    hit = pl.any_horizontal(marks.values())
    crowded = (pl.col("failures") > settings["refusals"]) & (scattered | refused)
    return clients.with_columns(
        *(mark.alias(f"by_{name}") for name, mark in marks.items()),
        pl.sum_horizontal(mark.cast(pl.Int64) for mark in marks.values()).alias("marks"),
        hit.alias("hit"),
        crowded.alias("crowded"),
        (~hit & (crowded | (pl.col("patterns") > 0))).alias("near"),
    ).sort("marks", "crowded", "patterns", "failures", "client", descending=[True, True, True, True, False])
