"""Reads one file into events. Runs in a child process; the parent's side is `triage.events.read`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from triage.events import store
from triage.events.chunks import PROGRESS_EVERY_S
from triage.events.detect_format import Detected, detect_format, refusal
from triage.events.encodings import Readable, readable
from triage.events.lines import LONGEST_LINE, head, lines
from triage.events.parsers.protocol import BulkParser, Event, Line, Parser, Tally, YearlessParser
from triage.events.result import ReadResult
from triage.events.schema import SCHEMA, sparse
from triage.events.timestamps import Clock, assumed_year

BATCH = 20_000
PROGRESS_LINES = 2_000

Progress = Callable[[float], None]


def read_file(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The child's task: a `ReadResult` as JSON. The request is what `read_evidence` was given."""
    original, parsers = Path(request["path"]), _parsers(request["parsers"])
    with readable(original, Path(request["cache_dir"])) as file:
        found = _format(head(file.path), request["format"], parsers)
        if found.refused:
            return ReadResult(state="refused", error=found.refused).to_json()
        if found.format is None:
            return _unknown(file.path, parsers).to_json()
        return _read(file, parsers[found.format], request, progress).to_json()


def _read(file: Readable, parser: Parser, request: Mapping[str, Any], progress: Progress) -> ReadResult:
    zone, zone_stated = request["timezone"] or "UTC", request["timezone"] is not None
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ReadResult(state="failed", format=parser.format, error=f"{zone!r} is not a time zone (IANA name)")
    received_at = datetime.fromisoformat(request["received_at"])
    year = request["year"]
    if year is None:
        year = assumed_year(_months(file.path, parser), received_at)
    stated = f"{zone_stated}{request['year'] is not None}"
    key = store.CacheKey(request["sha256"], parser.format, parser.version, zone, year, stated)
    cache_dir = Path(request["cache_dir"])
    if (before := store.cached(cache_dir, key)) is not None:
        return replace(ReadResult.from_json(before), events_path=str(store.places(cache_dir, key)[0]))
    clock = Clock(
        zone=zone,
        zone_stated=zone_stated,
        year=year,
        year_stated=request["year"] is not None,
        received_at=received_at,
    )
    tally, seen = Tally(), _Seen()
    columns, frames = _frames(file.path, parser, clock, tally, progress)
    path = store.keep_events(cache_dir, key, seen.passing(map(file.in_the_original, frames)), columns)
    result = _result(parser, tally, clock, seen, key)
    store.keep_result(cache_dir, key, result.to_json())
    return replace(result, events_path=str(path))


def _months(path: Path, parser: Parser) -> Iterator[int]:
    """The months of the lines that name no year, in order."""
    return parser.months_of(path) if isinstance(parser, YearlessParser) else parser.months(_lines(path, parser))


def _frames(
    path: Path, parser: Parser, clock: Clock, tally: Tally, progress: Progress
) -> tuple[Sequence[str], Iterator[pl.DataFrame]]:
    """The events in line order, and the columns they fill: in bulk where the parser can, else line by line."""
    if isinstance(parser, BulkParser):
        return parser.columns, parser.frames(path, clock, tally, progress)
    told = _telling(_lines(path, parser), path.stat().st_size, progress)
    whole = _collect(parser.parse(told, clock, tally))
    return whole.columns, iter((whole,))


def _lines(path: Path, parser: Parser) -> Iterator[Line]:
    """The lines of the file, as long as the parser can take them."""
    return lines(path, getattr(parser, "longest_line", LONGEST_LINE))


def _collect(events: Iterable[Event]) -> pl.DataFrame:
    """All events as one frame in line order, built by batches so that memory stays with the frame."""
    frames: list[pl.DataFrame] = []
    batch: list[Event] = []
    for event in events:
        batch.append(event)
        if len(batch) == BATCH:
            frames.append(sparse(batch))
            batch = []
    frames.append(sparse(batch))
    whole = pl.concat(frames, how="diagonal")
    if whole.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    return whole if whole["evidence.line"].is_sorted() else whole.sort("evidence.line", maintain_order=True)


@dataclass(slots=True)
class _Seen:
    """What is told of a file's events as a whole, gathered while they pass on their way to the store."""

    events: int = 0
    kinds: set[str] = field(default_factory=set)
    times: list[datetime] = field(default_factory=list)

    def passing(self, frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        for frame in frames:
            self.events += frame.height
            self.kinds.update(frame["event.category"].drop_nulls().unique())
            ends = (frame["@timestamp"].min(), frame["@timestamp"].max(), *self.times)
            known = [at for at in ends if isinstance(at, datetime)]
            self.times = [min(known), max(known)] if known else []
            yield frame


def _result(parser: Parser, tally: Tally, clock: Clock, seen: _Seen, key: store.CacheKey) -> ReadResult:
    return ReadResult(
        state="ready" if tally.understood else "not_understood",
        format=parser.format,
        lines=tally.lines,
        understood=tally.understood,
        not_understood=tally.not_understood,
        not_understood_samples=tally.samples,
        kinds=sorted(seen.kinds),
        events=seen.events,
        window=(_rfc3339(seen.times[0]), _rfc3339(seen.times[1])) if seen.times else None,
        timezone=None if clock.named_zone else clock.zone.key,
        year=None if clock.named_year else clock.first_year,
        assumptions=clock.sentences(),
        cache_key=key.name,
    )


def _unknown(path: Path, parsers: Mapping[str, Parser]) -> ReadResult:
    """A text nobody reads yet: kept, its lines counted and none understood."""
    tally = Tally()
    known = ", ".join(parser.title for parser in parsers.values())
    for number, _, raw in lines(path):
        tally.unread(number, raw, "unknown format")
    return ReadResult(
        state="not_understood",
        lines=tally.lines,
        not_understood=tally.lines,
        not_understood_samples=tally.samples,
        error=f"The format is not one we read ({known}). The file is kept; choose a format if you know it.",
    )


def _format(start: bytes, forced: str | None, parsers: Mapping[str, Parser]) -> Detected:
    if forced is None:
        return detect_format(start, parsers.values())
    if forced not in parsers:
        return Detected(None, f"unknown format {forced!r}: choose one of {', '.join(sorted(parsers))}")
    return Detected(forced, refusal(start))


def _telling(source: Iterator[Line], size: int, progress: Progress) -> Iterator[Line]:
    """The same lines, telling now and then how far we are, from 0 to 1."""
    told = time.monotonic()
    for line in source:
        if line[0] % PROGRESS_LINES == 0 and time.monotonic() - told > PROGRESS_EVERY_S:
            told = time.monotonic()
            progress(min(1.0, line[1] / max(1, size)))
        yield line


def _parsers(paths: Mapping[str, str]) -> dict[str, Parser]:
    found = {}
    for name, path in paths.items():
        module, _, attribute = path.rpartition(".")
        found[name] = getattr(import_module(module), attribute)
    return found


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
