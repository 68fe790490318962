"""What adapters share: from a body to its alerts, each with its exact bytes, and what was not understood. Pure.

An adapter that fails on a message has not understood it; it never costs the sender an error, nor the other messages
their place.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from casebook import jsonio
from casebook.errors import TooLarge, Unparsable
from casebook.intake.adapters.protocol import Adapter, NotUnderstood, Options, Reading
from casebook.intake.adapters.settle import settle
from casebook.intake.adapters.slices import Cutter, Slice, values

log = logging.getLogger(__name__)
MOST_MESSAGES = 5_000
"""A body of four megabytes that holds more is no body of alerts."""


class Part(NamedTuple):
    """A message understood: its exact bytes, what they say, and its place among the body's messages, from 0."""

    body: bytes
    reading: Reading
    position: int


class Missed(NamedTuple):
    """A message not understood: its exact bytes, why, where in it (a JSON pointer, or a line of the body)."""

    body: bytes
    reason: str
    place: str
    position: int


@dataclass
class Taken:
    """What a body held. ``items`` and ``not_understood`` are each in the body's order, and share the positions."""

    items: list[Part] = field(default_factory=list)
    not_understood: list[Missed] = field(default_factory=list)

    @property
    def messages(self) -> int:
        return len(self.items) + len(self.not_understood)


def take(adapter: Adapter, body: bytes, options: Options, *, now: datetime | None = None) -> Taken:
    """Every message of a vendor's body: JSON, JSON lines, or objects one after the other, with or without a byte order
    mark. ``now`` is when it was received; None: this moment. Raises Unparsable, naming the position, and TooLarge for
    too many messages; nothing else.
    """
    taken, at = Taken(), now or datetime.now(UTC)
    for part in values(body):
        for raw, message, refusal in _messages(adapter, part, options):
            position = taken.messages
            if position >= MOST_MESSAGES:
                raise TooLarge(f"A body may hold {MOST_MESSAGES:,} messages; this one holds more. Send them in parts.")
            try:
                if refusal is not None:
                    raise refusal
                taken.items.append(Part(raw, _read(adapter, message, options, at), position))
            except NotUnderstood as error:
                taken.not_understood.append(Missed(raw, error.reason, error.place, position))
    return taken


def again(adapter: Adapter, message: bytes, options: Options, *, now: datetime | None = None) -> Reading:
    """One stored message, read again. Raises NotUnderstood or Unparsable where it is not understood any more."""
    return _read(adapter, jsonio.decode(message.removeprefix(b"\xef\xbb\xbf")), options, now or datetime.now(UTC))


def _messages(adapter: Adapter, part: Slice, options: Options) -> Iterable[tuple[bytes, Any, NotUnderstood | None]]:
    """(bytes, message, why not) of one value. A value that holds no message is itself what was not understood."""
    if part.wrong:
        return [(part.body, None, NotUnderstood(part.wrong, part.place))]
    cut: list[tuple[bytes, Any, NotUnderstood | None]]
    try:
        found = list(adapter.found(part.value, options))
        cutter = Cutter(part.body, part.value)
        cut = [(cutter.cut(pointer, message), message, None) for pointer, message in found]
    except NotUnderstood as error:
        return [(part.body, None, error)]
    except Exception as error:
        return [(part.body, None, _failed(adapter, error))]
    return cut or [(part.body, None, NotUnderstood("The body holds no alerts."))]


def _read(adapter: Adapter, message: Any, options: Options, now: datetime) -> Reading:
    if not isinstance(message, dict):
        raise NotUnderstood(f"An alert is a JSON object; this is {_kind(message)}.")
    try:
        return settle(adapter.read(message, options), now=now)
    except NotUnderstood:
        raise
    except Exception as error:
        raise _failed(adapter, error) from error


def _failed(adapter: Adapter, error: Exception) -> NotUnderstood:
    """An adapter's own mistake: kept for reading again once it is mended."""
    log.warning("adapter %s failed", adapter.name, exc_info=error)
    what = f"{type(error).__name__}: {str(error)[:200]}".rstrip(": ")
    return NotUnderstood(f"The {adapter.title} adapter failed on it ({what}). That is a fault of the adapter.")


def _kind(value: Any) -> str:
    return {list: "a list", str: "a text", bool: "true or false", type(None): "null"}.get(type(value), "a number")


__all__ = ["Missed", "Part", "Taken", "Unparsable", "again", "take"]
