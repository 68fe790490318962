"""The lines of a file as columns, some thousands at a time: for formats that are read in bulk.

A chunk holds whole lines, as `triage.events.lines` would find them one by one: the same numbers, byte offsets, lengths
and text. Memory stays with one chunk, whatever the size of the file or of its longest line.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

import polars as pl

from triage.events.lines import LONGEST_LINE, MARK
from triage.events.parsers.protocol import Line

CHUNK_BYTES = 4 << 20
PROGRESS_EVERY_S = 0.25

Made = TypeVar("Made")

PLACE = ("evidence.line", "evidence.offset", "evidence.length")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of a file.

    ``lines`` has ``text`` (without its line end; bytes that are not UTF-8 replaced) and `PLACE`: the number from 1, the
    byte offset in the file and the length in bytes, as events carry them.
    """

    lines: pl.DataFrame
    raw: bytes
    start: int
    """The offset of ``raw`` in the file."""

    def bytes_of(self, offset: int, length: int) -> bytes:
        """The bytes of a line by its place in the file."""
        return self.raw[offset - self.start : offset - self.start + length]

    def line(self, row: int) -> Line:
        """One line as the line-by-line parsers take it, by its place in this chunk."""
        number, offset, length = self.lines.select(PLACE).row(row)
        return number, offset, self.bytes_of(offset, length)


def chunks(
    path: Path,
    progress: Callable[[float], None] | None = None,
    *,
    size: int = CHUNK_BYTES,
    longest: int = LONGEST_LINE,
) -> Iterator[Chunk]:
    """The file in order. Lines end at LF only; of a line longer than ``longest`` bytes the rest is skipped.

    ``progress`` is told now and then how far we are, from 0 to 1.
    """
    total, told, number = max(1, path.stat().st_size), time.monotonic(), 1
    with path.open("rb") as file:
        for start, raw in _pieces(file, size, longest):
            chunk = Chunk(_columns(raw, start, number, longest), raw, start)
            number += chunk.lines.height
            yield chunk
            if progress is not None and time.monotonic() - told > PROGRESS_EVERY_S:
                told = time.monotonic()
                progress(min(1.0, (start + len(raw)) / total))


def _pieces(file: IO[bytes], size: int, longest: int) -> Iterator[tuple[int, bytes]]:
    """Runs of whole lines with their offsets. A line that outgrows ``longest`` and the piece at hand is cut."""
    start = len(MARK) if file.read(len(MARK)) == MARK else 0
    file.seek(start)
    rest = b""
    while piece := file.read(max(size, longest)):
        whole, end, tail = (rest + piece).rpartition(b"\n")
        if end:
            yield start, whole + end
            start, rest = start + len(whole) + 1, tail
        elif len(tail) <= longest:
            rest = tail
        else:
            yield start, tail[:longest]
            start, rest = _behind_this_line(file, start + len(tail))
    if rest:
        yield start, rest


def _behind_this_line(file: IO[bytes], at: int) -> tuple[int, bytes]:
    """Skip to the next line: its offset, and what of it was read already. The file stands at ``at``."""
    while piece := file.read(1 << 20):
        _, end, tail = piece.partition(b"\n")
        at += len(piece) - len(tail)
        if end:
            return at, tail
    return at, b""


def _columns(raw: bytes, start: int, number: int, longest: int) -> pl.DataFrame:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return _odd_columns(raw, start, number, longest)
    column = pl.Series("text", [text]).str.split("\n").explode()
    if raw.endswith(b"\n"):
        column = column.head(-1)  # behind the last line end comes no line
    size = column.str.len_bytes().cast(pl.Int64)
    lines = pl.DataFrame(
        {
            "text": column,
            "evidence.line": pl.int_range(number, number + column.len(), dtype=pl.Int64, eager=True),
            "evidence.offset": (size + 1).cum_sum() - size + (start - 1),
            "evidence.length": size,
        }
    )
    if b"\r" in raw:
        lines = lines.with_columns(pl.col("text").str.strip_chars_end("\r"))
        lines = lines.with_columns(pl.col("text").str.len_bytes().cast(pl.Int64).alias("evidence.length"))
    too_long = lines["evidence.length"].max()
    return _odd_columns(raw, start, number, longest) if isinstance(too_long, int) and too_long > longest else lines


def _odd_columns(raw: bytes, start: int, number: int, longest: int) -> pl.DataFrame:
    """The same line by line, where some bytes are not UTF-8 or a line must be cut."""
    texts, offsets, lengths = [], [], []
    for line in raw.removesuffix(b"\n").split(b"\n"):
        content = line[:longest].rstrip(b"\r")
        texts.append(content.decode("utf-8", "replace"))
        offsets.append(start)
        lengths.append(len(content))
        start += len(line) + 1
    return pl.DataFrame(
        {
            "text": texts,
            "evidence.line": pl.int_range(number, number + len(texts), dtype=pl.Int64, eager=True),
            "evidence.offset": pl.Series(offsets, dtype=pl.Int64),
            "evidence.length": pl.Series(lengths, dtype=pl.Int64),
        }
    )


def ahead(found: Iterable[Chunk], work: Callable[[Chunk], Made]) -> Iterator[tuple[Chunk, Made]]:
    """The chunks with what the work makes of each, in order; the next is at work while one is taken."""
    with ThreadPoolExecutor(1) as beside:
        before: tuple[Chunk, Future[Made]] | None = None
        for chunk in found:
            started = chunk, beside.submit(work, chunk)
            if before is not None:
                yield before[0], before[1].result()
            before = started
        if before is not None:
            yield before[0], before[1].result()
