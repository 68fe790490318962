"""Whether "no" may be said at all: only where the needed kind of event is there and the window is covered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from triage.detectors.sides import Side
from triage.detectors.wording import span

MINUTE_SHARE_HOURS = 5
"""As in `triage.events.timestamps`: this many hours sharing one minute value cannot be chance."""


@dataclass(frozen=True)
class Coverage:
    """``missing`` names what stands in the way of a no; empty where nothing does."""

    missing: tuple[str, ...]
    request: str
    """What to attach, as a sentence; empty where nothing is missing."""


def coverage(side: Side, needs: tuple[str, ...]) -> Coverage:
    """What of the needed events the evidence lacks, for the window the case asks about."""
    if not needs:
        return Coverage((), "")
    kinds = " or ".join(needs)
    relevant = side.everything.filter(pl.col("event.category").is_in(needs))
    when = f" for the time {span(*side.asked)}" if side.asked != (None, None) else ""
    if relevant.is_empty():
        return Coverage((f"{kinds} events",), f"No {kinds} events in this case: attach the log of the host{when}.")
    first, last = relevant["@timestamp"].min(), relevant["@timestamp"].max()
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return Coverage((f"times of the {kinds} events",), f"The {kinds} events carry no time.")
    gaps = []
    if side.asked[0] and side.asked[0] < first:
        gaps.append(span(side.asked[0], first))
    if side.asked[1] and side.asked[1] > last:
        gaps.append(span(last, side.asked[1]))
    if gaps:
        lacking = " and ".join(gaps)
        return Coverage((f"{kinds} events for {lacking}",), f"The log does not cover {lacking}: attach it.")
    return Coverage((), "")


def rates_unreliable(events: pl.DataFrame) -> bool:
    """All minutes equal over many hours: somebody rewrote the times, and no rate may be stated."""
    times = events["@timestamp"].drop_nulls()
    return times.dt.minute().n_unique() == 1 and times.dt.truncate("1h").n_unique() >= MINUTE_SHARE_HOURS
