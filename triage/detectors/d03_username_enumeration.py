"""D03: did one source try many user names?

Names count whether or not a login attempt followed: an enumerator hangs up before the password. A source that fails on
several *existing* names may be an administrator's own: the share of unknown names tells the two apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from triage.detectors import origins, wording
from triage.detectors.attempts import NAMED, guesses, successes
from triage.detectors.compose import compose
from triage.detectors.coverage import minutes_rewritten
from triage.detectors.evidence import chart
from triage.detectors.origins import ORIGIN, with_origin
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both, widened
from triage.detectors.variations import clusters
from triage.detectors.windows import busiest, widest

REPORTED = 10
NAMES_KEPT = 50
SHOWN = ("source", "answer", "distinct", "in_a_day", "unknown", "existing", "unknown_peak", "logins")
RANK: Mapping[str, int] = {"yes": 0, "partly": 1, "no": 2}
PROBE = pl.col("event.action") == "ssh_malformed_request"


class UsernameEnumeration:
    """By source: many names in a day, or many tries at unknown names within minutes, or the known probing request."""

    id = "D03"
    version = 2
    title = "Many user names from one source"
    needs: tuple[str, ...] = ("authentication",)
    settings: Mapping[str, Any] = {
        "names": 3,  # Sigma, many users from one source: more than
        "names_seconds": 86400,  # Sigma
        "unknown_attempts": 8,  # Wazuh 5712
        "unknown_seconds": 120,  # Wazuh 5712
        "unknown_share": 0.5,  # our default
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, chosen))

    def _judge(self, side: Side, settings: Mapping[str, Any]) -> Finding:
        tried = guesses(with_origin(_named(side, settings["names_seconds"])))
        probes = side.events.filter(PROBE)
        sources = self._sources(tried.events, side, settings)
        top = sources[0] if sources else None
        answer: Answer = top["answer"] if top else "no"
        hits = [source for source in sources if source["answer"] == answer != "no"]
        rows = tried.events.filter(pl.col("origin") == top["source"]) if top else tried.events
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
            evidence=rows.select(side.everything.columns),
            figures=_figures(sources, hits, probes, tried.dropped, rows),
            entities=origins.entities(
                ({"origin": one["source"], "kind": one["kind"]} for one in hits),
                NAMES_KEPT,
                users=top["names"] if top and hits else (),
            ),
        )

    def _sources(self, tried: pl.DataFrame, side: Side, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
        """One entry a source that could meet a threshold (and the one with most names), the most telling first."""
        unknown = pl.col("user.exists").eq(False).fill_null(False)
        rapid = tried.clear() if minutes_rewritten(side, self.needs) else tried.filter(unknown)
        peaks = busiest(rapid, ["origin"], settings["unknown_seconds"])
        counted = (
            tried.group_by("origin")
            .agg(
                pl.col("kind").first(),
                pl.col("user.name").unique().sort().alias("names"),
                pl.col("user.name").filter(unknown).n_unique().alias("unknown"),
                pl.col("user.name").filter(pl.col("user.exists").fill_null(False)).n_unique().alias("existing"),
            )
            .with_columns(pl.col("names").list.len().cast(pl.Int64).alias("distinct"))
            .join(peaks.rename({"peak": "unknown_peak"}), on="origin", how="left")
            .join(widest(tried, "origin", "user.name", settings["names_seconds"]), on="origin", how="left")
            .with_columns(pl.col("unknown_peak", "widest").fill_null(0))
            .join(_logins_by_source(side), on="origin", how="left")
            .with_columns(pl.col("logins").fill_null(0))
            .sort("distinct", "origin", descending=[True, False])
        )
        able = (pl.col("distinct") > settings["names"]) | (pl.col("unknown_peak") >= settings["unknown_attempts"])
        candidates = counted.filter(able)
        found = [_source(row, settings) for row in (candidates if candidates.height else counted.head(1)).to_dicts()]
        return sorted(found, key=lambda s: (RANK[s["answer"]], -s["in_a_day"], -s["unknown_peak"], s["source"]))


def _named(side: Side, seconds: int) -> pl.DataFrame:
    """The events in which somebody named a user without getting in. A case about a user alone holds one name by
    construction: there, all names tried by the sources that tried this one."""
    scope = side.scope
    alone = side.is_case and scope.users and not scope.ips and not scope.domains
    events = widened(side, ORIGIN, NAMED, seconds=seconds) if alone else side.events
    return events.filter(NAMED & pl.col("user.name").is_not_null())


def _logins_by_source(side: Side) -> pl.DataFrame:
    won = with_origin(successes(side.everything))
    return won.group_by("origin").agg(pl.len().cast(pl.Int64).alias("logins"))


def _source(row: dict[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    in_a_day = row["widest"]
    share = row["unknown"] / row["distinct"] if row["distinct"] else 0.0
    many, rapid = in_a_day > settings["names"], row["unknown_peak"] >= settings["unknown_attempts"]
    answer: Answer = "partly" if many or rapid else "no"
    if many and (share >= settings["unknown_share"] or rapid):
        answer = "yes"
    return {
        "source": row["origin"],
        "kind": row["kind"],
        "answer": answer,
        "names": row["names"][:NAMES_KEPT],
        "distinct": row["distinct"],
        "in_a_day": in_a_day,
        "unknown": row["unknown"],
        "existing": row["existing"],
        "unknown_share": round(share, 3),
        "unknown_peak": row["unknown_peak"],
        "logins": row["logins"],
        "first": row["widest_from"],
        "last": row["widest_to"],
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
        names = wording.plural(top["distinct"], "name")
        return f"{top['source']} tried {names}, at most {top['in_a_day']} within a day."
    if top["in_a_day"] == 1:
        known = wording.user(top["names"][0])
        said = f"{top['source']} tried one unknown name ({known}) {top['unknown_peak']} times within minutes"
    else:
        in_all = f" ({top['distinct']} in all)" if top["distinct"] != top["in_a_day"] else ""
        said = f"{top['source']} tried {top['in_a_day']} names{times}{in_all}, {_existence(top)}, {_logins(top)}"
    others = [f"{source['source']} ({source['distinct']})" for source in hits[1:]]
    return f"{said}{f'; also {wording.listed(others)}' if others else ''}."


def _existence(top: dict[str, Any]) -> str:
    if not top["unknown"]:
        every = top["existing"] == top["distinct"]
        return "all of accounts that exist" if every else "of which none is known not to exist"
    return "none of which exists" if top["unknown"] == top["distinct"] else f"{top['unknown']} of which do not exist"


def _logins(top: dict[str, Any]) -> str:
    if not top["logins"]:
        return "none of which logged in"
    return f"and logged in {wording.plural(top['logins'], 'time')} besides"


def _figures(
    sources: list[dict[str, Any]], hits: list[dict[str, Any]], probes: pl.DataFrame, dropped: int, rows: pl.DataFrame
) -> dict[str, Any]:
    nothing = dict.fromkeys(("distinct", "in_a_day", "unknown", "unknown_share", "unknown_peak", "logins"), 0)
    nobody: dict[str, Any] = {**nothing, "source": None, "names": [], "first": None, "last": None}
    top = sources[0] if sources else nobody
    window: tuple[datetime | None, datetime | None] = (top["first"], top["last"]) if hits else (None, None)
    return {
        "source": top["source"],
        "distinct": top["distinct"],
        "in_a_day": top["in_a_day"],
        "unknown": top["unknown"],
        "unknown_share": top["unknown_share"],
        "unknown_peak": top["unknown_peak"],
        "logins": top["logins"],
        "names": top["names"],
        "variations": clusters([name for name in top["names"] if name]),
        "sources_over": len(hits),
        "sources": [{key: source[key] for key in SHOWN} for source in sources[:REPORTED]],
        "probes": probes.height,
        "dropped": dropped,
        "chart": chart(rows, window),
    }


DETECTOR = UsernameEnumeration()
