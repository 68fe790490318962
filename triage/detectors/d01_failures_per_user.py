"""D01: were there repeated failed logins for specific user names?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.detectors.attempts import Guesses, exists, failures
from triage.detectors.compose import compose
from triage.detectors.coverage import minutes_rewritten
from triage.detectors.evidence import chart
from triage.detectors.protocol import Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both
from triage.detectors.windows import busiest

REPORTED = 10


class FailuresPerUser:
    """By user: enough attempts in all, or enough in a sliding window."""

    id = "D01"
    version = 2
    title = "Repeated failures for one user"
    needs: tuple[str, ...] = ("authentication",)
    settings: Mapping[str, Any] = {
        "attempts": 10,  # our default
        "burst": 5,  # Sentinel, failed logons by account
        "burst_seconds": 1200,  # Sentinel
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, chosen))

    def _judge(self, side: Side, settings: Mapping[str, Any]) -> Finding:
        guesses = failures(side.events)
        named = guesses.events.filter(pl.col("user.name").is_not_null())
        users = self._users(named, minutes_rewritten(side, self.needs), settings)
        hits = users.filter(pl.col("hit"))
        top = (hits if hits.height else users).head(1).to_dicts()
        rows = named.filter(pl.col("user.name") == top[0]["user.name"]) if top else named
        return compose(
            self,
            side,
            settings,
            answer="yes" if hits.height else "no",
            confidence=self._confidence(hits, settings),
            sentence=_sentence(hits if hits.height else users, bool(hits.height), guesses),
            threshold=f"≥ {settings['attempts']} in all (our default) or ≥ {settings['burst']} in "
            f"{wording.duration(settings['burst_seconds'])} for one user (Sentinel)",
            would_change="An account owner who explains the failures, or a longer log with more of them.",
            evidence=rows if hits.height else named,
            figures=_figures(users, hits, guesses, rows),
            entities={
                "user": hits.head(REPORTED)["user.name"].to_list(),
                "ip": sorted(rows["source.ip"].drop_nulls().unique().to_list())[:REPORTED] if hits.height else [],
            },
        )

    def _users(self, named: pl.DataFrame, rewritten: bool, settings: Mapping[str, Any]) -> pl.DataFrame:
        """One row a user, most attempts first; ``hit`` where a threshold is met. Rewritten times allow no rate."""
        peaks = busiest(named, ["user.name"], settings["burst_seconds"])
        burst = pl.lit(False) if rewritten else pl.col("peak").fill_null(0) >= settings["burst"]
        return (
            named.group_by("user.name")
            .agg(
                pl.col("event.count").sum().alias("attempts"),
                pl.col("source.ip").n_unique().alias("sources"),
                pl.col("source.ip").drop_nulls().first().alias("source"),
                pl.col("@timestamp").min().alias("first"),
                pl.col("@timestamp").max().alias("last"),
                exists(),
            )
            .join(peaks, on="user.name", how="left")
            .with_columns(((pl.col("attempts") >= settings["attempts"]) | burst).alias("hit"))
            .sort("attempts", "user.name", descending=[True, False])
        )

    def _confidence(self, hits: pl.DataFrame, settings: Mapping[str, Any]) -> Confidence:
        """High when both thresholds are met by one user, or when there is none at all; medium with only one of them."""
        enough = pl.col("attempts") >= settings["attempts"]
        both_met = hits.filter(enough & (pl.col("peak").fill_null(0) >= settings["burst"]))
        return "high" if both_met.height or hits.is_empty() else "medium"


def _sentence(users: pl.DataFrame, hit: bool, guesses: Guesses) -> str:
    if users.is_empty():
        return "No failed logins."
    top = users.row(0, named=True)
    source = f"from {top['source'] or 'no address'}" if top["sources"] == 1 else f"from {top['sources']} sources"
    what = f"{wording.plural(top['attempts'], 'failed login')} for {wording.user(top['user.name'])}"
    unknown = " (no such account)" if top["exists"] is False else ""
    if not hit:
        rest = f"; {guesses.attempts} in all over {users.height} names" if users.height > 1 else ""
        return (
            f"At most {what}{unknown} {source}{wording.between(top['first'], top['last'])}{rest}: under the threshold."
        )
    others = [_told(row) for row in users.tail(-1).iter_rows(named=True)]
    also = f"; also {wording.listed(others)}" if others else ""
    return f"{what}{unknown} {source}{wording.between(top['first'], top['last'])}{also}."


def _told(user: Mapping[str, Any]) -> str:
    """``root (532)``, ``admin (141, no such account)``."""
    unknown = ", no such account" if user["exists"] is False else ""
    return f"{wording.user(user['user.name'])} ({user['attempts']:,}{unknown})"


def _figures(users: pl.DataFrame, hits: pl.DataFrame, guesses: Guesses, rows: pl.DataFrame) -> dict[str, Any]:
    top = users.row(0, named=True) if users.height else {"attempts": 0, "sources": 0, "peak": 0, "user.name": None}
    missing = pl.col("exists").eq(False).fill_null(False)
    unknown, existing = hits.filter(missing), hits.filter(~missing)
    return {
        "attempts": top["attempts"],
        "user": top["user.name"],
        "sources": top["sources"],
        "peak": top["peak"] or 0,
        "total_attempts": guesses.total,
        "users_over": hits.height,
        "unknown_over": unknown.height,
        "users": [_row(row) for row in users.head(REPORTED).iter_rows(named=True)],
        "existing": existing.head(REPORTED)["user.name"].to_list(),
        "unknown": unknown.head(REPORTED)["user.name"].to_list(),
        "dropped": guesses.dropped,
        "chart": chart(rows),
    }


def _row(user: dict[str, Any]) -> dict[str, Any]:
    return {
        "user": user["user.name"],
        "attempts": user["attempts"],
        "sources": user["sources"],
        "peak": user["peak"] or 0,
        "exists": user["exists"],
        "first": wording.rfc3339(user["first"]),
        "last": wording.rfc3339(user["last"]),
    }


DETECTOR = FailuresPerUser()
