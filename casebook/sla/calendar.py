"""Business time: which hours count towards a target. Pure.

A calendar is one method, the open intervals from an instant on; `elapsed` and `after` are the two questions clocks ask
of any of them. Around the clock is the only calendar there is so far.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

FOREVER = datetime.max.replace(tzinfo=UTC)


class Calendar(Protocol):
    """Open hours. ``open_from`` yields (opens, closes) in order, disjoint, none ending at or before ``start``."""

    @property
    def name(self) -> str: ...
    def open_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]: ...


class AroundTheClock:
    """24×7: every second counts."""

    name = "24×7"

    def open_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        yield start, FOREVER


AROUND_THE_CLOCK = AroundTheClock()


def elapsed(start: datetime, end: datetime, calendar: Calendar = AROUND_THE_CLOCK) -> timedelta:
    """How much open time lies between two instants; nothing when the end is not after the start."""
    total = timedelta()
    for opens, closes in calendar.open_from(start):
        if opens >= end:
            break
        total += max(min(closes, end) - max(opens, start), timedelta())
    return total


def after(start: datetime, span: timedelta, calendar: Calendar = AROUND_THE_CLOCK) -> datetime:
    """The first instant by which ``span`` of open time has passed since ``start``.

    Raises ValueError for a calendar that ends before that: a target that could never be measured.
    """
    if span <= timedelta():
        return start
    left = span
    for opens, closes in calendar.open_from(start):
        begin = max(opens, start)
        if closes - begin >= left:
            return begin + left
        left -= max(closes - begin, timedelta())
    raise ValueError(f"the calendar {calendar.name} has no {span} of open time after {start:%Y-%m-%d %H:%M}")
