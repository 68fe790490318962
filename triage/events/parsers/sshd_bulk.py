"""Authentication logs in bulk: of each chunk, the lines of common shapes as columns, every other by `sshd_lines`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from triage.events.chunks import CHUNK_BYTES, PLACE, Chunk, ahead, chunks
from triage.events.lines import LONGEST_LINE
from triage.events.parsers.attempts import Told
from triage.events.parsers.attempts_columns import MARKS, Settling
from triage.events.parsers.protocol import Event, Line, Tally
from triage.events.parsers.sshd_lines import COLUMNS, Reader
from triage.events.parsers.sshd_shapes import matched
from triage.events.parsers.syslog import Header
from triage.events.parsers.syslog_columns import SHORTEST_RUN, headers, runs
from triage.events.schema import SCHEMA, sparse
from triage.events.timestamps import Clock

HEADER = ("at", "basis", "host", "program", "pid", "message", "times")
NO_EVENTS = pl.DataFrame(schema={**{name: SCHEMA[name] for name in COLUMNS}, **MARKS})


def frames(
    path: Path,
    clock: Clock,
    tally: Tally,
    progress: Callable[[float], None],
    *,
    chunk_bytes: int = CHUNK_BYTES,
    longest: int = LONGEST_LINE,
    shortest_run: int = SHORTEST_RUN,
) -> Iterator[pl.DataFrame]:
    """The events of a file, in line order; each line is told to the tally once."""
    reading, settling = _Reading(clock, tally, shortest_run), Settling()
    found = chunks(path, progress, size=chunk_bytes, longest=longest)
    for chunk, marked in ahead(found, reading.marked):
        yield settling.take(marked, upto=chunk.lines["evidence.line"][-1])
    yield settling.rest()


class _Reading:
    """Chunks in order to events, each marked with what its line is to an attempt."""

    def __init__(self, clock: Clock, tally: Tally, shortest_run: int) -> None:
        self._clock, self._tally, self._shortest_run = clock, tally, shortest_run
        self._reader = Reader(clock, tally, Told())

    def marked(self, chunk: Chunk) -> pl.DataFrame:
        found = [NO_EVENTS]
        for spelling, start, length in runs(chunk.lines, self._shortest_run):
            lines = chunk.lines.slice(start, length)
            found += [self._singly(chunk, lines)] if spelling is None else self._in_bulk(chunk, lines, spelling)
        return pl.concat(found, how="diagonal")

    def _singly(self, chunk: Chunk, lines: pl.DataFrame) -> pl.DataFrame:
        """Lines of no plain spelling, by the rules."""
        return _frame(event for line in _lines(chunk, lines) for event in self._reader.read(line))

    def _in_bulk(self, chunk: Chunk, lines: pl.DataFrame, spelling: str) -> list[pl.DataFrame]:
        """A run of lines with plain headers: those of a known shape as columns, the others by the rules."""
        rows = headers(lines, spelling, self._clock)
        dated = rows.drop_nulls("at") if spelling == "iso" else rows  # no such date there: no header, say the rules
        stated = matched(dated)
        self._tally.read(stated.height)
        place = stated["evidence.line"] - rows["evidence.line"][0]
        odd = rows.filter(pl.repeat(True, rows.height, eager=True).scatter(place, False))
        ruled = _frame(event for row in odd.iter_rows(named=True) for event in self._by_rule(chunk, row, spelling))
        for row in dated.group_by("host", maintain_order=True).last().select(HEADER).iter_rows(named=True):
            self._reader.last[row["host"]] = Header(**row, repeats=False)
        return [_events(rows, stated), ruled]

    def _by_rule(self, chunk: Chunk, row: dict[str, Any], spelling: str) -> Iterable[Event]:
        number, offset, length = (row[name] for name in PLACE)
        line = (number, offset, chunk.bytes_of(offset, length))
        if spelling == "iso" and row["at"] is None:
            return self._reader.read(line)
        return self._reader.headed(Header(**{name: row[name] for name in HEADER}, repeats=False), line)


def _events(rows: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """What the shapes found, with what every event of a line has (`syslog.place`)."""
    telling = stated.filter(pl.col("signal").is_not_null() | pl.col("event.category").is_not_null())
    telling = telling.sort("evidence.line")
    there = rows.drop("message")[telling["evidence.line"] - rows["evidence.line"][0]]
    return telling.with_columns(
        there["at"].alias("@timestamp"),
        there["basis"].alias("time_basis"),
        (there["times"] * telling["more"]).alias("event.count"),
        there["host"].alias("host.name"),
        there["program"].alias("process.name"),
        there["pid"].alias("process.pid"),
        there["program"].alias("service.name"),
        *there.select(PLACE),
    ).drop("more")


def _lines(chunk: Chunk, lines: pl.DataFrame) -> Iterator[Line]:
    for number, offset, length in lines.select(PLACE).iter_rows():
        yield number, offset, chunk.bytes_of(offset, length)


def _frame(events: Iterable[Event]) -> pl.DataFrame:
    told = list(events)
    marks = [pl.Series(name, [event.get(name) for event in told], kind) for name, kind in MARKS.items()]
    return sparse(told).with_columns(marks)
