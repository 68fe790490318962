"""Whether "no" may be said at all: only where the needed kind of event is there, in a log that covers the window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from triage.detectors import wording
from triage.detectors.quoted import QUOTED
from triage.detectors.sides import Side, Window

MINUTE_SHARE_HOURS = 5
"""As in `triage.events.timestamps`: this many hours sharing one minute value cannot be chance."""


@dataclass(frozen=True, eq=False)
class Need:
    """What a "no" rests on: events of one of the ``kinds`` and, where not all of them could tell, ``telling`` ones.

    ``words`` is what they are called where they lack, ``log`` whose log would have them.
    """

    kinds: tuple[str, ...]
    telling: pl.Expr | None = None
    words: str = ""
    log: str = ""

    @property
    def name(self) -> str:
        return self.words or f"{' or '.join(self.kinds)} events"

    def met_by(self, events: pl.DataFrame) -> pl.DataFrame:
        of_kind = pl.col("event.category").is_in(self.kinds)
        return events.filter(of_kind if self.telling is None else of_kind & self.telling)


@dataclass(frozen=True)
class Coverage:
    """``missing`` names what stands in the way of a no; empty where nothing does."""

    missing: tuple[str, ...]
    request: str
    """What to attach, as a sentence; empty where nothing is missing."""


COVERED = Coverage((), "")


def coverage(side: Side, need: Need) -> Coverage:
    """What of the needed events the evidence lacks, for the window the case asks about."""
    if not need.kinds:
        return COVERED
    there = need.met_by(side.everything)
    whose = need.log or "the log of the host"
    if there.is_empty():
        return Coverage((need.name,), f"No {need.name} in this case: attach {whose}{_when(side.asked)}.")
    logged = there.filter(~QUOTED)
    if logged.is_empty():
        return Coverage((need.name,), _only_quoted(side, there, need))
    first, last = _span(logged)
    if first is None or last is None:
        return Coverage((f"times of the {need.name}",), f"The {need.name} carry no time.")
    first, last = _searched(side, need, first, last)
    gaps = []
    if side.asked[0] and side.asked[0] < first:
        gaps.append(wording.span(side.asked[0], first))
    if side.asked[1] and side.asked[1] > last:
        gaps.append(wording.span(last, side.asked[1]))
    if gaps:
        lacking = " and ".join(gaps)
        return Coverage((f"{need.name} for {lacking}",), f"The log does not cover {lacking}: attach it.")
    return COVERED


def rates_unreliable(events: pl.DataFrame) -> bool:
    """Whether in a log among the events all minutes are equal over many hours: somebody rewrote the times, and no rate
    may be stated. Give it whole logs, not what one user did: a job that runs once an hour has one minute as well."""
    time = pl.col("@timestamp")
    minutes = time.dt.minute().n_unique().alias("minutes")
    hours = time.dt.truncate("1h").n_unique().alias("hours")
    logs = events.filter(time.is_not_null()).group_by("evidence.id", "evidence.file").agg(minutes, hours)
    return not logs.filter((pl.col("minutes") == 1) & (pl.col("hours") >= MINUTE_SHARE_HOURS)).is_empty()


def minutes_rewritten(side: Side, kinds: tuple[str, ...]) -> bool:
    """The same of the logs of these kinds."""
    told = side.everything.select("@timestamp", "event.category", "evidence.id", "evidence.file")
    return rates_unreliable(told.filter(pl.col("event.category").is_in(kinds)))


def _searched(side: Side, need: Need, first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """The span of the events, widened by what a log system was asked for around them: of a fetched log, which holds the
    case's rows alone, the hours without one were looked at too. Not where only some events of a kind could tell: that
    the system keeps those nobody knows."""
    if need.telling is None:
        for kind, start, end in side.scope.searched:
            asked = datetime.fromisoformat(start), datetime.fromisoformat(end)
            if kind in need.kinds and asked[0] <= last and asked[1] >= first:
                first, last = min(first, asked[0]), max(last, asked[1])
    return first, last


def _only_quoted(side: Side, quoted: pl.DataFrame, need: Need) -> str:
    """The request where an alert's own records are all there is."""
    hosts = quoted["host.name"].drop_nulls().unique().sort().to_list()
    whose = need.log or f"the log of {wording.listed(hosts) or 'the host'}"
    when = _when(side.asked) or _when(_span(quoted))
    what = wording.plural(quoted.height, "record")
    return f"The alert quotes {what} and not the log, which may hold more: attach {whose}{when}."


def _when(window: Window) -> str:
    if window == (None, None):
        return ""
    if wording.at(window[0]) == wording.at(window[1]):
        return f" for the time around {wording.at(window[0])}"
    return f" for the time {wording.span(*window)}"


def _span(events: pl.DataFrame) -> Window:
    first, last = events["@timestamp"].min(), events["@timestamp"].max()
    return (first, last) if isinstance(first, datetime) and isinstance(last, datetime) else (None, None)
