"""What a log format must offer, and what reading it leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from triage.events.timestamps import Clock

if TYPE_CHECKING:
    import polars as pl

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

    def read(self, lines: int = 1) -> None:
        self.understood += lines

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


@runtime_checkable
class BulkParser(Parser, Protocol):
    """A format that is read in bulk as well, chunk by chunk (`triage.events.chunks`), to the same events and counts.

    ``columns`` are the names of the schema that its events fill. What a line says is decided by the rules of `parse`
    alone: in bulk, lines of a known shape are read as columns and all others by those rules.
    """

    columns: tuple[str, ...]

    def frames(
        self, path: Path, clock: Clock, tally: Tally, progress: Callable[[float], None]
    ) -> Iterator[pl.DataFrame]:
        """The events of a file, ``evidence.line`` ascending over all frames; a frame may lack columns it has nothing
        for. The tally is whole when the last frame has been taken."""
        ...


@runtime_checkable
class YearlessParser(Parser, Protocol):
    """A format whose lines name no year, and that finds where the months of a file turn without reading every line."""

    def months_of(self, path: Path) -> Iterator[int]:
        """As `months`; of equal ones in a row, one is enough."""
        ...
