"""D11: did somebody probe the pages and services that let people in or tell who they are?

The status answers tell the two stories apart: a site that is asked for what it does not have (404, nothing came of
it), and a site that had it (200 on administration or a list of users).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from triage.detectors import identity_endpoints, wording
from triage.detectors.compose import compose
from triage.detectors.evidence import chart
from triage.detectors.identity_endpoints import discloses, endpoint
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both
from triage.detectors.web_requests import (
    ANSWERED,
    MISSING,
    NEED,
    PATH,
    REDIRECTED,
    REFUSED,
    REPORTED,
    STATUS,
    Known,
    entities,
    events_of,
    known,
    requests,
)

ALIKE = 3
"""Watched paths answered with a page of the very same size are answered by one page for everything: no success."""


class IdentityProbing:
    """By client: many requests for identity endpoints, several different ones, or one that was given away."""

    id = "D11"
    version = 1
    title = "Probing of identity endpoints"
    needs: tuple[str, ...] = ("web",)
    settings: Mapping[str, Any] = {
        "requests": 10,
        "endpoints": 3,
        "paths": identity_endpoints.PATHS,
        "admin": identity_endpoints.ADMIN,
        "listings": identity_endpoints.LISTINGS,
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, context, chosen))

    def _judge(self, side: Side, context: Context, settings: Mapping[str, Any]) -> Finding:
        every = _asked(side, settings)
        apart = known(every["client"], side, context)
        asked = every.filter(~pl.col("client").is_in(apart.apart))
        clients = _clients(asked, settings)
        hits = clients.filter("hit")
        answer = _answer(side, clients, hits)
        shown = hits if hits.height else clients
        return compose(
            self,
            side,
            settings,
            answer=answer,
            confidence=_confidence(answer, hits, settings),
            sentence=_sentence(asked, shown, hits, apart),
            threshold=f"≥ {settings['requests']} requests or ≥ {settings['endpoints']} different endpoints by one "
            "client, or an administration or user list that was answered (our defaults)",
            would_change="An owner of the site who expects these requests, or a longer log in which one is answered.",
            evidence=events_of(_rows(asked, shown), side.events),
            figures=_figures(every, asked, shown, hits, apart),
            entities=entities(hits["client"]),
            need=NEED,
        )


def _asked(side: Side, settings: Mapping[str, Any]) -> pl.DataFrame:
    """Requests for watched paths, with the ``endpoint`` and whether it was ``given``: answered with content of its own
    where that discloses something."""
    asked = requests(side.events).with_columns(endpoint(settings["paths"])).filter(pl.col("endpoint").is_not_null())
    size = pl.col("http.response.bytes")
    alike = asked.filter(ANSWERED & size.is_not_null()).group_by(size).agg(pl.col("endpoint").n_unique().alias("kinds"))
    one_for_all = alike.filter(pl.col("kinds") >= ALIKE)["http.response.bytes"]
    own = ~size.is_in(one_for_all.implode()).fill_null(False)
    return asked.with_columns((ANSWERED & own & discloses(settings["admin"], settings["listings"])).alias("given"))


def _clients(asked: pl.DataFrame, settings: Mapping[str, Any]) -> pl.DataFrame:
    """One row a client, those who were given something first, then by requests; ``hit`` where a threshold is met."""
    count = pl.col("event.count")
    many = (pl.col("requests") >= settings["requests"]) | (pl.col("distinct") >= settings["endpoints"])
    return (
        asked.group_by("client")
        .agg(
            count.sum().alias("requests"),
            pl.col("endpoint").unique().sort().alias("endpoints"),
            pl.col("endpoint").n_unique().cast(pl.Int64).alias("distinct"),
            count.filter("given").sum().alias("given"),
            count.filter(ANSWERED).sum().alias("answered"),
            count.filter(REDIRECTED).sum().alias("redirected"),
            count.filter(REFUSED).sum().alias("refused"),
            count.filter(MISSING).sum().alias("missing"),
            pl.col("@timestamp").min().alias("first"),
            pl.col("@timestamp").max().alias("last"),
        )
        .with_columns((many | (pl.col("given") > 0)).alias("hit"))
        .sort("given", "distinct", "requests", "client", descending=[True, True, True, False])
    )


def _answer(side: Side, clients: pl.DataFrame, hits: pl.DataFrame) -> Answer:
    """Some requests that failed, spread over clients, are what every site sees: worth a word in the case alone."""
    if hits.height:
        return "yes"
    failed = clients.filter((pl.col("missing") > 0) | (pl.col("refused") > 0))
    return "partly" if side.is_case and failed.height else "no"


def _confidence(answer: Answer, hits: pl.DataFrame, settings: Mapping[str, Any]) -> Confidence:
    """High where something was given away or at twice a threshold; low where the site answered as it does its users."""
    if answer == "no":
        return "high"
    if answer == "partly":
        return "low"
    twice = (pl.col("requests") >= 2 * settings["requests"]) | (pl.col("distinct") >= 2 * settings["endpoints"])
    failed = pl.col("missing") + pl.col("refused")
    if hits.filter((pl.col("given") > 0) | (twice & (2 * failed >= pl.col("requests")))).height:
        return "high"
    return "medium" if hits.filter(failed > 0).height else "low"


def _sentence(asked: pl.DataFrame, shown: pl.DataFrame, hits: pl.DataFrame, apart: Known) -> str:
    if shown.is_empty():
        return f"No request for an identity endpoint{_apart(apart)}."
    top = shown.row(0, named=True)
    times = "once" if top["requests"] == 1 else f"{top['requests']:,} times"
    said = f"{top['client']} asked {times} for {wording.listed(top['endpoints'])}"
    said += f"{wording.between(top['first'], top['last'])}: {_outcome(asked.filter(client=top['client']), top)}"
    others = [f"{row['client']} ({row['requests']})" for row in hits.tail(-1).iter_rows(named=True)]
    said += f"; also {wording.listed(others)}" if others else ""
    said += "" if hits.height else "; under the threshold"
    if (clients := asked["client"].n_unique()) > 1:
        whole = wording.plural(_number(asked), "such request")
        said += f". In all {whole} from {wording.plural(clients, 'client')}, {_whole_outcome(asked)}"
    return f"{said}{_apart(apart)}."


def _outcome(theirs: pl.DataFrame, client: Mapping[str, Any]) -> str:
    if client["given"]:
        paths = theirs.filter("given")["url.path"].unique().sort().to_list()
        return f"{wording.listed(paths)} answered with content"
    codes = theirs["http.response.status_code"].drop_nulls().unique().sort().to_list()
    if client["missing"] + client["refused"] == client["requests"]:
        return f"all answered {wording.listed([str(code) for code in codes])}, nothing succeeded"
    return f"answered {wording.listed([str(code) for code in codes])}" if codes else "no status told"


def _whole_outcome(asked: pl.DataFrame) -> str:
    """What came of all of them: the split that decides how much it matters."""
    failed = asked.filter(STATUS >= 400)
    if failed.height == asked.height:
        codes = asked["http.response.status_code"].unique().sort().to_list()
        return f"all answered {wording.listed([str(code) for code in codes])}"
    given, lost = _number(asked.filter("given")), _number(failed)
    return f"{given or 'none'} answered with content of such a page, {lost or 'none'} failed"


def _apart(known: Known) -> str:
    """Who was left out of it and why."""
    left = [("own address", "own addresses", len(known.own))]
    left.append(("verified crawler", "verified crawlers", len(known.crawlers)))
    said = [wording.plural(number, one, many) for one, many, number in left if number]
    return f" ({' and '.join(said)} apart)" if said else ""


def _rows(asked: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    """What was given away first, since that is what matters; then what the reported clients asked for, in order."""
    theirs = asked.filter(pl.col("client").is_in(shown.head(REPORTED)["client"].implode()))
    return pl.concat([theirs.filter("given"), theirs.filter(~pl.col("given"))])


def _figures(
    every: pl.DataFrame, asked: pl.DataFrame, shown: pl.DataFrame, hits: pl.DataFrame, apart: Known
) -> dict[str, Any]:
    none: dict[str, Any] = {"client": None, "requests": 0, "distinct": 0}
    top = shown.row(0, named=True) if shown.height else none
    named = ("client", "requests", "distinct", "given", "answered", "redirected", "refused", "missing")
    counted = asked.select(
        "event.count", ANSWERED.alias("answered"), REFUSED.alias("refused"), MISSING.alias("missing")
    )
    return {
        "client": top["client"],
        "requests": top["requests"],
        "endpoints": top["distinct"],
        "given": _number(asked.filter("given")),
        "answered": _number(counted.filter("answered")),
        "refused": _number(counted.filter("refused")),
        "not_found": _number(counted.filter("missing")),
        "total_requests": _number(asked),
        "clients": asked["client"].n_unique(),
        "clients_over": hits.height,
        "paths": asked.select(PATH).to_series().unique().sort().to_list()[:REPORTED],
        "by_client": [{name: row[name] for name in named} for row in shown.head(REPORTED).iter_rows(named=True)],
        "apart": _number(every) - _number(asked),
        "verified_crawlers": list(apart.crawlers),
        "chart": chart(asked),
    }


def _number(asked: pl.DataFrame) -> int:
    return int(asked["event.count"].sum())


DETECTOR = IdentityProbing()
