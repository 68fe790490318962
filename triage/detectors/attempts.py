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

REFUSED = FAILED | (NAMED & pl.col("user.exists").eq(False).fill_null(False))
"""Failed attempts, and tries of a name without an account, which get no further."""

OF_WINDOWS = pl.col("event.code").is_in(["4624", "4625", "4648", "4768", "4771", "4776"]).fill_null(False)
"""Told by Windows itself: logons (4624, 4625), and what a domain controller checked."""

TO_SERVICE = (
    pl.col("host.name").is_null()
    & pl.col("event.code").is_not_null()
    & ~OF_WINDOWS
    & (pl.col("service.name") != "kerberos").fill_null(True)
)
"""A sign-in to a service (an identity provider, a cloud console): it names no machine, and the service's own code."""

NO_PERSON = (pl.col("user.name").str.ends_with("$") | pl.col("user.name").is_in(MACHINE_USERS)).fill_null(False)
NO_GUESSING = NO_PERSON | pl.col("source.ip").is_in(LOOPBACK).fill_null(False)


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
    return guesses(events.filter(FAILED))


def successes(events: pl.DataFrame) -> pl.DataFrame:
    """Logins that succeeded."""
    return events.filter(SUCCEEDED)


def exists() -> pl.Expr:
    """Whether an account exists, over its events: true if any says so, false if one denies it, else null."""
    seen = pl.col("user.exists")
    return pl.when(seen.any()).then(True).when(seen.not_().any()).then(False).otherwise(None).alias("exists")


def guesses(events: pl.DataFrame) -> Guesses:
    """The events without machine accounts and loopback."""
    events = events.with_columns(COUNT)
    kept = events.filter(~NO_GUESSING)
    dropped = events.filter(NO_GUESSING)
    return Guesses(kept, int(dropped["event.count"].sum()))
