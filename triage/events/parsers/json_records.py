"""The records of a JSON log, whatever its shape: one object a line, an array, or a wrapper such as
``{"Records": […]}``; on one line or over many. Each record knows its line, its bytes and, in an array, its pointer.

A log is read line by line and never held whole. What is no JSON, or never ends, is told to the tally with the reason,
and reading goes on behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from triage.events.parsers.json_walk import Mine, Walk, whole_object, wraps
from triage.events.parsers.protocol import Line, Tally
from triage.events.parsers.record import Record


def records(lines: Iterable[Line], tally: Tally, mine: Mine) -> Iterator[Record]:
    """Every object that stands where a record may stand. Lines without one are told to the tally here, those of a
    record by the caller. ``mine`` recognises a whole record, to find the way back after a broken one."""
    walk = Walk(tally)
    for number, offset, raw in lines:
        value = whole_object(raw) if (walk.open is None and not walk.stack) or walk.broken(raw, mine) else None
        if value is None or wraps(value):
            yield from walk.line(number, offset, raw)
        else:
            walk.give_up("a record that is never closed")
            yield Record(number, offset, len(raw), None, 1, value, raw)
    walk.give_up("a record that is never closed")
