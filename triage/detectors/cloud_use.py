"""Three uses of cloud credentials that their owner would not make: an instance's role away from the instance, buckets
listed by nobody in particular, and one principal that asks for everything there is.

Each gives rows, the most telling first, with ``calls`` (how many), ``refused`` of them, ``addresses``, ``first``,
``last`` and ``names`` (``[{"call", "count"}]``, the commonest), beside what its own docstring names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from triage.detectors.cloud_calls import ANONYMOUS, with_calls, with_network
from triage.detectors.windows import most_distinct

DESKTOP: Final = r"(?i)\bdarwin\b|\bmac ?os|macintosh|\bmozilla/"
"""A laptop's system, or a browser. Of instances, only a rented Mac calls so."""

ATTACK: Final = r"(?i)\bkali|\bparrot|pentoo|\bpacu\b|cloudfox|enumerate-iam"
"""Systems made for attacks, by what they say of themselves (Amazon GuardDuty's PenTest findings), and programs."""

LISTING: Final = r"^(?:List|Describe)[A-Z]"
ANONYMOUS_LISTING: Final = r"^(?:List|HeadBucket|GetBucket)"

SIGNS: Final = ("desktop", "attack", "moved")
NAMED: Final = 6

Rows = list[dict[str, Any]]

AGENT = pl.col("user_agent.original")
COUNTED = (
    pl.col("event.count").sum().alias("calls"),
    pl.col("event.count").filter(pl.col("event.outcome") == "failure").sum().alias("refused"),
    pl.col("source.ip").drop_nulls().unique().sort().alias("addresses"),
    pl.col("@timestamp").min().alias("first"),
    pl.col("@timestamp").max().alias("last"),
    pl.col("call").drop_nulls().value_counts(sort=True).head(NAMED).alias("names"),
)


def foreign_sessions(calls: pl.DataFrame, everything: pl.DataFrame) -> Rows:
    """Sessions of instances that were used away from them: ``principal role instance program system networks`` and the
    `SIGNS`. ``desktop`` and ``attack`` by the caller's program; ``moved`` where one session calls from several public
    networks or systems, in ``everything`` there is of it."""
    sessions = calls.filter(pl.col("instance").is_not_null())
    if sessions.is_empty():
        return []
    theirs = everything.filter(pl.col("user.id").is_in(sessions["principal"].unique().implode()).fill_null(False))
    where = with_network(with_calls(theirs)).group_by("principal")
    places = where.agg(
        pl.col("network").drop_nulls().unique().sort().alias("networks"),
        pl.col("system").drop_nulls().str.to_lowercase().n_unique().alias("systems"),
    )
    desktop, attack = (AGENT.str.contains(pattern).fill_null(False) for pattern in (DESKTOP, ATTACK))
    odd = desktop | attack
    rows = (
        sessions.group_by("principal", maintain_order=True)
        .agg(
            pl.col("role", "instance").first(),
            *(pl.coalesce(pl.col(one).filter(odd).first(), pl.col(one).first()) for one in ("program", "system")),
            desktop.any().alias("desktop"),
            attack.any().alias("attack"),
            *COUNTED,
        )
        .join(places, on="principal", maintain_order="left")
        .with_columns(((pl.col("networks").list.len() > 1) | (pl.col("systems") > 1)).alias("moved"))
        .to_dicts()
    )
    away = [row for row in rows if any(row[sign] for sign in SIGNS)]
    return sorted(away, key=lambda row: (-sum(row[sign] for sign in SIGNS), -row["calls"], row["principal"]))


def anonymous_listings(calls: pl.DataFrame, settings: Mapping[str, Any]) -> Rows:
    """Networks from which nobody in particular listed buckets: many requests of one source, or several ``sources``."""
    nobody = pl.col("user.id").is_in(ANONYMOUS) & pl.col("call").str.contains(ANONYMOUS_LISTING)
    asked = calls.filter(nobody.fill_null(False) & pl.col("source.ip").is_not_null())
    if asked.is_empty():
        return []
    asked = with_network(asked).with_columns(pl.coalesce("network", "source.ip").alias("network"))
    by_source = asked.group_by("network", "source.ip").agg(pl.col("event.count").sum().alias("most"))
    most = by_source.group_by("network").agg(pl.col("most").max(), pl.len().alias("sources"))
    found = asked.group_by("network", maintain_order=True).agg(COUNTED).join(most, on="network", maintain_order="left")
    enough = (pl.col("most") >= settings["anonymous_requests"]) | (pl.col("sources") >= settings["anonymous_sources"])
    return found.filter(enough).sort("calls", "network", descending=[True, False]).to_dicts()


def enumerators(calls: pl.DataFrame, settings: Mapping[str, Any]) -> Rows:
    """Principals that made more ``distinct`` listing calls in the window (``opens`` to ``closes``) than work needs."""
    listing = pl.col("call").str.contains(LISTING).fill_null(False) & ~pl.col("service")
    listed = calls.filter(listing & pl.col("@timestamp").is_not_null()).with_columns(
        pl.concat_str("service.name", "call", separator=" ", ignore_nulls=True).alias("asked")
    )
    many = listed.filter(pl.col("asked").n_unique().over("principal") > settings["listing_calls"])
    rows = []
    for group in many.partition_by("principal", maintain_order=True):
        one = group.sort("@timestamp", maintain_order=True)
        times, asked = one["@timestamp"].to_list(), one["asked"].to_list()
        distinct, opens, closes = most_distinct(times, asked, settings["listing_seconds"])
        if distinct > settings["listing_calls"]:
            [counts] = one.group_by("principal").agg(COUNTED).to_dicts()
            rows.append({**counts, "distinct": distinct, "opens": opens, "closes": closes})
    return sorted(rows, key=lambda row: (-row["distinct"], row["principal"]))
