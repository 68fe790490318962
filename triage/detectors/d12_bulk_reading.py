"""D12: did somebody read the site in bulk?

A reader is measured by the different pages of a day, against the other clients of the same day: what is much depends on
the site. A search engine does the same for a living. It is told apart where its address lies in a published range;
that a client calls itself a crawler is no proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl

from triage.detectors import wording
from triage.detectors.compose import compose
from triage.detectors.coverage import rates_unreliable
from triage.detectors.evidence import chart
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both
from triage.detectors.web_requests import (
    NEED,
    PATH,
    REPORTED,
    STATUS,
    Known,
    agent_kind,
    entities,
    events_of,
    known,
    lists_of,
    requests,
)
from triage.detectors.windows import busiest

DAY = pl.col("@timestamp").dt.truncate("1d").alias("day")
PAGE = pl.concat_str(PATH, pl.lit("?"), pl.col("url.query").fill_null("")).alias("page")

CALLED: Mapping[str, str] = {
    "crawler": "calls itself a crawler, which no list confirms",
    "tool": "calls itself a tool",
    "browser": "calls itself a browser",
    "none": "names no user agent",
}


class _Usual(NamedTuple):
    """What the whole log says: what other clients read by day, and whether somebody rewrote its minutes."""

    others: pl.DataFrame
    rewritten: bool


class BulkReading:
    """By client: many different pages, and on a day (all of them) or on several far more than the day's others."""

    id = "D12"
    version = 1
    title = "Bulk reading of pages"
    needs: tuple[str, ...] = ("web",)
    settings: Mapping[str, Any] = {"pages": 50, "deviations": 3, "days": 2, "others": 10}

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        usual = _Usual(_others(events), rates_unreliable(events))
        return both(events, scope, lambda side: self._judge(side, usual, context, chosen))

    def _judge(self, side: Side, usual: _Usual, context: Context, settings: Mapping[str, Any]) -> Finding:
        read = _pages(side.events)
        clients = _clients(read, usual.others, settings)
        apart = known(clients.filter("much")["client"], side, context)
        counted = clients.filter(~pl.col("client").is_in(apart.apart))
        hits, alone = counted.filter("hit"), counted.filter(pl.col("much") & ~pl.col("compared"))
        near = alone if alone.height or not side.is_case else counted.filter(pl.col("much") & (pl.col("days_over") > 0))
        answer: Answer = "yes" if hits.height else "partly" if near.height else "no"
        shown = {"yes": hits, "partly": near}.get(answer, counted.sort("in_a_day", "client", descending=[True, False]))
        reader = _Reader(read, shown, usual.rewritten, context) if shown.height else None
        return compose(
            self,
            side,
            settings,
            answer=answer,
            confidence=_confidence(answer, reader, settings),
            sentence=_sentence(reader, shown, answer, _apart(clients, apart)),
            threshold=f"≥ {settings['pages']} different pages on a day, or in all over ≥ {settings['days']} days (our "
            f"defaults), each day's more than the mean of its other clients + {settings['deviations']} standard "
            "deviations (after Splunk)",
            would_change="An address that turns out to lie in a published crawler range, or to be a job of our own.",
            evidence=events_of(reader.rows, side.events) if reader and answer != "no" else None,
            figures=_figures(reader, hits, clients, apart),
            entities=entities(shown["client"]) if answer != "no" else {},
            missing=("requests of other clients to compare with",) if answer == "partly" and alone.height else (),
            need=NEED,
        )


def _pages(events: pl.DataFrame) -> pl.DataFrame:
    """Requests for a page, with the ``page`` (path and query) and its ``day``."""
    return requests(events).filter(PATH.is_not_null()).with_columns(DAY, PAGE)


