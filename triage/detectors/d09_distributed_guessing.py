"""D09: is one account guessed at from many sources, each too slow to be noticed alone?

A source that fails in bursts is D02's and does not count here: what is left stays under every limit by address, and
shows only when the addresses are counted by account.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.detectors.attempts import REFUSED, Guesses, exists, failures, guesses
from triage.detectors.compose import compose
from triage.detectors.coverage import minutes_rewritten
from triage.detectors.evidence import chart
from triage.detectors.networks import with_network
from triage.detectors.protocol import Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both, widened
from triage.detectors.windows import busiest, widest

REPORTED = 10
SOURCES_KEPT = 50
COUNTED = ("@timestamp", "event.category", "event.outcome", "event.count", "user.name", "source.ip")


class DistributedGuessing:
    """By account: many slow sources failing within a day."""

    id = "D09"
    version = 1
    title = "One account guessed at from many sources"
    needs: tuple[str, ...] = ("authentication",)
    settings: Mapping[str, Any] = {
        "sources": 10,  # our default; after Splunk's multi-source spikes
        "seconds": 86400,  # our default
        "burst_attempts": 8,  # Wazuh 5712, 5720: from here on a source is D02's
        "burst_seconds": 120,  # Wazuh
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, chosen))

    def _judge(self, side: Side, settings: Mapping[str, Any]) -> Finding:
        # A case about one source holds one source by construction: it speaks for the accounts that source tried.
        theirs = widened(side, pl.col("user.name"), REFUSED, seconds=settings["seconds"])
        refused = guesses(theirs.filter(REFUSED))
        aimed = refused.events.filter(pl.col("source.ip").is_not_null() & pl.col("user.name").is_not_null())
        slow = aimed if minutes_rewritten(side, self.needs) else _slow(aimed, side, settings)
        users = _users(aimed, slow, settings)
        hits = [user for user in users if user["sources"] >= settings["sources"]]
        top = users[0] if users else None
        rows = aimed.filter(pl.col("user.name") == top["user"]) if top else aimed
        window = (top["first"], top["last"]) if top and hits else (None, None)
        inside = slow.filter((pl.col("user.name") == top["user"]) & _between(window)) if top and hits else rows
        return compose(
            self,
            side,
            settings,
            answer="yes" if hits else "no",
            confidence=_confidence(hits, settings),
            sentence=_sentence(users, hits, settings),
            threshold=f"≥ {settings['sources']} sources failing for one account in "
            f"{wording.duration(settings['seconds'])} (our default), each under {settings['burst_attempts']} in "
            f"{wording.duration(settings['burst_seconds'])} (Wazuh)",
            would_change="The account's owner explaining the sources: a phone on the move, an old password in use.",
            evidence=inside,
            figures=_figures(users, hits, inside, refused, chart(rows, window)),
            entities={
                "user": [user["user"] for user in hits][:REPORTED],
                "ip": inside["source.ip"].unique().sort().to_list()[:REPORTED] if hits else [],
            },
        )


def _slow(aimed: pl.DataFrame, side: Side, settings: Mapping[str, Any]) -> pl.DataFrame:
    """The failures of sources that never fail in bursts. (Where the minutes were rewritten nobody can tell.)"""
    theirs = pl.col("source.ip").is_in(aimed["source.ip"].unique().implode()).fill_null(False)
    whatever = failures(side.everything.select(COUNTED).filter(theirs)).events
    peaks = busiest(whatever, ["source.ip"], settings["burst_seconds"])
    fast = peaks.filter(pl.col("peak") >= settings["burst_attempts"])["source.ip"]
    return aimed.filter(~pl.col("source.ip").is_in(fast.implode()))


def _users(aimed: pl.DataFrame, slow: pl.DataFrame, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One entry an account, the most telling first: its slow ``sources`` within the window from ``first`` to ``last``,
    and all of them."""
    in_all = aimed.group_by("user.name").agg(
        pl.col("source.ip").n_unique().cast(pl.Int64).alias("in_all"),
        pl.col("event.count").sum().alias("attempts"),
        exists(),
    )
    windows = widest(slow, "user.name", "source.ip", settings["seconds"])
    named = windows.join(in_all, on="user.name").rename(
        {"user.name": "user", "widest": "sources", "widest_from": "first", "widest_to": "last"}
    )
    return named.sort("sources", "in_all", "user", descending=[True, True, False]).to_dicts()


def _between(window: tuple[datetime | None, datetime | None]) -> pl.Expr:
    return pl.col("@timestamp").is_between(window[0], window[1])


def _confidence(hits: list[dict[str, Any]], settings: Mapping[str, Any]) -> Confidence:
    """High at twice the sources on an account that may exist, or for a plain no; else medium."""
    strong = [user for user in hits if user["sources"] >= 2 * settings["sources"] and user["exists"] is not False]
    return "high" if strong or not hits else "medium"


def _sentence(users: list[dict[str, Any]], hits: list[dict[str, Any]], settings: Mapping[str, Any]) -> str:
    if not users:
        return "No failed logins from slow sources."
    top = users[0]
    name, within = wording.user(top["user"]), wording.duration(settings["seconds"])
    in_all = f" ({top['in_all']} in all)" if top["in_all"] != top["sources"] else ""
    if not hits:
        return f"At most {wording.plural(top['sources'], 'source')} failed for {name} within {within}{in_all}."
    unknown = " (no such account)" if top["exists"] is False else ""
    when = wording.between(top["first"], top["last"])
    said = f"{top['sources']} slow sources failed for {name}{unknown}{when}{in_all}"
    others = [f"{wording.user(user['user'])} ({user['sources']})" for user in hits[1:]]
    return f"{said}{f'; also {wording.listed(others)}' if others else ''}."


def _figures(
    users: list[dict[str, Any]],
    hits: list[dict[str, Any]],
    inside: pl.DataFrame,
    refused: Guesses,
    bars: list[dict[str, Any]],
) -> dict[str, Any]:
    nobody = {"user": None, "sources": 0, "in_all": 0, "attempts": 0}
    top = users[0] if users else nobody
    by_source = inside.group_by("source.ip").agg(pl.col("event.count").sum().alias("attempts"))
    shown = by_source.sort("attempts", "source.ip", descending=[True, False]).head(SOURCES_KEPT)
    places = with_network(inside, ipv4=24, ipv6=48)
    return {
        "sources": top["sources"],
        "sources_in_all": top["in_all"],
        "attempts": top["attempts"],
        "user": top["user"],
        "users_over": len(hits),
        "networks": places["network"].n_unique(),
        "countries": inside["source.geo.country_iso_code"].drop_nulls().unique().sort().to_list(),
        "as_numbers": inside["source.as.number"].drop_nulls().unique().sort().to_list(),
        "users": [_shown(user) for user in users[:REPORTED]],
        "addresses": [{"ip": row["source.ip"], "attempts": row["attempts"]} for row in shown.to_dicts()],
        "total_attempts": refused.total,
        "dropped": refused.dropped,
        "chart": bars,
    }


def _shown(user: Mapping[str, Any]) -> dict[str, Any]:
    return {**user, "first": wording.rfc3339(user["first"]), "last": wording.rfc3339(user["last"])}


DETECTOR = DistributedGuessing()
