"""A tar, packed or not, as the files in it. Pure.

It is read once, forward, in one stream: going back in a compressed stream would mean to begin again. What may be a card
is kept in memory, packed again, so that the files can be taken in the order of their paths.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Callable
from typing import IO, Protocol, cast

from casebook.playbooks.found import AT_MOST, Budget, Found, Names, is_aside, refused
from casebook.playbooks.types import CardError

_AT_ONCE = 1 << 20
"""No header is larger; a reader that is asked for more was lied to."""

_CHUNK = 64 << 10
_XZ_MEMORY = 128 << 20
_BROKEN = (
    tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, OverflowError, RecursionError,
)  # fmt: skip


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def inside_tar(
    name: str, file: IO[bytes], kind: str, budget: Budget, prefix: str = "", *, look_only: bool = False
) -> list[Found]:
    """Its files in the order of their paths, behind ``prefix``; ``kind`` is ``tar``, ``gz``, ``bz2`` or ``xz``.

    ``look_only`` counts and checks, and keeps no content. Raises `CardError` for a damaged archive, TooLarge.
    """
    stream = _Stream(_UNPACKED[kind](file), budget)
    found: list[Found | None] = []
    names = Names()
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r:", encoding="utf-8") as pack:
            for member in pack:
                budget.count()
                if not member.isdir():
                    found.append(_found(pack, member, names, prefix, look_only=look_only))
        if stream.last.strip(b"\0") or not stream.last:
            raise EOFError("it ends before its end mark")
        while stream.read(_CHUNK):  # to where the packing has its checksum
            pass
    except _BROKEN as error:
        raise CardError(name, 1, f"a damaged or truncated tar: {error}") from error
    return sorted((one for one in found if one is not None), key=lambda one: one.path)


def _found(
    pack: tarfile.TarFile, member: tarfile.TarInfo, names: Names, prefix: str, *, look_only: bool
) -> Found | None:
    path, wrong = names.see(member.name)
    if not wrong and is_aside(path):
        return None
    if member.issym() or member.islnk():
        wrong = "a link, which is not followed"
    elif not member.isreg():
        wrong = "a device or pipe, which is not read"
    if wrong:
        return refused(prefix + path, wrong)
    file = None if look_only else pack.extractfile(member)
    packed = zlib.compress(file.read(AT_MOST), 1) if file else b""
    return Found(prefix + path, lambda: zlib.decompress(packed) if packed else b"")


class _Stream:
    """What `tarfile` reads from: forward only, counted, and never much at once."""

    def __init__(self, file: _Readable, budget: Budget) -> None:
        self._file, self._budget = file, budget
        self._at = 0
        self.last = b""

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _AT_ONCE:
            raise tarfile.ReadError(f"a header of {size:,} bytes")
        data = self.last = self._file.read(size)
        self._at += len(data)
        self._budget.take(len(data))
        return data

    def tell(self) -> int:
        return self._at

    def seek(self, to: int) -> int:
        if to < self._at:
            raise tarfile.ReadError("a header leads backwards")
        while self._at < to and self.read(min(_CHUNK, to - self._at)):
            pass
        return self._at


class _Xz:
    """An xz stream within a memory limit: how much one needs is written in the stream itself."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._unpacker = self._new()
        self._begun = False

    def read(self, size: int) -> bytes:
        pieces, left = [], size
        while left and (data := self._next(left)):
            pieces.append(data)
            left -= len(data)
        return b"".join(pieces)

    def _next(self, most: int) -> bytes:
        while True:
            rest = b""
            if self._unpacker.eof:  # several streams may follow each other
                rest = self._unpacker.unused_data.lstrip(b"\0")
                self._unpacker, self._begun = self._new(), False
            if self._unpacker.needs_input and not rest:
                rest = self._file.read(_CHUNK)
                if not rest:
                    if self._begun:
                        raise EOFError("the compressed stream ends too early")
                    return b""
            self._begun = True
            if data := self._unpacker.decompress(rest, most):
                return data

    @staticmethod
    def _new() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)


def _as_it_is(file: IO[bytes]) -> _Readable:
    return file


_UNPACKED: dict[str, Callable[[IO[bytes]], _Readable]] = {
    "tar": _as_it_is,
    "gz": lambda file: gzip.GzipFile(fileobj=file, mode="rb"),
    "bz2": lambda file: bz2.BZ2File(file),
    "xz": _Xz,
}