def _clients(read: pl.DataFrame, others: pl.DataFrame, settings: Mapping[str, Any]) -> pl.DataFrame:
    """One row a client, with its fullest day. ``much`` where it read enough in all, ``compared`` where a day of it has
    enough other clients to say what is usual, ``hit`` where it read far more than that: all of it in a day, or less but
    on several days."""
    pages = pl.col("in_a_day")
    daily = (
        read.group_by("client", "day")
        .agg(pl.col("page").n_unique().cast(pl.Int64).alias("in_a_day"))
        .join(others, on=["client", "day"], how="left", nulls_equal=True)
        .with_columns(
            (pl.col("others") >= settings["others"]).fill_null(False).alias("compared"),
            (pl.col("mean") + settings["deviations"] * pl.col("deviation")).alias("usual"),
        )
        .with_columns((pl.col("compared") & (pages > pl.col("usual"))).fill_null(False).alias("over"))
        .with_columns((pl.col("over") & (pages >= settings["pages"])).alias("at_once"))
    )
    fullest = daily.sort("in_a_day", "day", descending=[True, False]).unique("client", keep="first")
    days = daily.group_by("client").agg(
        pl.col("over").sum().cast(pl.Int64).alias("days_over"), pl.col("compared").any(), pl.col("at_once").any()
    )
    whole = read.group_by("client").agg(
        pl.col("page").n_unique().cast(pl.Int64).alias("pages"), pl.col("event.count").sum().alias("requests")
    )
    much = pl.col("pages") >= settings["pages"]
    return (
        fullest.drop("over", "compared", "at_once")
        .join(days, on="client")
        .join(whole, on="client")
        .with_columns(much.alias("much"))
        .with_columns((pl.col("at_once") | (much & (pl.col("days_over") >= settings["days"]))).alias("hit"))
        .sort("hit", "much", "pages", "client", descending=[True, True, True, False])
    )


def _others(events: pl.DataFrame) -> pl.DataFrame:
    """By client and day of the whole log: how many other clients there were, and the mean and standard deviation of
    their pages. A client is left out of what it is compared with: one that reads everything is its day's deviation."""
    daily = _pages(events).group_by("client", "day").agg(pl.col("page").n_unique().cast(pl.Float64).alias("own"))
    own = pl.col("own")
    totals = daily.group_by("day").agg(pl.len().alias("all"), own.sum().alias("sum"), (own**2).sum().alias("squares"))
    number = pl.col("all").cast(pl.Int64) - 1
    mean = (pl.col("sum") - own) / number
    spread = ((pl.col("squares") - own**2) / number - mean**2).clip(0)
    compared = (number.alias("others"), mean.alias("mean"), spread.sqrt().alias("deviation"))
    return daily.join(totals, on="day", nulls_equal=True).select("client", "day", *compared)


class _Reader:
    """The client that read most of those that are reported."""

    def __init__(self, read: pl.DataFrame, shown: pl.DataFrame, rewritten: bool, context: Context) -> None:
        top = shown.row(0, named=True)
        self.client: str = top["client"]
        self.top = top
        self.rows = read.filter(pl.col("client") == self.client)
        agents = self.rows["user_agent.original"].drop_nulls()
        self.agent: str | None = agents.mode().sort()[0] if agents.len() else None
        self.kind = agent_kind(self.agent)
        self.lists = lists_of(self.client, context)
        self.bytes = int(self.rows["http.response.bytes"].sum() or 0)
        self.answered = int(self.rows.filter(STATUS < 400)["event.count"].sum())
        self.rewritten = rewritten

    @property
    def a_minute(self) -> int | None:
        """Most requests within a minute; None where the times allow no rate."""
        if self.rewritten:
            return None
        peaks = busiest(self.rows, ["client"], 60)
        return int(peaks["peak"][0]) if peaks.height else None

    @property
    def said(self) -> str:
        """``203.0.113.7 read 208 different pages in 240 requests on 18 May …``"""
        top = self.top
        said = f"{self.client} read {wording.plural(top['pages'], 'different page')}"
        said += f" in {wording.plural(top['requests'], 'request')}"
        if top["in_a_day"] != top["pages"]:
            said += f", {top['in_a_day']:,} of them on {wording.at(top['day']).removesuffix(' 00:00 UTC')}"
        if top["compared"] and top["usual"] is not None:
            said += f" (the day's other clients: {top['mean']:.1f} on average, above {top['usual']:.0f} is unusual)"
        return f"{said}; it {CALLED[self.kind]}{f' and is on {wording.listed(self.lists)}' if self.lists else ''}"


