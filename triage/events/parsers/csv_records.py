"""The rows of a CSV log as records: names from the header, values that may span lines, commas, semicolons or tabs.

A row that does not fit its header is told to the tally, never guessed at: a header may lie. A quote that is never
closed would swallow the rest of the file; past `MOST_LINES` lines its line alone is given up.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator

from triage.events.parsers.protocol import Line, Tally
from triage.events.parsers.record import Record, unread

MOST_LINES = 2_000
DELIMITERS = (",", ";", "\t", "|")

csv.field_size_limit(16 << 20)  # the library's own limit of 128 KiB is less than one audit record may hold


def rows(lines: Iterable[Line], tally: Tally) -> Iterator[Record]:
    """The data rows; ``value`` is by the header's names as they are written. The header is understood and no row."""
    names: list[str] | None = None
    delimiter = ","
    for row in _whole_rows(lines, tally):
        raw = b"\n".join(line for _, _, line in row)
        if names is None:
            delimiter = max(DELIMITERS, key=lambda one: raw.count(one.encode()))
            names = _cells(raw, delimiter)
            _tell(tally, row, raw, "a header that is no CSV" if names is None else "")
            names = [name.strip() for name in names or []]
            continue
        cells = _cells(raw, delimiter)
        if cells is None or len(cells) != len(names):
            found = "no CSV" if cells is None else f"{len(cells)} values"
            unread(tally, row[0][0], raw, f"{found} where the header names {len(names)}", len(row))
            continue
        number, offset, _ = row[0]
        last = row[-1]
        yield Record(
            number, offset, last[1] + len(last[2]) - offset, None, len(row), dict(zip(names, cells, strict=True)), raw
        )


def _whole_rows(lines: Iterable[Line], tally: Tally) -> Iterator[list[Line]]:
    """Lines gathered until their quotes are even. Behind a first line that leaves a quote open all others of the row
    are even, so that reading them again costs one pass in all."""
    source = iter(lines)
    again: deque[Line] = deque()
    row: list[Line] = []
    while (line := again.popleft() if again else next(source, None)) is not None or row:
        if line is None or len(row) >= MOST_LINES:
            number, _, raw = row[0]
            tally.unread(number, raw, "a quote that is never closed")
            again.extendleft(reversed([*row[1:], *([line] if line else [])]))
            row = []
        elif row or line[2].strip():
            quoted = bool(row) != bool(line[2].count(b'"') % 2)
            row.append(line)
            if not quoted:
                yield row
                row = []
        else:
            tally.read()


def _cells(raw: bytes, delimiter: str) -> list[str] | None:
    text = raw.decode("utf-8", "replace")
    try:
        read = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return read[0] if len(read) == 1 else None


def _tell(tally: Tally, row: list[Line], raw: bytes, fault: str) -> None:
    if fault:
        unread(tally, row[0][0], raw, fault, len(row))
        return
    for _ in row:
        tally.read()
