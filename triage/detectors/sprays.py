"""The shape of a password spray: many accounts touched by one origin within a window, few attempts on each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from triage.detectors.origins import with_origin
from triage.detectors.windows import most_touched

LISTED = ("@timestamp", "user.name", "event.count")


@dataclass(frozen=True, eq=False)
class Rule:
    """Which attempts count (``of``), by what they are put together (``by``), and how many accounts within how many
    seconds are a spray; an account tried more often than ``attempts_each`` (None: ever so often) is not touched but
    hammered, and does not count."""

    name: str
    of: pl.Expr
    by: pl.Expr
    accounts: int
    seconds: int
    attempts_each: int | None = None

    def candidates(self, tried: pl.DataFrame) -> pl.DataFrame:
        """One row an origin with enough accounts in all, its attempts as lists in the order they came."""
        timed = with_origin(tried.filter(self.of & pl.col("@timestamp").is_not_null()), self.by)
        told = timed.select("origin", "kind", *LISTED)
        enough = pl.col("user.name").n_unique().over("origin") >= self.accounts
        lists = [pl.col("kind").first(), *LISTED]
        return told.filter(enough).group_by("origin", maintain_order=True).agg(lists)


@dataclass(frozen=True)
class Spray:
    """The window in which one origin touched most accounts, by one rule. ``names`` are those accounts, ``known`` how
    many of them are known to exist, ``attempts`` all on them and ``most_each`` the most on one."""

    rule: Rule
    origin: str
    kind: str
    first: datetime
    last: datetime
    names: tuple[str, ...]
    known: int
    attempts: int
    most_each: int

    @property
    def accounts(self) -> int:
        return len(self.names)

    @property
    def strength(self) -> float:
        """How many times the threshold."""
        return self.accounts / self.rule.accounts

    def inside(self, tried: pl.DataFrame) -> pl.DataFrame:
        """Its attempts, on whatever account."""
        theirs = self.rule.of & self.rule.by.eq(self.origin)
        return tried.filter(theirs & pl.col("@timestamp").is_between(self.first, self.last))


def sprays(tried: pl.DataFrame, rule: Rule) -> Iterator[Spray]:
    """What a rule finds among failed attempts in time order; ``exists`` says of each what is known of its account."""
    for row in rule.candidates(tried).iter_rows(named=True):
        times, names, counts = row["@timestamp"], row["user.name"], row["event.count"]
        accounts, first, last = most_touched(times, names, counts, rule.seconds, rule.attempts_each)
        if accounts >= rule.accounts and first and last:
            yield _spray(tried, rule, row, first, last)


def _spray(tried: pl.DataFrame, rule: Rule, row: Mapping[str, Any], first: datetime, last: datetime) -> Spray:
    theirs = rule.of & rule.by.eq(row["origin"]) & pl.col("@timestamp").is_between(first, last)
    attempts = pl.col("event.count").sum().alias("attempts")
    each = tried.filter(theirs).group_by("user.name").agg(attempts, pl.col("exists").any()).sort("user.name")
    if rule.attempts_each is not None:
        each = each.filter(pl.col("attempts") <= rule.attempts_each)
    numbers = each["attempts"].to_list()
    return Spray(
        rule=rule,
        origin=row["origin"],
        kind=row["kind"],
        first=first,
        last=last,
        names=tuple(each["user.name"]),
        known=int(each["exists"].sum()),
        attempts=sum(numbers),
        most_each=max(numbers, default=0),
    )
