"""JSON records that carry a raw line of a log and not what it says: Splunk's ``_raw``, Loki's ``line``, a document of
Elasticsearch with a ``message``, a row of Sentinel's Syslog. The lines are read as the log they come from.

Whoever kept the line says when it happened; that instant counts where the line itself leaves year or zone open.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from itertools import chain, islice
from typing import Any, NamedTuple

from triage.events.parsers.ecs import categories
from triage.events.parsers.fields import dig, first, text, when
from triage.events.parsers.json_records import records
from triage.events.parsers.protocol import Event, Line, Parser, Tally
from triage.events.parsers.record import Record, unread
from triage.events.parsers.record_format import LONGEST_LINE, bare, place
from triage.events.registry import PARSERS
from triage.events.timestamps import Clock

LOOKED_AT = 200
"""Records by which the log inside is recognised."""
SURE = 0.9
"""A format that reads the record itself is preferred."""
REMEMBERED = 100_000
"""Records whose place is known: an event may come a while after its line."""
ASSUMED = ("assumed_", "impossible_date")


class Carried(NamedTuple):
    """A raw line, and when whoever kept it says it happened."""

    text: str
    stamp: Any


def carried(record: Mapping[str, Any]) -> Carried | None:
    """The line a record carries; None where it carries none."""
    for read in (_splunk, _loki, _elastic, _sentinel):
        found = read(record)
        if found is not None and found.text.strip():
            return found
    return None


def _splunk(record: Mapping[str, Any]) -> Carried | None:
    """``_time`` comes in whatever zone its searcher reads; our own searches ask for ``epoch`` beside it."""
    raw = first(record.get("_raw"))
    return Carried(raw, record.get("epoch") or record.get("_time")) if isinstance(raw, str) else None


def _loki(record: Mapping[str, Any]) -> Carried | None:
    line = record.get("line")
    if not isinstance(line, str) or not isinstance(record.get("labels"), Mapping) or "timestamp" not in record:
        return None
    return Carried(line, record.get("timestamp"))


def _elastic(record: Mapping[str, Any]) -> Carried | None:
    if "@timestamp" not in record or categories(record) is not None:
        return None
    line = dig(record, "event", "original") or record.get("event.original") or first(record.get("message"))
    return Carried(line, first(record.get("@timestamp"))) if isinstance(line, str) else None


def _sentinel(record: Mapping[str, Any]) -> Carried | None:
    """Sentinel takes the head off a line and keeps its parts."""
    said, at, host = record.get("SyslogMessage"), text(record.get("TimeGenerated")), text(record.get("Computer"))
    if not isinstance(said, str) or at is None or host is None:
        return None
    number = text(record.get("ProcessID"))
    program = f"{text(record.get('ProcessName')) or 'unknown'}{f'[{number}]' if number else ''}"
    return Carried(f"{at} {host} {program}: {said}", at)


@dataclass(slots=True)
class _Told(Tally):
    """Tells the outer tally of a record when the first of its lines says nothing."""

    outer: Tally = field(default_factory=Tally)
    places: dict[int, tuple[Record, Any]] = field(default_factory=dict)
    silent: set[int] = field(default_factory=set)

    def read(self, lines: int = 1) -> None:
        return

    def unread(self, number: int, raw: bytes, reason: str) -> None:
        kept = self.places.get(number)
        if kept is None or number in self.silent:
            return
        self.silent.add(number)
        self.outer.understood -= kept[0].lines
        unread(self.outer, kept[0].number, raw, reason, kept[0].lines)


class CarriedLines:
    """A parser (see `protocol.Parser`) around the parser of what is inside."""

    format = "carried_lines"
    version = 1
    title = "Raw log lines inside JSON (Splunk, Loki, Elasticsearch, Sentinel)"
    kinds: tuple[str, ...] = ("authentication", "host", "iam", "network", "process", "session", "web")
    longest_line = LONGEST_LINE

    def recognises(self, head: Sequence[bytes]) -> float:
        if not head or head[0].lstrip()[:1] not in (b"{", b"["):
            return 0.0
        numbered = ((number, 0, raw) for number, raw in enumerate(head, start=1))
        found = [carried(bare(one.value)) for one in records(numbered, Tally(), _mine)]
        lines = [line for one in found if one for line in _lines_of(one)]
        share = sum(one is not None for one in found) / len(found) if found else 0.0
        return SURE * share * _inner(lines)[1] if share else 0.0

    def months(self, lines: Iterable[Line]) -> Iterator[int]:
        """The records say when they happened, which is looked at line by line."""
        return iter(())

    def parse(self, lines: Iterable[Line], clock: Clock, tally: Tally) -> Iterator[Event]:
        clock.ordered = False
        source = self._carrying(records(lines, tally, _mine), tally)
        begun = list(islice(source, LOOKED_AT))
        parser = _inner([line for _, one in begun for line in _lines_of(one)])[0]
        if parser is None:
            for record, _ in chain(begun, source):
                unread(tally, record.number, record.raw, "its raw line is in no log format we read", record.lines)
            return
        yield from _events(chain(begun, source), parser, clock, tally)

    def _carrying(self, found: Iterable[Record], tally: Tally) -> Iterator[tuple[Record, Carried]]:
        for record in found:
            one = carried(bare(record.value))
            if one is None:
                unread(tally, record.number, record.raw, "it carries no raw line", record.lines)
            else:
                yield record, one


def _events(source: Iterable[tuple[Record, Carried]], parser: Parser, clock: Clock, tally: Tally) -> Iterator[Event]:
    told = _Told(outer=tally)
    inner = copy.copy(clock)
    open_ones = 0
    for event in parser.parse(_fed(source, told), inner, told):
        record, stamp = told.places.get(event["evidence.line"], (None, None))
        if record is None:
            continue
        at = _instant(clock, event, stamp)
        open_ones += at is None and str(event.get("time_basis", "")).startswith(ASSUMED)
        yield event | place(record) | (at or {})
    if open_ones:  # what was assumed stands, and is said
        clock.named_zone, clock.named_year = inner.named_zone, inner.named_year


def _fed(source: Iterable[tuple[Record, Carried]], told: _Told) -> Iterator[Line]:
    """The raw lines, numbered by record: one line of a file may hold several records, and one record several lines."""
    for number, (record, one) in enumerate(source, start=1):
        told.places[number] = (record, one.stamp)
        if len(told.places) > REMEMBERED:
            del told.places[next(iter(told.places))]
        for _ in range(record.lines):
            told.outer.read()
        for raw in _lines_of(one):
            yield number, record.offset, raw


def _instant(clock: Clock, event: Event, stamp: Any) -> Event | None:
    """The keeper's instant, where the line leaves its own open."""
    if not str(event.get("time_basis", "")).startswith(ASSUMED):
        return None
    return when(clock, stamp, utc=True)


def _lines_of(one: Carried) -> list[bytes]:
    return [line for line in one.text.encode("utf-8", "replace").splitlines() if line.strip()]


def _mine(value: Mapping[str, Any]) -> bool:
    return carried(bare(value)) is not None


def _inner(lines: Sequence[bytes]) -> tuple[Parser | None, float]:
    """The format most of the lines are in, and how sure that is."""
    scored = [(parser.recognises(lines), parser.format, parser) for parser in _parsers()] if lines else []
    score, _, found = max(scored, key=lambda one: one[:2], default=(0.0, "", None))
    return (found, score) if score >= 0.5 else (None, 0.0)


@lru_cache(maxsize=1)
def _parsers() -> tuple[Parser, ...]:
    """All others; loaded the first time a record carries a line."""
    paths = (path.rpartition(".") for name, path in PARSERS.items() if name != CarriedLines.format)
    return tuple(getattr(import_module(module), name) for module, _, name in paths)


PARSER = CarriedLines()
