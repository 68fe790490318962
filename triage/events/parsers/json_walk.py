"""Walks the brackets of a JSON log line by line, and says where each record begins and ends.

Ends are found by counting brackets outside strings, so that a record may span lines, and a broken one costs itself
only. A record that stands whole on its line is decoded at once, which is quicker.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from triage.events.parsers.protocol import Tally
from triage.events.parsers.record import Record, unread

WRAPPERS = ("Records", "records", "value", "events", "Events", "results", "logs")
"""Keys of an object that only wraps an array of records: CloudTrail, Azure Monitor, Microsoft Graph and others."""

MOST_BYTES = 16 << 20
"""A record longer than this is given up."""

MOST_FAULTS = 50
"""Past so many broken records on one line the ends are found by their brackets first: a JSON error counts the lines
before it, which on one long line would cost a pass over all of it each time."""

TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\]]')
BLANK = re.compile(r"[\s,:]*")
SCALAR = re.compile(r'[^\s,:{}\[\]"]+')
WRAPS = re.compile(rf'"(?:{"|".join(WRAPPERS)})"\s*:\s*\[(?=\s*(?:\{{|$))')

Mine = Callable[[Mapping[str, Any]], bool]


@dataclass(slots=True)
class _Open:
    """A record that has begun and not ended."""

    number: int
    offset: int
    pointer: str | None
    skipped: bool
    lines: int
    depth: int = 0
    size: int = 0
    pieces: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Walk:
    """Where in the nesting we are: ``stack`` holds the open arrays and wrappers, ``open`` the record in hand."""

    tally: Tally
    stack: list[str] = field(default_factory=list)
    key: str = ""
    index: int = 0
    open: _Open | None = None
    last: int = 0
    faults: int = 0

    def broken(self, raw: bytes, mine: Mine) -> bool:
        """Whether the record in hand was cut off: one-line records so far, and here comes a whole one."""
        if self.open is None or not raw.startswith(b'{"') or not raw.endswith(b"}"):
            return False
        if not all(piece.startswith('{"') for piece in self.open.pieces):
            return False
        value = whole_object(raw)
        return value is not None and mine(value)

    def give_up(self, reason: str) -> None:
        """What is in hand is no record after all; begin anew."""
        if self.open is not None:
            began = self.open.pieces[0].encode("utf-8", "surrogateescape")
            unread(self.tally, self.open.number, began, reason, self.open.lines)
        self.open, self.stack = None, []

    def line(self, number: int, offset: int, raw: bytes) -> Iterator[Record]:
        text = raw.decode("utf-8", "surrogateescape")
        place = _Place(text, offset)
        strange = False
        at = self.faults = 0
        if self.open is not None:
            self.open.lines += 1
        while at < len(text):
            if self.open is not None:
                at, ended = self._seek_end(text, at)
                if ended is not None:
                    yield from self._record(ended, place.bytes_to(at))
                    self.last = number
                continue
            at = BLANK.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing as well
            if at >= len(text):
                break
            if text[at] == "{":
                found, at = self._object_at(text, at, number, place)
                if found is not None:
                    yield found
            else:
                at, odd = self._other_at(text, at)
                strange = strange or odd
        self._tell(number, raw, strange)

    def _tell(self, number: int, raw: bytes, strange: bool) -> None:
        """A line that neither carries a record nor belongs to one."""
        if self.open is not None:
            if self.open.size > MOST_BYTES:
                self.give_up(f"a record of more than {MOST_BYTES >> 20} MB")
        elif self.last != number:
            if strange:
                self.tally.unread(number, raw, "not a JSON record")
            else:
                self.tally.read()

    def _object_at(self, text: str, at: int, number: int, place: _Place) -> tuple[Record | None, int]:
        """A record that ends on this line, or the beginning of one that does not."""
        try:
            value, end = DECODER.raw_decode(text, at) if self.faults < MOST_FAULTS else (None, at)
        except (ValueError, RecursionError):
            value, end = None, at
        if value is None:
            self.faults += 1
            self.open = _Open(number, place.bytes_to(at), self._pointer(), self._in_wrapper, 1 - (self.last == number))
            return None, at
        if not self.stack and wraps(value):
            self.stack.append("{")
            return None, at + 1
        if self._in_wrapper:
            return None, end
        start, pointer = place.bytes_to(at), self._pointer()
        self.index += 1
        self.last = number
        length = place.bytes_to(end) - start
        return Record(number, start, length, pointer, 1, value, text[at:end].encode("utf-8", "surrogateescape")), end

    def _other_at(self, text: str, at: int) -> tuple[int, bool]:
        """Brackets of what wraps the records, and whatever else stands between them; True where that is no JSON."""
        if wrapped := self._in_wrapper and WRAPS.match(text, at):
            return self._enter(wrapped), False
        if text[at] == "[":
            self.stack.append("[")
            self.key, self.index = "", 0
            return at + 1, False
        if text[at] in "]}":
            known = bool(self.stack)
            self.stack[-1:] = []
            return at + 1, not known
        found = TOKEN.match(text, at) or SCALAR.match(text, at)
        return (found.end() if found else at + 1), not self.stack

    def _seek_end(self, text: str, at: int) -> tuple[int, _Open | None]:
        """Read on to the end of the record in hand, or of the line."""
        record = self.open
        assert record is not None
        for token in TOKEN.finditer(text, at):
            mark = text[token.start()]
            if mark == '"':
                whole = record.depth == 1 and not self.stack and WRAPS.match(text, token.start())
                if whole:
                    return self._unwrap(record, whole), None
            else:
                record.depth += 1 if mark in "{[" else -1
                if record.depth == 0:
                    record.pieces.append(text[at : token.end()])
                    self.open = None
                    return token.end(), record
        record.pieces.append(text[at:])
        record.size += len(text) - at
        return len(text), None

    def _unwrap(self, wrapper: _Open, wrapped: re.Match[str]) -> int:
        """What looked like a record wraps an array of them: its lines so far say nothing themselves."""
        for _ in range(wrapper.lines - 1):
            self.tally.read()
        self.open, self.stack = None, ["{"]
        return self._enter(wrapped)

    def _enter(self, wrapped: re.Match[str]) -> int:
        self.stack.append("[")
        self.key, self.index = "/" + wrapped[0].split('"')[1], 0
        return wrapped.end()

    def _record(self, ended: _Open, end: int) -> Iterator[Record]:
        if ended.skipped:
            for _ in range(ended.lines):
                self.tally.read()
            return
        text = "\n".join(ended.pieces)
        raw = text.encode("utf-8", "surrogateescape")
        self.index += 1
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError) as error:
            unread(self.tally, ended.number, raw, f"not valid JSON: {_fault(error)}", ended.lines)
            return
        yield Record(ended.number, ended.offset, end - ended.offset, ended.pointer, ended.lines, value, raw)

    @property
    def _in_wrapper(self) -> bool:
        """Inside the object that wraps the array: its other members are no records."""
        return self.stack[-1:] == ["{"]

    def _pointer(self) -> str | None:
        return f"{self.key}/{self.index}" if self.stack else None


@dataclass(slots=True)
class _Place:
    """Byte offsets of character positions in one line, asked for in rising order."""

    text: str
    offset: int
    at: int = 0

    def bytes_to(self, at: int) -> int:
        if self.text.isascii():
            return self.offset + at - self.at
        self.offset += len(self.text[self.at : at].encode("utf-8", "surrogateescape"))
        self.at = at
        return self.offset


def whole_object(raw: bytes) -> dict[str, Any] | None:
    """The object that is this whole line; None where it is anything else."""
    if not raw.startswith(b"{"):
        return None
    try:
        value = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def wraps(value: Any) -> bool:
    return isinstance(value, dict) and any(_of_objects(value.get(key)) for key in WRAPPERS)


def _of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _fault(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos + 1}"
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)[:80]


DECODER = json.JSONDecoder(strict=False)
