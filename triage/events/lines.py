"""The lines of a file with their byte offsets, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from triage.events.parsers.protocol import Line

LONGEST_LINE = 1 << 20
"""Bytes of a line handed to a parser; the rest of a longer one is skipped, and the line still counts once. A parser
whose logs may be one line from beginning to end asks for more."""

HEAD_BYTES = 1 << 16
"""Bytes of a file by which its format is recognised."""

MARK = b"\xef\xbb\xbf"
"""A byte order mark says that a file is UTF-8, and is no part of its first line."""


def lines(path: Path, longest: int = LONGEST_LINE) -> Iterator[Line]:
    """Lines end at LF only (a lone CR is content); an unterminated last line counts."""
    number = 0
    with path.open("rb") as file:
        offset = len(MARK) if file.read(len(MARK)) == MARK else 0
        file.seek(offset)
        while piece := file.readline(longest):
            number += 1
            length = len(piece)
            yield number, offset, piece.rstrip(b"\r\n")
            while not piece.endswith(b"\n") and (piece := file.readline(longest)):
                length += len(piece)
            offset += length


def head(path: Path, size: int = HEAD_BYTES) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as file:
        return file.read(size)
