"""A zip as the files in it, read one by one where it lies. Pure."""

from __future__ import annotations

import lzma
import stat
import struct
import zipfile
import zlib
from typing import IO

from casebook.errors import TooLarge
from casebook.playbooks.found import AT_MOST, Budget, Found, Names, is_aside, refused
from casebook.playbooks.types import CardError

_END, _END_SEARCHED = b"PK\x05\x06", 22 + 0xFFFF
_ENTRY_ROOM = 512
"""Bytes of the directory allowed for each file. Its reader keeps every entry in memory, whatever their number is said
to be."""

_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
"""Those that need little memory; how much LZMA takes is for the archive to say."""

_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, RuntimeError,
)  # fmt: skip


def inside_zip(name: str, file: IO[bytes], budget: Budget, prefix: str = "") -> list[Found]:
    """Its files in the order of their paths, behind ``prefix``. Raises `CardError` for a damaged archive, TooLarge."""
    _check_directory(name, file, budget)
    try:
        pack = zipfile.ZipFile(file)
    except _BROKEN as error:
        raise CardError(name, 1, f"a damaged or truncated zip: {error}") from error
    entries = pack.infolist()
    budget.count(len(entries))
    budget.take(sum(entry.file_size for entry in entries))
    names = Names()
    found = [_found(pack, entry, names, prefix) for entry in entries if not entry.is_dir()]
    return sorted((one for one in found if one is not None), key=lambda one: one.path)


def _check_directory(name: str, file: IO[bytes], budget: Budget) -> None:
    """Look at the end record before anybody builds a list of what it promises."""
    length = file.seek(0, 2)
    file.seek(max(0, length - _END_SEARCHED))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        raise CardError(name, 1, "a truncated zip: its directory, which stands at the end, is missing")
    files, size = struct.unpack_from("<HI", tail, at + 10)
    if files > budget.files or size > budget.files * _ENTRY_ROOM:
        raise TooLarge(f"An import takes {budget.files:,} files at most; this archive says it has more.")


def _found(pack: zipfile.ZipFile, entry: zipfile.ZipInfo, names: Names, prefix: str) -> Found | None:
    path, wrong = names.see(entry.filename)
    if not wrong and is_aside(path):
        return None
    mode = stat.S_IFMT(entry.external_attr >> 16)
    if stat.S_ISLNK(mode):
        wrong = "a link, which is not followed"
    elif mode not in (0, stat.S_IFREG):
        wrong = "a device or pipe, which is not read"
    elif entry.flag_bits & _ENCRYPTED:
        wrong = "it is encrypted: pack it without a password"
    elif entry.compress_type not in _METHODS:
        wrong = f"packed by method {entry.compress_type}; stored, deflated and bzip2 are read"
    if wrong:
        return refused(prefix + path, wrong)
    return Found(prefix + path, lambda: _read(pack, entry, prefix + path))


def _read(pack: zipfile.ZipFile, entry: zipfile.ZipInfo, path: str) -> bytes:
    try:
        with pack.open(entry) as file:
            return file.read(AT_MOST)
    except _BROKEN as error:
        raise CardError(path, 1, f"cannot be unpacked: {error}") from error
