"""D02: did one source fail in bursts, as a machine does?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from triage.detectors import origins, wording
from triage.detectors.attempts import OF_WINDOWS, Guesses, failures
from triage.detectors.compose import compose
from triage.detectors.coverage import minutes_rewritten
from triage.detectors.evidence import chart
from triage.detectors.origins import ORIGIN, with_origin
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both
from triage.detectors.windows import busiest

REPORTED = 10
NO_RATES = "trustworthy minutes in the time stamps"
NO_SOURCES = "source addresses of the failed logins"


class FailureBurst:
    """By source: enough failures in a window as wide as the service's own rule says, or many within seconds."""

    id = "D02"
    version = 2
    title = "Burst of failures from one source"
    needs: tuple[str, ...] = ("authentication",)
    settings: Mapping[str, Any] = {
        "attempts": 8,  # Wazuh 5712, 5720, 60204
        "seconds": 120,  # Wazuh 5712, 5720
        "windows_seconds": 240,  # Wazuh 60204
        "fast_attempts": 10,  # Elastic, multiple logon failures from the same source
        "fast_seconds": 10,  # Elastic
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, chosen))

    def _judge(self, side: Side, settings: Mapping[str, Any]) -> Finding:
        guesses = failures(side.events)
        sourced = with_origin(guesses.events)
        sources = self._sources(sourced, settings)
        hits = sources.filter(pl.col("hit"))
        top = sources.head(1).to_dicts()
        rows = sourced.filter(pl.col("origin") == top[0]["origin"]) if top else sourced
        window = _window(top[0]) if hits.height else (None, None)
        doubt = self._doubt(side, guesses, sources, settings)
        told: Answer = "yes" if hits.height else "cannot_tell" if doubt else "no"
        answer: Answer = "cannot_tell" if doubt == NO_RATES else told
        return compose(
            self,
            side,
            settings,
            answer=answer,
            confidence="low" if answer == "cannot_tell" else self._confidence(hits, settings),
            sentence=_sentence(sources, hits, guesses, doubt),
            threshold=f"≥ {settings['attempts']} in {wording.duration(settings['seconds'])} from one source (Wazuh; "
            f"Windows {wording.duration(settings['windows_seconds'])}) or ≥ {settings['fast_attempts']} in "
            f"{wording.duration(settings['fast_seconds'])} on one host (Elastic)",
            would_change="Times that show the failures further apart, or a known job that retries on its own.",
            evidence=(_inside(rows, window) if hits.height else rows).select(side.everything.columns),
            figures=_figures(sources, hits, guesses, chart(rows, window)),
            entities=origins.entities(hits.iter_rows(named=True), REPORTED),
            missing=(doubt,) if answer == "cannot_tell" else (),
        )

    def _doubt(self, side: Side, guesses: Guesses, sources: pl.DataFrame, settings: Mapping[str, Any]) -> str:
        """What keeps a burst, or that there is none, from being told; empty where nothing does."""
        enough = settings["attempts"]
        if not sources.filter(pl.col("attempts") >= enough).is_empty() and minutes_rewritten(side, self.needs):
            return NO_RATES
        adrift = guesses.events.filter(ORIGIN.is_null())
        peaks = busiest(adrift, ["host.name"], settings["seconds"])
        return "" if peaks.filter(pl.col("peak") >= enough).is_empty() else NO_SOURCES

    def _sources(self, sourced: pl.DataFrame, settings: Mapping[str, Any]) -> pl.DataFrame:
        """One row a source, busiest first: its peak, the width it was measured with, and whether it is a burst."""
        peaks = [
            busiest(sourced.filter(kind), ["origin"], width).with_columns(pl.lit(width).alias("width"))
            for kind, width in ((~OF_WINDOWS, settings["seconds"]), (OF_WINDOWS, settings["windows_seconds"]))
        ]
        totals = sourced.group_by("origin").agg(
            pl.col("kind").first(),
            pl.col("event.count").sum().alias("attempts"),
            pl.col("user.name").n_unique().alias("names"),
        )
        many = totals.filter(pl.col("attempts") >= settings["fast_attempts"])["origin"]
        able = sourced.filter(pl.col("origin").is_in(many.implode()))
        fast = busiest(able, ["host.name", "origin"], settings["fast_seconds"])
        fast = fast.group_by("origin").agg(pl.col("peak").max().alias("fast_peak"))
        best = pl.concat(peaks).sort("peak", descending=True, maintain_order=True)
        best = best.group_by("origin", maintain_order=True).first()
        in_seconds = pl.col("fast_peak") >= settings["fast_attempts"]
        return (
            totals.join(best, on="origin", how="left")
            .join(fast, on="origin", how="left")
            .with_columns(pl.col("peak").fill_null(0))
            .with_columns(((pl.col("peak") >= settings["attempts"]) | in_seconds.fill_null(False)).alias("hit"))
            .sort("hit", "peak", "attempts", "origin", descending=[True, True, True, False])
        )

    def _confidence(self, hits: pl.DataFrame, settings: Mapping[str, Any]) -> Confidence:
        """High at twice the threshold, or for a plain no; medium just over it."""
        strong = hits.filter(pl.col("peak") >= 2 * settings["attempts"])
        return "high" if strong.height or hits.is_empty() else "medium"


def _sentence(sources: pl.DataFrame, hits: pl.DataFrame, guesses: Guesses, doubt: str) -> str:
    if hits.is_empty() and doubt == NO_SOURCES:
        adrift = int(guesses.events.filter(ORIGIN.is_null())["event.count"].sum())
        return f"{wording.plural(adrift, 'failed login')} in quick succession do not tell where they came from."
    if sources.is_empty():
        return "No failed logins." if not guesses.attempts else "No failed logins that tell where they came from."
    top = sources.row(0, named=True)
    total = wording.plural(top["attempts"], "failed login")
    if doubt == NO_RATES:
        return f"{total} from {top['origin']}, but every time has the same minute, so no rate can be stated."
    width = wording.duration(top["width"] or 0)
    if hits.is_empty():
        return f"{total} from {top['origin']}, at most {top['peak']} within {width}: under the threshold."
    others = [f"{row['origin']} ({row['peak']})" for row in hits.tail(-1).iter_rows(named=True)]
    also = f"; {wording.plural(len(others), 'other source')} too: {wording.listed(others)}" if others else ""
    return f"{top['origin']} failed {top['peak']} times within {width}, {top['attempts']} in all{also}."


def _figures(sources: pl.DataFrame, hits: pl.DataFrame, guesses: Guesses, bars: list[Any]) -> dict[str, Any]:
    top = sources.row(0, named=True) if sources.height else {"attempts": 0, "peak": 0, "origin": None, "width": 0}
    shown = sources.head(REPORTED).select("origin", "attempts", "names", "peak", "hit")
    return {
        "attempts": top["attempts"],
        "peak": top["peak"],
        "source": top["origin"],
        "window_seconds": top["width"] or 0,
        "sources_over": hits.height,
        "total_attempts": guesses.total,
        "sources": shown.rename({"origin": "source"}).to_dicts(),
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
