"""Logs in UTF-16, as Windows programs export them: read as UTF-8, and every place told in the bytes of the original."""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import polars as pl

from triage.events.lines import encoding, head

PIECE = 1 << 20
MARK_BYTES = 2
CONTINUATION = bytes(range(0x80, 0xC0))
BELOW_FOUR = bytes(range(0xF0))
"""Bytes of UTF-8 that begin no character; and those that begin one of fewer than four bytes."""


class Readable:
    """A file as text in UTF-8, and where its bytes lie in the original."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def in_the_original(self, events: pl.DataFrame) -> pl.DataFrame:
        """Events with the offsets and lengths of the original: here the file is the original."""
        return events


class Transcoded(Readable):
    """A copy in UTF-8 of an original in UTF-16."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        super().__init__(path)
        self._file = file
        self._rewind()

    def in_the_original(self, events: pl.DataFrame) -> pl.DataFrame:
        start = pl.col("evidence.offset")
        end = (start + pl.col("evidence.length")).alias("end")
        placed = events.select(start, end)
        positions = pl.concat([placed["evidence.offset"], placed["end"]]).drop_nulls().unique().sort()
        there = pl.Series([self._at(position) for position in positions.to_list()], dtype=pl.Int64)
        mapped = placed.with_columns(pl.all().replace_strict(positions, there, default=None))
        return events.with_columns(
            mapped["evidence.offset"], (mapped["end"] - mapped["evidence.offset"]).alias("evidence.length")
        )

    def _at(self, position: int) -> int:
        """The offset in the original of one in the copy. Asked in order, it reads the copy once."""
        if position < self._here:
            self._rewind()
        while self._here < position and (piece := self._file.read(min(PIECE, position - self._here))):
            self._here += len(piece)
            self._there += wide_bytes(piece)
        return self._there

    def _rewind(self) -> None:
        self._file.seek(0)
        self._here, self._there = 0, MARK_BYTES


def wide_bytes(piece: bytes) -> int:
    """How many bytes UTF-16 takes for a piece of UTF-8, wherever the piece was cut: two for the first byte of each
    character, two more where it begins one of four."""
    return 2 * (len(piece.translate(None, CONTINUATION)) + len(piece.translate(None, BELOW_FOUR + CONTINUATION)))


@contextmanager
def readable(path: Path, folder: Path) -> Iterator[Readable]:
    """The file, or, where its mark says UTF-16, a copy in UTF-8 that lies in ``folder`` while it is used."""
    found = encoding(head(path, 4))
    if found == "utf-8":
        yield Readable(path)
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".utf8-") as copy:
        _transcode(path, copy, found)
        copy.flush()
        with open(copy.name, "rb") as again:
            yield Transcoded(Path(copy.name), again)


def _transcode(path: Path, copy: IO[bytes], encoding: str) -> None:
    """What is no UTF-16 (half a pair, an odd last byte) is replaced, two bytes by one character."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with path.open("rb") as file:
        file.seek(MARK_BYTES)
        while piece := file.read(PIECE):
            copy.write(decoder.decode(piece).encode())
        copy.write(decoder.decode(b"", final=True).encode())
