"""A log format whose records are JSON objects or rows of a CSV: what remains to be said of one is how to recognise a
record and what it means. The two functions are a parser file's own; lines, shapes and counting are settled here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from triage.events.parsers.csv_records import rows
from triage.events.parsers.json_records import records
from triage.events.parsers.protocol import Event, Line, Tally
from triage.events.parsers.record import Record, unread
from triage.events.timestamps import Clock

LONGEST_LINE = 64 << 20
"""A JSON log may be one line from beginning to end."""

Read = Callable[[Mapping[str, Any], Clock], Event | str]
"""The event of a record, or why there is none: a reason for people."""

Source = Callable[[Iterable[Line], Tally], Iterator[Record]]
Recount = Callable[[Iterator[Event]], Iterator[Event]]


def as_they_are(events: Iterator[Event]) -> Iterator[Event]:
    """Most formats write one record for one thing that happened."""
    return events


@dataclass(slots=True)
class RecordFormat:
    """A parser (see `protocol.Parser`). ``mine`` recognises a record, ``event`` reads one; ``recount`` may settle
    among the events what several records say of one thing."""

    format: str
    version: int
    title: str
    kinds: tuple[str, ...]
    mine: Callable[[Mapping[str, Any]], bool]
    event: Read
    recount: Recount = as_they_are
    longest_line: int = LONGEST_LINE

    def recognises(self, head: Sequence[bytes]) -> float:
        """The share of the first records that are ours."""
        if not self.plausible(head):
            return 0.0
        found = [self.mine(bare(one.value)) for one in self.source(_numbered(head), Tally())]
        return sum(found) / len(found) if found else 0.0

    def plausible(self, head: Sequence[bytes]) -> bool:
        """Whether to look any closer: most files are not JSON, and say so by their first character."""
        return bool(head) and head[0].lstrip()[:1] in (b"{", b"[")

    def months(self, lines: Iterable[Line]) -> Iterator[int]:
        """Records name their year."""
        return iter(())

    def parse(self, lines: Iterable[Line], clock: Clock, tally: Tally) -> Iterator[Event]:
        # An export comes in the order it was asked for, often newest first: that is no defect of a clock.
        clock.ordered = False
        yield from self.recount(self._events(lines, clock, tally))

    def source(self, lines: Iterable[Line], tally: Tally) -> Iterator[Record]:
        return records(lines, tally, lambda value: self.mine(bare(value)))

    def _events(self, lines: Iterable[Line], clock: Clock, tally: Tally) -> Iterator[Event]:
        for record in self.source(lines, tally):
            value = bare(record.value)
            event = self.event(value, clock) if self.mine(value) else f"not a record of the format {self.format}"
            if isinstance(event, str):
                unread(tally, record.number, record.raw, event, record.lines)
                continue
            for _ in range(record.lines):
                tally.read()
            yield event | place(record) | {"event.count": event.get("event.count", 1)}


@dataclass(slots=True)
class CsvFormat(RecordFormat):
    """The same for the rows of a CSV. ``mine`` is asked of a row: the header's names with the row's values."""

    def plausible(self, head: Sequence[bytes]) -> bool:
        return len(head) > 1

    def source(self, lines: Iterable[Line], tally: Tally) -> Iterator[Record]:
        return rows(lines, tally)


def bare(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """A record without what a search put around it (``_source`` of Elasticsearch, ``result`` of Splunk)."""
    for key in ("_source", "result"):
        inner = value.get(key)
        if isinstance(inner, Mapping):
            return inner
    return value


def place(record: Record) -> Event:
    """Where the record lies."""
    where: Event = {
        "evidence.line": record.number,
        "evidence.offset": record.offset,
        "evidence.length": record.length,
    }
    return where if record.pointer is None else where | {"evidence.pointer": record.pointer}


def _numbered(head: Sequence[bytes]) -> Iterator[Line]:
    return ((number, 0, raw) for number, raw in enumerate(head, start=1))