def _confidence(answer: Answer, reader: _Reader | None, settings: Mapping[str, Any]) -> Confidence:
    """High at twice both bounds by a client that claims to be no crawler, or for a plain no."""
    if answer != "yes" or reader is None:
        return "high" if answer == "no" else "low"
    top = reader.top
    far = top["in_a_day"] >= 2 * max(settings["pages"], top["usual"] or 0)
    return "high" if far and reader.kind != "crawler" else "medium"


def _sentence(reader: _Reader | None, found: pl.DataFrame, answer: Answer, apart: str) -> str:
    if reader is None:
        return f"No other client asked for a page.{apart}" if apart else "No requests for pages."
    if answer == "no":
        pages = wording.plural(reader.top["in_a_day"], "different page")
        return f"At most {pages} by one client in a day ({reader.client}): no bulk reading.{apart}"
    if answer == "partly" and reader.top["compared"]:
        apart = f" Above the usual on {wording.plural(reader.top['days_over'], 'day')}: not yet bulk reading.{apart}"
    others = [f"{row['client']} ({row['pages']})" for row in found.tail(-1).iter_rows(named=True)]
    also = f"; also {wording.listed(others)}" if others else ""
    alone = "" if reader.top["compared"] else " Too few other clients in this log to say what is usual."
    rate = " Every time has the same minute, so no rate is stated." if reader.rewritten else ""
    return f"{reader.said}{also}.{alone}{rate}{apart}"


def _apart(clients: pl.DataFrame, apart: Known) -> str:
    """Verified crawlers and own addresses that read much, in a sentence of their own."""
    pages = dict(clients.select("client", "pages").iter_rows())
    named = [f"{one} ({pages[one]} pages, {hit['list']})" for one, hit in apart.crawlers.items()]
    own = [f"{one} ({pages[one]} pages)" for one in apart.own]
    said = f" Verified crawler, not counted: {wording.listed(named)}." if named else ""
    return said + (f" From own ranges, not counted: {wording.listed(own)}." if own else "")


def _figures(reader: _Reader | None, hits: pl.DataFrame, clients: pl.DataFrame, apart: Known) -> dict[str, Any]:
    shown = clients.filter("much").sort("pages", "client", descending=[True, False]).head(REPORTED)
    figures: dict[str, Any] = {
        "client": None, "pages": 0, "in_a_day": 0, "days_over": 0, "requests": 0, "bytes": 0, "answered": 0,
        "clients_over": hits.height,
        "clients": clients.height,
        "verified_crawlers": list(apart.crawlers),
        "by_client": [
            {name: row[name] for name in ("client", "pages", "in_a_day", "requests", "hit")}
            | {"verified_crawler": row["client"] in apart.crawlers}
            for row in shown.iter_rows(named=True)
        ],
    }  # fmt: skip
    if reader is None:
        return figures
    figures |= {name: reader.top[name] for name in ("client", "pages", "in_a_day", "requests")}
    figures |= {"bytes": reader.bytes, "answered": reader.answered, "agent": reader.agent, "agent_kind": reader.kind}
    figures["days_over"] = reader.top["days_over"]
    if reader.top["usual"] is not None:
        figures |= {"usual": round(reader.top["usual"], 1), "others": reader.top["others"]}
    if (rate := reader.a_minute) is not None:
        figures["a_minute"] = rate
    return figures | {"lists": reader.lists, "chart": chart(reader.rows)}


DETECTOR = BulkReading()
