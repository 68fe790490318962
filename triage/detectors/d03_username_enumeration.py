"""D03: did one source try many user names?

Names count whether or not a login attempt followed: an enumerator hangs up before the password. A source that fails on
several *existing* names may be an administrator's own: the share of unknown names tells the two apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.detectors.attempts import NAMED, names_tried, successes
from triage.detectors.compose import compose
from triage.detectors.evidence import chart
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both
from triage.detectors.variations import clusters
from triage.detectors.windows import busiest, most_distinct

REPORTED = 10
NAMES_KEPT = 50
RANK: Mapping[str, int] = {"yes": 0, "partly": 1, "no": 2}
PROBE = pl.col("event.action") == "ssh_malformed_request"


class UsernameEnumeration:
    """By source: many names in a day, or many tries at unknown names within minutes, or the known probing request."""

    id = "D03"
    version = 1
    title = "Many user names from one source"
    needs: tuple[str, ...] = ("authentication",)
    settings: Mapping[str, Any] = {
        "names": 3,
        "names_seconds": 86400,
        "unknown_attempts": 8,
        "unknown_seconds": 120,
        "unknown_share": 0.5,
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, chosen))

    def _judge(self, side: Side, settings: Mapping[str, Any]) -> Finding:
        tried = names_tried(_named_by_sources(side))
        probes = side.events.filter(PROBE)
        sources = self._sources(tried.events, side, settings)
        top = sources[0] if sources else None
        answer: Answer = top["answer"] if top else "no"
        hits = [source for source in sources if source["answer"] == answer != "no"]
        rows = tried.events.filter(pl.col("source.ip") == top["ip"]) if top else tried.events
        if probes.height and answer != "yes":
            answer, rows = "yes", probes
        return compose(
            self,
            side,
            settings,
            answer=answer,
            confidence=_confidence(answer, top, settings),
            sentence=_sentence(sources, hits, answer, probes),
            threshold=f"> {settings['names']} names in {wording.duration(settings['names_seconds'])} from one source "
            f"(Sigma) of which ≥ {settings['unknown_share']:.0%} unknown (our default), or ≥ "
            f"{settings['unknown_attempts']} unknown names in {wording.duration(settings['unknown_seconds'])} (Wazuh)",
            would_change="Names that turn out to belong to one person, or a list of names nobody here uses.",
            evidence=rows,
            figures=_figures(sources, hits, probes, tried.dropped, rows),
            entities={"ip": [source["ip"] for source in hits][:REPORTED], "user": top["names"] if top and hits else []},
        )

    def _sources(self, tried: pl.DataFrame, side: Side, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
        """One entry a source that could meet a threshold (and the one with most names), the most telling first."""
        unknown = pl.col("user.exists").eq(False).fill_null(False)
        peaks = busiest(tried.filter(unknown), ["source.ip"], settings["unknown_seconds"])
        counted = (
            tried.sort("@timestamp", maintain_order=True)
            .group_by("source.ip")
            .agg(
                pl.col("user.name").unique().sort().alias("names"),
                pl.col("user.name").filter(unknown).n_unique().alias("unknown"),
                pl.col("user.name").filter(pl.col("@timestamp").is_not_null()).alias("values"),
                pl.col("@timestamp").drop_nulls().alias("times"),
            )
            .with_columns(pl.col("names").list.len().cast(pl.Int64).alias("distinct"))
            .join(peaks.rename({"peak": "unknown_peak"}), on="source.ip", how="left")
            .with_columns(pl.col("unknown_peak").fill_null(0))
            .join(_logins_by_source(side), on="source.ip", how="left")
            .with_columns(pl.col("logins").fill_null(0))
            .sort("distinct", "source.ip", descending=[True, False])
        )
        able = (pl.col("distinct") > settings["names"]) | (pl.col("unknown_peak") >= settings["unknown_attempts"])
        candidates = counted.filter(able)
        found = [_source(row, settings) for row in (candidates if candidates.height else counted.head(1)).to_dicts()]
        return sorted(found, key=lambda s: (RANK[s["answer"]], -s["in_a_day"], -s["unknown_peak"], s["ip"]))


def _named_by_sources(side: Side) -> pl.DataFrame:
    """The events to count names in. A case about a user alone holds one name by construction: there, all names tried
    by the sources that tried this one."""
    scope = side.scope
    if not side.is_case or scope.ips or scope.domains or not scope.users:
        return side.events
    callers = side.events.filter(NAMED)["source.ip"].drop_nulls().unique().to_list()
    return side.everything.filter(pl.col("source.ip").is_in(callers))


def _logins_by_source(side: Side) -> pl.DataFrame:
    won = successes(side.everything).filter(pl.col("source.ip").is_not_null())
    return won.group_by("source.ip").agg(pl.len().cast(pl.Int64).alias("logins"))


def _source(row: dict[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    in_a_day, first, last = most_distinct(row["times"], row["values"], settings["names_seconds"])
    share = row["unknown"] / row["distinct"] if row["distinct"] else 0.0
    many, rapid = in_a_day > settings["names"], row["unknown_peak"] >= settings["unknown_attempts"]
    answer: Answer = "partly" if many or rapid else "no"
    if many and (share >= settings["unknown_share"] or rapid):
        answer = "yes"
    return {
        "ip": row["source.ip"],
        "answer": answer,
        "names": row["names"][:NAMES_KEPT],
        "distinct": row["distinct"],
        "in_a_day": in_a_day,
        "unknown": row["unknown"],
        "unknown_share": round(share, 3),
        "unknown_peak": row["unknown_peak"],
        "logins": row["logins"],
        "first": first,
        "last": last,
    }


def _confidence(answer: Answer, top: dict[str, Any] | None, settings: Mapping[str, Any]) -> Confidence:
    """High where none of the names logged in and there are twice as many as the threshold, or for a plain no."""
    if answer == "no" or top is None:
        return "high"
    clear = not top["logins"] and top["in_a_day"] > 2 * settings["names"]
    return "high" if answer == "yes" and clear else "medium" if answer == "yes" else "low"


def _sentence(sources: list[dict[str, Any]], hits: list[dict[str, Any]], answer: Answer, probes: pl.DataFrame) -> str:
    if probes.height and answer == "yes" and (not hits or hits[0]["answer"] != "yes"):
        return f"{wording.plural(probes.height, 'request')} of the kind that tests whether an account exists."
    if not sources:
        return "No source named a user it could not log in as."
    top = sources[0]
    times = wording.between(top["first"], top["last"])
    if not hits:
        return f"{top['ip']} tried {wording.plural(top['distinct'], 'name')}, at most {top['in_a_day']} within a day."
    if top["in_a_day"] == 1:
        known = wording.user(top["names"][0])
        said = f"{top['ip']} tried one unknown name ({known}) {top['unknown_peak']} times within minutes"
    else:
        in_all = f" ({top['distinct']} in all)" if top["distinct"] != top["in_a_day"] else ""
        said = f"{top['ip']} tried {top['in_a_day']} names{times}{in_all}, {_existence(top)}, {_logins(top)}"
    others = [f"{source['ip']} ({source['distinct']})" for source in hits[1:]]
    return f"{said}{f'; also {wording.listed(others)}' if others else ''}."


def _existence(top: dict[str, Any]) -> str:
    if not top["unknown"]:
        return "all of accounts that exist"
    return "none of which exists" if top["unknown"] == top["distinct"] else f"{top['unknown']} of which do not exist"


def _logins(top: dict[str, Any]) -> str:
    if not top["logins"]:
        return "none of which logged in"
    return f"and logged in {wording.plural(top['logins'], 'time')} besides"


def _figures(
    sources: list[dict[str, Any]], hits: list[dict[str, Any]], probes: pl.DataFrame, dropped: int, rows: pl.DataFrame
) -> dict[str, Any]:
    empty: dict[str, Any] = {"ip": None, "distinct": 0, "in_a_day": 0, "unknown": 0, "unknown_share": 0.0, "logins": 0}
    top = sources[0] if sources else {**empty, "unknown_peak": 0, "names": [], "first": None, "last": None}
    window: tuple[datetime | None, datetime | None] = (top["first"], top["last"]) if hits else (None, None)
    return {
        "source": top["ip"],
        "distinct": top["distinct"],
        "in_a_day": top["in_a_day"],
        "unknown": top["unknown"],
        "unknown_share": top["unknown_share"],
        "unknown_peak": top["unknown_peak"],
        "logins": top["logins"],
        "names": top["names"],
        "variations": clusters([name for name in top["names"] if name]),
        "sources_over": len(hits),
        "sources": [
            {key: source[key] for key in ("ip", "answer", "distinct", "in_a_day", "unknown", "unknown_peak", "logins")}
            for source in sources[:REPORTED]
        ],
        "probes": probes.height,
        "dropped": dropped,
        "chart": chart(rows, window),
    }


DETECTOR = UsernameEnumeration()
