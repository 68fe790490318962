"""Logins as detectors count them (the counting rules of the design).

A failed attempt is an authentication event that failed, weighed by ``event.count`` (folded repeats). Parsers have
already made one event of an attempt's several lines. Machine accounts and loopback are no guessing: they are left out
and counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

MACHINE_USERS = ("-", "ANONYMOUS LOGON")
LOOPBACK = ("127.0.0.1", "::1")

COUNT = pl.col("event.count").fill_null(1)
FAILED = (pl.col("event.category") == "authentication") & (pl.col("event.outcome") == "failure")
SUCCEEDED = (pl.col("event.category") == "authentication") & (pl.col("event.outcome") == "success")
NAMED = (pl.col("event.category") == "authentication") & (pl.col("event.outcome") != "success")
"""Attempts, and names tried without one: an enumerator hangs up before the password."""

NO_GUESSING = (
    pl.col("user.name").str.ends_with("$").fill_null(False)
    | pl.col("user.name").is_in(MACHINE_USERS).fill_null(False)
    | pl.col("source.ip").is_in(LOOPBACK).fill_null(False)
)


@dataclass(frozen=True)
class Guesses:
    """Events that may be guessing, and how many attempts were left out as machine accounts or loopback."""

    events: pl.DataFrame
    dropped: int

    @property
    def attempts(self) -> int:
        return int(self.events["event.count"].sum())

    @property
    def total(self) -> int:
        """All of them, those left out included."""
        return self.attempts + self.dropped


def failures(events: pl.DataFrame) -> Guesses:
    """Failed attempts, without machine accounts and loopback."""
    return _guesses(events.filter(FAILED))


def names_tried(events: pl.DataFrame) -> Guesses:
    """Every event in which a source names a user without getting in."""
    return _guesses(events.filter(NAMED & pl.col("source.ip").is_not_null() & pl.col("user.name").is_not_null()))


def successes(events: pl.DataFrame) -> pl.DataFrame:
    """Logins that succeeded."""
    return events.filter(SUCCEEDED)


def exists() -> pl.Expr:
    """Whether an account exists, over its events: true if any says so, false if one denies it, else null."""
    seen = pl.col("user.exists")
    return pl.when(seen.any()).then(True).when(seen.not_().any()).then(False).otherwise(None).alias("exists")


def _guesses(events: pl.DataFrame) -> Guesses:
    events = events.with_columns(COUNT)
    kept = events.filter(~NO_GUESSING)
    dropped = events.filter(NO_GUESSING)
    return Guesses(kept, int(dropped["event.count"].sum()))
