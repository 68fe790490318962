"""The evidence table of a finding and its chart."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl

from triage.detectors.protocol import EVIDENCE_ROWS, EvidenceRow
from triage.detectors.wording import rfc3339

BARS = 60
"""A chart has at most this many bars; their width is the finest that keeps to it."""

WIDTHS_S = (1, 5, 10, 30, 60, 300, 900, 1800, 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600)
POINTERS = frozenset({"evidence.id", "evidence.file", "evidence.line", "evidence.offset", "evidence.length"})


def rows(events: pl.DataFrame, limit: int = EVIDENCE_ROWS) -> tuple[EvidenceRow, ...]:
    """At most ``limit`` records in order; of more, the first and the last ones. Raw text is added by the caller."""
    if events.height > limit:
        events = pl.concat([events.head(limit - limit // 2), events.tail(limit // 2)])
    return tuple(_row(event) for event in events.iter_rows(named=True))


def _row(event: dict[str, Any]) -> EvidenceRow:
    stated = {name: value for name, value in event.items() if value is not None and name not in POINTERS}
    if isinstance(stated.get("@timestamp"), datetime):
        stated["@timestamp"] = rfc3339(stated["@timestamp"])
    return EvidenceRow(
        evidence=event["evidence.id"],
        source=event["evidence.file"] or "",
        line=event["evidence.line"],
        offset=event["evidence.offset"],
        length=event["evidence.length"],
        text="",
        event=stated,
    )


def chart(events: pl.DataFrame, hit: tuple[datetime | None, datetime | None] = (None, None)) -> list[dict[str, Any]]:
    """Attempts over time, gaps shown as zero; ``hit`` marks the bars that touch the window that met the threshold."""
    timed = events.filter(pl.col("@timestamp").is_not_null())
    first, last = timed["@timestamp"].min(), timed["@timestamp"].max()
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return []
    width = next((w for w in WIDTHS_S if (last - first).total_seconds() < w * (BARS - 1)), WIDTHS_S[-1])
    bucket = pl.col("@timestamp").dt.truncate(f"{width}s").alias("from")
    bars = timed.group_by(bucket).agg(pl.col("event.count").fill_null(1).sum().alias("count"))
    counts: dict[datetime, int] = dict(bars.iter_rows())
    step = timedelta(seconds=width)
    bar, end = min(counts), max(counts)
    drawn: list[dict[str, Any]] = []
    while bar <= end and len(drawn) < 4 * BARS:
        marked = hit[0] is not None and hit[1] is not None and bar <= hit[1] and bar + step > hit[0]
        drawn.append({"from": rfc3339(bar), "count": counts.get(bar, 0), "hit": marked})
        bar += step
    return drawn
