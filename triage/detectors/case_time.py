"""When the case happened: the time by which records and lists are read, for a detector knows no other."""

from __future__ import annotations

from datetime import datetime

from triage.detectors.protocol import Context
from triage.detectors.sides import Side

When = tuple[datetime, datetime] | None


def case_time(side: Side, context: Context) -> When:
    """From first to last, as the alerts state it; else as the side's events do; else when the case began."""
    times = side.events["@timestamp"]
    first, last = side.asked[0] or times.min(), side.asked[1] or times.max()
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        first = last = datetime.fromisoformat(context.at) if context.at else None
    return None if first is None or last is None else (first, last)
