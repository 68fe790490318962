"""What a log format must offer, and what reading it leaves behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from triage.events.timestamps import Clock

Line = tuple[int, int, bytes]
"""Number from 1, byte offset in the file, content without its line end."""

Event = dict[str, Any]
"""One record by the dotted names of `triage.events.schema`; fields that are not stated are left out."""

SAMPLES_KEPT = 20
SAMPLE_CHARS = 200


@dataclass(slots=True)
class Tally:
    """Every line is counted once: understood (with or without an event) or not, with the reason."""

    understood: int = 0
    not_understood: int = 0
    samples: list[dict[str, Any]] = field(default_factory=list)

    @property
    def lines(self) -> int:
        return self.understood + self.not_understood

    def read(self) -> None:
        self.understood += 1

    def unread(self, number: int, raw: bytes, reason: str) -> None:
        """Count a line that says nothing to us; the first few are kept to be shown."""
        self.not_understood += 1
        if len(self.samples) < SAMPLES_KEPT:
            text = raw[:SAMPLE_CHARS].decode("utf-8", "replace")
            self.samples.append({"line": number, "text": text, "reason": reason})


class Parser(Protocol):
    """A log format. `parse` is a pure generator that never raises, whatever the bytes."""

    format: str
    version: int
    title: str
    kinds: tuple[str, ...]

    def recognises(self, head: Sequence[bytes]) -> float:
        """How much of the first lines looks like this format, 0 to 1."""
        ...

    def months(self, lines: Iterable[Line]) -> Iterator[int]:
        """The month of each line that names no year, in order: what an assumed year rests on."""
        ...

    def parse(self, lines: Iterable[Line], clock: Clock, tally: Tally) -> Iterator[Event]:
        """Events of the lines, roughly in order; each line is told to the tally exactly once."""
        ...
