"""D02: did one source fail in bursts, as a machine does?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.detectors.attempts import Guesses, failures
from triage.detectors.compose import compose
from triage.detectors.coverage import rates_unreliable
from triage.detectors.evidence import chart
from triage.detectors.protocol import Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both
from triage.detectors.windows import busiest

REPORTED = 10
WINDOWS_SERVICES = ("windows", "security", "ntlm", "kerberos")


class FailureBurst:
    """By source: enough failures in a window as wide as the service's own rule says, or many within seconds."""

    id = "D02"
    version = 1
    title = "Burst of failures from one source"
    needs: tuple[str, ...] = ("authentication",)
    settings: Mapping[str, Any] = {
        "attempts": 8,
        "seconds": 120,
        "windows_seconds": 240,
        "fast_attempts": 10,
        "fast_seconds": 10,
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, chosen))

    def _judge(self, side: Side, settings: Mapping[str, Any]) -> Finding:
        guesses = failures(side.events)
        sourced = guesses.events.filter(pl.col("source.ip").is_not_null())
        sources = self._sources(sourced, settings)
        hits = sources.filter(pl.col("hit"))
        top = sources.head(1).to_dicts()
        rows = sourced.filter(pl.col("source.ip") == top[0]["source.ip"]) if top else sourced
        window = _window(top[0]) if hits.height else (None, None)
        unreliable = rates_unreliable(sourced)
        return compose(
            self,
            side,
            settings,
            answer="cannot_tell" if unreliable else "yes" if hits.height else "no",
            confidence="low" if unreliable else self._confidence(hits, settings),
            sentence=_sentence(sources, hits, unreliable),
            threshold=f"≥ {settings['attempts']} in {wording.duration(settings['seconds'])} from one source (Wazuh; "
            f"Windows {wording.duration(settings['windows_seconds'])}) or ≥ {settings['fast_attempts']} in "
            f"{wording.duration(settings['fast_seconds'])} on one host (Elastic)",
            would_change="Times that show the failures further apart, or a known job that retries on its own.",
            evidence=_inside(rows, window) if hits.height else rows,
            figures=_figures(sources, hits, guesses, chart(rows, window)),
            entities={"ip": hits.head(REPORTED)["source.ip"].to_list()},
            missing=("trustworthy minutes in the time stamps",) if unreliable else (),
        )

    def _sources(self, sourced: pl.DataFrame, settings: Mapping[str, Any]) -> pl.DataFrame:
        """One row a source, busiest first: its peak, the width it was measured with, and whether it is a burst."""
        windows = pl.col("service.name").str.to_lowercase().is_in(WINDOWS_SERVICES).fill_null(False)
        peaks = [
            self._peaks(sourced.filter(kind), width, settings["attempts"])
            for kind, width in ((~windows, settings["seconds"]), (windows, settings["windows_seconds"]))
        ]
        fast = busiest(sourced, ["host.name", "source.ip"], settings["fast_seconds"])
        fast = fast.group_by("source.ip").agg(pl.col("peak").max().alias("fast_peak"))
        totals = sourced.group_by("source.ip").agg(
            pl.col("event.count").sum().alias("attempts"), pl.col("user.name").n_unique().alias("names")
        )
        best = pl.concat(peaks).sort("peak", descending=True, maintain_order=True)
        best = best.group_by("source.ip", maintain_order=True).first()
        in_seconds = pl.col("fast_peak") >= settings["fast_attempts"]
        return (
            totals.join(best, on="source.ip", how="left")
            .join(fast, on="source.ip", how="left")
            .with_columns(pl.col("peak").fill_null(0))
            .with_columns(((pl.col("peak") >= settings["attempts"]) | in_seconds.fill_null(False)).alias("hit"))
            .sort("peak", "attempts", "source.ip", descending=[True, True, False])
        )

    def _peaks(self, events: pl.DataFrame, width: int, threshold: int) -> pl.DataFrame:
        return busiest(events, ["source.ip"], width).with_columns(pl.lit(width).alias("width"))

    def _confidence(self, hits: pl.DataFrame, settings: Mapping[str, Any]) -> Confidence:
        """High at twice the threshold, or for a plain no; medium just over it."""
        strong = hits.filter(pl.col("peak") >= 2 * settings["attempts"])
        return "high" if strong.height or hits.is_empty() else "medium"


def _sentence(sources: pl.DataFrame, hits: pl.DataFrame, unreliable: bool) -> str:
    if sources.is_empty():
        return "No failed logins with a source address."
    top = sources.row(0, named=True)
    total = wording.plural(top["attempts"], "failed login")
    if unreliable:
        return f"{total} from {top['source.ip']}, but every time has the same minute, so no rate can be stated."
    width = wording.duration(top["width"] or 0)
    if hits.is_empty():
        return f"{total} from {top['source.ip']}, at most {top['peak']} within {width}: spread out, no burst."
    others = [f"{row['source.ip']} ({row['peak']})" for row in hits.tail(-1).iter_rows(named=True)]
    also = f"; {wording.plural(len(others), 'other source')} too: {wording.listed(others)}" if others else ""
    return f"{top['source.ip']} failed {top['peak']} times within {width}, {top['attempts']} in all{also}."


def _figures(sources: pl.DataFrame, hits: pl.DataFrame, guesses: Guesses, bars: list[Any]) -> dict[str, Any]:
    top = sources.row(0, named=True) if sources.height else {"attempts": 0, "peak": 0, "source.ip": None, "width": 0}
    shown = sources.head(REPORTED).select("source.ip", "attempts", "names", "peak", "hit")
    return {
        "attempts": top["attempts"],
        "peak": top["peak"],
        "source": top["source.ip"],
        "window_seconds": top["width"] or 0,
        "sources_over": hits.height,
        "total_attempts": guesses.total,
        "sources": [{"ip": row.pop("source.ip"), **row} for row in shown.to_dicts()],
        "dropped": guesses.dropped,
        "chart": bars,
    }


def _window(source: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    end = source["peak_to"]
    return (end - timedelta(seconds=source["width"]), end) if end else (None, None)


def _inside(rows: pl.DataFrame, window: tuple[datetime | None, datetime | None]) -> pl.DataFrame:
    time = pl.col("@timestamp")
    return rows if window[0] is None else rows.filter((time > window[0]) & (time <= window[1]))


DETECTOR = FailureBurst()
