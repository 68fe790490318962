"""The lines of a file with their byte offsets, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from triage.events.parsers.protocol import Line

LONGEST_LINE = 1 << 20
"""Bytes of a line handed to a parser; the rest of a longer one is skipped, and the line still counts once."""


def lines(path: Path) -> Iterator[Line]:
    """Lines end at LF only (a lone CR is content); an unterminated last line counts."""
    number = offset = 0
    with path.open("rb") as file:
        while piece := file.readline(LONGEST_LINE):
            number += 1
            length = len(piece)
            yield number, offset, piece.rstrip(b"\r\n")
            while not piece.endswith(b"\n") and (piece := file.readline(LONGEST_LINE)):
                length += len(piece)
            offset += length


def head(path: Path, size: int = 1 << 16) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as file:
        return file.read(size)
