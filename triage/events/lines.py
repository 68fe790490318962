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


UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
"""Byte order marks of the other encoding that logs come in, as Windows programs write them."""


def encoding(head: bytes) -> str:
    """The encoding that a file's mark names; without one it is read as UTF-8."""
    wide = head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"))  # UTF-32, which begins like UTF-16
    return "utf-8" if wide else UTF16.get(head[:2], "utf-8")


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
