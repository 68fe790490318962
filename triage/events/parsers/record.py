"""One record of a log whose records are more than lines: where it lies, and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from triage.events.parsers.protocol import Tally


class Record(NamedTuple):
    """``offset`` and ``length`` are bytes of the file; ``lines`` is how many lines to tell the tally of."""

    number: int
    offset: int
    length: int
    pointer: str | None
    lines: int
    value: Mapping[str, Any]
    raw: bytes


def unread(tally: Tally, number: int, raw: bytes, reason: str, lines: int) -> None:
    """Tell the tally of a record over several lines that says nothing to us: one sample, each line counted."""
    tally.unread(number, raw, reason)
    tally.not_understood += max(0, lines - 1)
