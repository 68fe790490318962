"""Where the lines of a file begin: any line of a file of any size, without reading what stands before it. Pure.

A line ends at LF and nowhere else, as everywhere we count lines. A UTF-16 file says by its byte order mark that its LF
takes two bytes. The index holds how many lines ended before each block of the file: eight bytes for 256 KiB, made in
one pass at the speed of reading, and made again whenever it is lost.
"""

from __future__ import annotations

import io
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

BLOCK = 1 << 18
LONGEST_LINE = 16 << 10
"""Bytes of one line that are shown; of a longer one the first, and how long it is."""

HEADER: Final = b"casebook lines 1\n"


class Encoding(NamedTuple):
    """How the text of a file is written: ``mark`` bytes to skip, and what ends a line."""

    name: str
    mark: int
    newline: bytes


UTF8 = Encoding("utf-8", 0, b"\n")
MARKED: Final = {
    b"\xef\xbb\xbf": Encoding("utf-8", 3, b"\n"),
    b"\xff\xfe": Encoding("utf-16-le", 2, b"\n\x00"),
    b"\xfe\xff": Encoding("utf-16-be", 2, b"\x00\n"),
}
"""By the byte order mark a file begins with."""

UTF32: Final = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
"""Begins like UTF-16, and is none: nobody writes logs in it."""

MARK_BYTES = 4


class Line(NamedTuple):
    """``number`` from 1; ``bytes`` its whole length; ``cut`` where ``text`` is only its beginning."""

    number: int
    text: str
    bytes: int
    cut: bool


class LineIndex:
    """The index of one file. ``before[n]`` lines end before block ``n``; the last entry counts them all."""

    def __init__(self, encoding: Encoding, size: int, before: array[int]) -> None:
        self.encoding, self.size, self.before = encoding, size, before

    @classmethod
    def of(cls, file: BinaryIO) -> LineIndex:
        """Read the file once, from its start."""
        file.seek(0)
        encoding = encoding_of(file.read(MARK_BYTES))
        file.seek(0)
        before, ended, size = array("Q", [0]), 0, 0
        while block := file.read(BLOCK):
            size += len(block)
            ended += block.count(b"\n") if len(encoding.newline) == 1 else sum(1 for _ in _ends(block, encoding))
            before.append(ended)
        return cls(encoding, size, before)

    def start_of(self, file: BinaryIO, number: int) -> int | None:
        """The byte at which a line begins; None where the file has no such line."""
        if number == 1:
            return self.encoding.mark if self.size > self.encoding.mark else None
        if number - 1 > self.before[-1]:
            return None
        block = bisect_right(self.before, number - 2) - 1
        file.seek(block * BLOCK)
        wanted = number - 1 - self.before[block]
        for nth, end in enumerate(_ends(file.read(BLOCK), self.encoding), start=1):
            if nth == wanted:
                found = block * BLOCK + end + len(self.encoding.newline)
                return found if found < self.size else None
        return None  # the file is not the one the index is of

    def read(self, file: BinaryIO, first: int, last: int, *, longest: int = LONGEST_LINE) -> Iterator[Line]:
        """Lines ``first`` to ``last``, as far as there are any; what is not text is shown replaced."""
        at = self.start_of(file, first)
        for number in range(first, last + 1):
            if at is None or at >= self.size:
                return
            file.seek(at)
            piece = file.read(longest + len(self.encoding.newline))
            end = next(_ends(piece, self.encoding), None)
            if end is None and at + len(piece) < self.size:
                after = self.start_of(file, number + 1)
                whole = (self.size if after is None else after - len(self.encoding.newline)) - at
                yield Line(number, self.text(piece[:longest]), whole, cut=True)
                at = after
                continue
            raw = piece if end is None else piece[:end]
            yield Line(number, self.text(raw), len(raw), cut=len(raw) > longest)
            at += len(raw) + len(self.encoding.newline)

    def text(self, raw: bytes) -> str:
        """Bytes of the file as text."""
        return raw.decode(self.encoding.name, "replace").rstrip("\r\n")

    def to_bytes(self) -> bytes:
        """As it is kept."""
        return HEADER + self.size.to_bytes(8, "little") + self.before.tobytes()

    @classmethod
    def from_bytes(cls, kept: bytes, file: BinaryIO) -> LineIndex | None:
        """What `to_bytes` made of this file; None for anything else."""
        size = file.seek(0, io.SEEK_END)
        body = kept[len(HEADER) + 8 :]
        if not kept.startswith(HEADER) or kept[len(HEADER) : len(HEADER) + 8] != size.to_bytes(8, "little"):
            return None
        if len(body) != 8 * (1 + -(-size // BLOCK)):
            return None
        before = array("Q")
        before.frombytes(body)
        file.seek(0)
        return cls(encoding_of(file.read(MARK_BYTES)), size, before)


def encoding_of(head: bytes) -> Encoding:
    """By the mark a file begins with; without one it is taken for UTF-8."""
    if head.startswith(UTF32):
        return UTF8
    return next((found for mark, found in MARKED.items() if head.startswith(mark)), UTF8)


def _ends(block: bytes, encoding: Encoding) -> Iterator[int]:
    """Where in a block each LF begins. In UTF-16 the same two bytes across a pair of characters are none."""
    if len(encoding.newline) == 1:
        at = block.find(b"\n")
        while at >= 0:
            yield at
            at = block.find(b"\n", at + 1)
        return
    yield from (found.start() for found in re.finditer(re.escape(encoding.newline), block) if found.start() % 2 == 0)
