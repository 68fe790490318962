"""Which kind of archive a file is, and the files in it. Pure. What a name ends with does not count."""

from __future__ import annotations

from typing import IO

from casebook.playbooks.archive_tar import inside_tar
from casebook.playbooks.archive_zip import inside_zip
from casebook.playbooks.found import Budget, Found
from casebook.playbooks.types import CardError

_MAGIC = ((b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ\0", "xz"))
_TAR_MAGIC, _TAR_AT = b"ustar", 257
HEAD = _TAR_AT + len(_TAR_MAGIC)
"""Bytes that tell the kind."""


def kind_of(head: bytes) -> str:
    """``zip``, ``tar``, or what a tar was packed with: ``gz``, ``bz2``, ``xz``. Empty for a file that is no archive."""
    found = next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")
    return "tar" if not found and head[_TAR_AT:HEAD] == _TAR_MAGIC else found


def inside(
    name: str, file: IO[bytes], budget: Budget, *, prefix: str = "", look_only: bool = False
) -> list[Found] | None:
    """The files of the archive ``file`` holds, in the order of their paths, or None where it is no archive.

    Their paths begin with ``prefix``. They are read as long as ``file`` is open; ``look_only`` promises that they will
    not be. Raises `CardError` for an archive that cannot be read, TooLarge over the budget.
    """
    file.seek(0)
    kind = kind_of(file.read(HEAD))
    file.seek(0)
    if not kind:
        return None
    found = (
        inside_zip(name, file, budget, prefix)
        if kind == "zip"
        else inside_tar(name, file, kind, budget, prefix, look_only=look_only)
    )
    if not found:
        raise CardError(name, 1, "there is no file in this archive")
    return found
