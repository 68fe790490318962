"""Looks at the events of one piece of evidence: which match, when they happened, what they name, a page of them.

Runs in a child process; who asks is `triage.event_views`. Nothing here judges: it counts and shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from triage.events import taking_away
from triage.events.asking import FIELDS
from triage.events.parsers import inline
from triage.events.parsers.protocol import Tally
from triage.events.schema import SCHEMA, frame

ROWS = 50
VALUES = 8
"""Values shown of a field, the most frequent first; and entities, each with a picture of its own."""

BARS = 60
WIDTHS_S = (60, 300, 900, 1800, 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600, 30 * 24 * 3600)
"""A picture's bars are as fine as keeps them to `BARS`."""

AT_HAND = 200_000
"""Matching records that are read once and counted in memory; of more each count reads the columns it needs."""

EXPORTED = 100_000
"""Records a file to take away holds at most; it says how many there are."""

COUNT = pl.col("event.count").fill_null(1)
WHEN = pl.col("@timestamp")
OVERALL = (pl.len().alias("records"), COUNT.sum().alias("counted"), WHEN.min().alias("first"), WHEN.max().alias("last"))
Progress = Callable[[float], None]


def page(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The child's task: ``asked`` as `triage.event_views` writes it, the answer as `EventView` keeps it.

    ``records`` are lines of the log that match, ``counted`` what they tell of (a folded repeat counts as often as it
    says); ``next`` is where the next page begins, None at the end.
    """
    events = _events(asked)
    found = _found(events, asked)
    records, counted, first, last = found.select(OVERALL).collect().row(0)
    found = found.collect().lazy() if records <= AT_HAND else found
    named = found.collect_schema().names()
    after = int(asked["after"])
    progress(0.5)
    times = _Bars.between(first, last)
    return {
        "total": events.select(pl.len()).collect().item(),
        "records": records,
        "counted": counted or 0,
        "window": [_rfc3339(first), _rfc3339(last)],
        "chart": times.of(found),
        "width_s": times.width_s,
        "values": [_values(found, name) for name in FIELDS if name in named],
        "by": _by(found, asked["by"], times) if asked["by"] in named else None,
        "rows": [told(row) for row in found.slice(after, ROWS).collect().iter_rows(named=True)],
        "next": after + ROWS if records > after + ROWS else None,
    }


def export(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The child's task: what matches, as a file to take away; ``form`` is csv or ndjson, ``to_file`` where it goes."""
    found = _found(_events(asked), asked)
    fields = [name for name in found.collect_schema().names() if name not in PLACE]
    records = found.select(pl.len()).collect().item()
    rows = (told(row) for row in found.head(EXPORTED).collect().iter_rows(named=True))
    taking_away.write(Path(asked["to_file"]), asked["form"], asked["evidence"], rows, fields)
    return {"records": records, "held": min(records, EXPORTED)}


PLACE = ("evidence.line", "evidence.offset", "evidence.length", "evidence.pointer")


def _events(asked: Mapping[str, Any]) -> pl.LazyFrame:
    """The cached events of a file, or those an alert carried, with the fields any of them states: a dozen of forty."""
    if asked["inline"] is None:
        events = pl.scan_parquet(asked["path"])
        stated = [name for name in SCHEMA if name in events.collect_schema()]
        return _timed(events.select(stated))
    carried = frame(list(inline.parse(asked["inline"], Tally())))
    return _timed(carried.select(one for one in carried if one.count()).lazy())


def _timed(events: pl.LazyFrame) -> pl.LazyFrame:
    """With the two fields that everything is counted by, stated or not."""
    lacking = [name for name in ("@timestamp", "event.count") if name not in events.collect_schema()]
    return events.with_columns(pl.lit(None, dtype=SCHEMA[name]).alias(name) for name in lacking)


def _found(events: pl.LazyFrame, asked: Mapping[str, Any]) -> pl.LazyFrame:
    """What matches. Without a condition there is no filter, so that a page far down reads only its own rows."""
    wanted = list(_conditions(asked, events.collect_schema().names()))
    return events.filter(wanted) if wanted else events


def _conditions(asked: Mapping[str, Any], known: Sequence[str]) -> Iterator[pl.Expr]:
    """Any of a field's values, all of the fields, inside the half-open window."""
    for name, values in asked["where"].items():
        yield pl.col(name).cast(pl.String).is_in(values) if name in known else pl.lit(False)
    if asked["from"]:
        yield datetime.fromisoformat(asked["from"]) <= WHEN
    if asked["to"]:
        yield datetime.fromisoformat(asked["to"]) > WHEN


def _values(found: pl.LazyFrame, name: str) -> dict[str, Any]:
    counts = _counted(found, name)
    top = counts.head(VALUES)
    return {"field": name, "values": [list(row) for row in top.iter_rows()], "others": counts.height - top.height}


def _counted(found: pl.LazyFrame, name: str) -> pl.DataFrame:
    """(value as text, how often), the most frequent first; ties in the order of the alphabet."""
    value = pl.col(name).cast(pl.String).alias("value")
    counts = found.filter(pl.col(name).is_not_null()).group_by(value).agg(COUNT.sum().alias("count"))
    return counts.sort("count", "value", descending=[True, False]).collect()


def _by(found: pl.LazyFrame, name: str, times: _Bars) -> dict[str, Any]:
    """One picture for each of the most frequent entities, over the same time and on the same scale."""
    counts = _counted(found, name)
    top = counts.head(VALUES)
    shown = [
        {"value": value, "count": count, "chart": times.of(found.filter(pl.col(name).cast(pl.String) == value))}
        for value, count in top.iter_rows()
    ]
    return {"field": name, "entities": shown, "others": counts.height - top.height}


class _Bars:
    """A scale of time: where its first bar begins, how wide they are, how many there are."""

    def __init__(self, start: datetime | None, width_s: int, number: int) -> None:
        self.start, self.width_s, self.number = start, width_s, number

    @classmethod
    def between(cls, first: datetime | None, last: datetime | None) -> _Bars:
        if first is None or last is None:
            return cls(None, 0, 0)
        width = next((w for w in WIDTHS_S if (last - first).total_seconds() < w * (BARS - 1)), WIDTHS_S[-1])
        start = datetime.fromtimestamp(first.timestamp() // width * width, UTC)
        return cls(start, width, min(10 * BARS, int((last - start).total_seconds() // width) + 1))

    def of(self, events: pl.LazyFrame) -> list[dict[str, Any]]:
        """``[{"from": instant, "count": n}]``, gaps shown as zero."""
        if self.start is None:
            return []
        bar = ((WHEN - self.start).dt.total_seconds() // self.width_s).alias("bar")
        counts = events.filter(WHEN.is_not_null()).group_by(bar).agg(COUNT.sum().alias("count")).collect()
        held: dict[int, int] = dict(counts.iter_rows())
        step = timedelta(seconds=self.width_s)
        return [{"from": _rfc3339(self.start + n * step), "count": held.get(n, 0)} for n in range(self.number)]


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """An event as JSON: what it states and where it lies."""
    return {name: _plain(value) for name, value in row.items() if value is not None}


def _plain(value: Any) -> Any:
    return _rfc3339(value) if isinstance(value, datetime) else value


def _rfc3339(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
