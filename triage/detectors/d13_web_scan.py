"""D13: did somebody scan the site for holes?

Scanners are refused and miss. Four marks, by client: many refusals within minutes; a good part of many requests missed,
over different pages (one missing file asked for again and again is a broken link); requests that carry attack patterns;
a scanner's name in the user agent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.detectors.compose import compose
from triage.detectors.coverage import rates_unreliable
from triage.detectors.evidence import chart
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.scan_marks import MARKS, suspects
from triage.detectors.sides import Side, both
from triage.detectors.web_attacks import with_attacks
from triage.detectors.web_requests import ANSWERED, NEED, REPORTED, STATUS, entities, events_of, known, requests

TRIED = pl.col("family").is_not_null()


class WebScan:
    """By client: refusals in a window, the share of misses, attack patterns, a scanner's own name."""

    id = "D13"
    version = 1
    title = "Web scan"
    needs: tuple[str, ...] = ("web",)
    settings: Mapping[str, Any] = {
        "refusals": 10,
        "seconds": 600,
        "statuses": (400, 401, 403, 500),
        "missed_share": 0.3,
        "requests": 50,
        "missed_pages": 5,
        "patterns": 3,
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen, rewritten = {**self.settings, **settings}, rates_unreliable(events)
        return both(events, scope, lambda side: self._judge(side, context, chosen, rewritten))

    def _judge(self, side: Side, context: Context, settings: Mapping[str, Any], rewritten: bool) -> Finding:
        asked = with_attacks(requests(side.events))
        clients = suspects(asked, settings, rewritten)
        apart = known(clients.filter(pl.col("hit") | pl.col("near"))["client"], side, context)
        counted = clients.filter(~pl.col("client").is_in(apart.apart))
        hits, near = counted.filter("hit"), counted.filter("near")
        answer: Answer = "yes" if hits.height else "partly" if _worth_a_word(side, near) else "no"
        shown = hits if hits.height else near if answer == "partly" else counted
        return compose(
            self,
            side,
            settings,
            answer=answer,
            confidence=_confidence(answer, hits, settings),
            sentence=_sentence(shown, answer, asked, settings, rewritten) + _apart(apart.apart),
            threshold=_threshold(settings),
            would_change="A scan that was ordered from this address, or the site's own broken links.",
            evidence=events_of(_rows(asked, shown), side.events) if answer != "no" else None,
            figures=_figures(clients, shown, hits, asked, rewritten),
            entities=entities(shown["client"]) if answer != "no" else {},
            missing=("trustworthy minutes in the time stamps",) if rewritten and answer == "partly" else (),
            need=NEED,
        )


def _threshold(settings: Mapping[str, Any]) -> str:
    statuses = wording.listed([str(status) for status in settings["statuses"]], 9)
    return (
        f"> {settings['refusals']} answers {statuses} in {wording.duration(settings['seconds'])} by client (Sigma), "
        f"or ≥ {settings['missed_share']:.0%} of ≥ {settings['requests']} requests missed over ≥ "
        f"{settings['missed_pages']} pages, or ≥ {settings['patterns']} attack patterns (our defaults)"
    )


def _worth_a_word(side: Side, near: pl.DataFrame) -> bool:
    """Every site meets a stray pattern: outside the case only failures that crowd are told."""
    return bool(near.height) if side.is_case else bool(near.filter("crowded").height)


def _confidence(answer: Answer, hits: pl.DataFrame, settings: Mapping[str, Any]) -> Confidence:
    """High where two marks meet, at twice a threshold, or where something answered a pattern; and for a plain no."""
    if answer != "yes":
        return "high" if answer == "no" else "low"
    twice = (pl.col("by_refusals") & (pl.col("refusals") > 2 * settings["refusals"])) | (
        pl.col("patterns") >= 2 * settings["patterns"]
    )
    sure = hits.filter((pl.col("marks") > 1) | twice | (pl.col("patterns_answered") > 0))
    return "high" if sure.height else "medium"


def _sentence(
    shown: pl.DataFrame, answer: Answer, asked: pl.DataFrame, settings: Mapping[str, Any], rewritten: bool
) -> str:
    if shown.is_empty():
        return "No request failed, and none carried an attack pattern."
    top = shown.row(0, named=True)
    if answer == "no":
        return _nothing(top, settings)
    facts = _facts(top, asked.filter(pl.col("client") == top["client"]), settings, rewritten)
    others = [f"{row['client']} ({row['requests']} requests)" for row in shown.tail(-1).iter_rows(named=True)]
    also = f"; also {wording.listed(others)}" if others else ""
    note = " Every time has the same minute, so no rate below the hour is stated." if rewritten else ""
    return f"{top['client']}: {'; '.join(facts)}{also}.{note}"


def _facts(client: Mapping[str, Any], theirs: pl.DataFrame, settings: Mapping[str, Any], rewritten: bool) -> list[str]:
    """What marks a client, in words, the strongest first."""
    width = "an hour" if rewritten else wording.duration(settings["seconds"])
    statuses = theirs.select(STATUS.filter(STATUS >= 400)).to_series().unique().sort()
    codes = wording.listed([str(status) for status in statuses])
    facts = []
    if client["patterns"]:
        tried = theirs.filter(TRIED)
        families, paths = (
            rows.unique().sort().to_list() for rows in (tried["family"], tried.filter(ANSWERED)["url.path"])
        )
        what = wording.plural(client["patterns"], "request") + f" with {wording.listed(families)}"
        facts.append(f"{what}, {f'answered: {wording.listed(paths)}' if paths else 'none of them answered'}")
    if client["by_scanner"]:
        facts.append(f"calls itself {client['scanner']}")
    if client["by_misses"]:
        share = client["missed"] / client["requests"]
        facts.append(f"{share:.0%} of {client['requests']:,} requests missed, over {client['missed_pages']} pages")
    if client["by_refusals"]:
        facts.append(f"{client['refusals']} refusals and errors ({codes}) within {width}")
    elif client["crowded"]:
        pages = wording.plural(client["missed_pages"], "missing page")
        facts.append(f"{client['failures']} failed requests ({codes}) within {width}, for {pages}")
    return facts


def _nothing(top: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    if top["missed"] >= settings["requests"] and top["missed_pages"] < settings["missed_pages"]:
        pages = wording.plural(top["missed_pages"], "missing page")
        return f"{top['client']} asked {top['missed']} times for {pages}: a broken link, no scan."
    failed = wording.plural(top["failures"], "failed request")
    return f"At most {failed} by one client ({top['client']}), and no attack patterns: no scan."


def _apart(clients: list[str]) -> str:
    return f" Own addresses and verified crawlers, not counted: {wording.listed(clients)}." if clients else ""


def _rows(asked: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    """What the reported clients tried: patterns first, then what failed; of one that only names itself, everything."""
    theirs = asked.filter(pl.col("client").is_in(shown.head(REPORTED)["client"].implode()))
    rows = pl.concat([theirs.filter(TRIED), theirs.filter(~TRIED & (STATUS >= 400))])
    return rows if rows.height else theirs


def _figures(
    clients: pl.DataFrame, shown: pl.DataFrame, hits: pl.DataFrame, asked: pl.DataFrame, rewritten: bool
) -> dict[str, Any]:
    tried = asked.filter(TRIED)
    named = ("client", "requests", "refusals", "failures", "missed", "missed_pages", "patterns", "patterns_answered")
    top = shown.row(0, named=True) if shown.height else dict.fromkeys(named, 0) | {"client": None}
    # Within an hour is no figure to hold against a threshold meant for minutes.
    left_out = ("refusals", "failures") if rewritten else ()
    return {
        **{name: top[name] for name in named if name not in left_out},
        "marks": [name for name in MARKS if top.get(f"by_{name}")],
        "clients_over": hits.height,
        "total_patterns": int(tried["event.count"].sum()),
        "families": dict(tried.group_by("family").agg(pl.col("event.count").sum()).sort("family").iter_rows()),
        "by_client": [
            {name: row[name] for name in (*named, "scanner")}
            for row in (shown if shown.height else clients).head(REPORTED).iter_rows(named=True)
        ],
        "chart": chart(asked.filter(pl.col("client").is_in([top["client"]]))),
    }


DETECTOR = WebScan()
