"""Where originals lie: content-addressed files under one folder, written once, fsynced before anybody is told."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.conf import settings

from casebook.errors import TooLarge
from casebook.line_index import MARK_BYTES, Line, LineIndex, encoding_of

INDEX_KEPT_FROM = 4 << 20
"""Bytes of an original whose line index is kept; that of a smaller one is made faster than it is found."""


class Stored(NamedTuple):
    """``path`` is relative to the evidence folder; it holds nothing a sender chose."""

    path: str
    sha256: str
    bytes: int


def keep(chunks: Iterable[bytes], *, folder_name: str, cap: int) -> Stored:
    """Write an original into a folder (a team's number, or ``imports``) and make it durable.

    Raises TooLarge over ``cap`` bytes, leaving nothing behind.
    """
    folder = Path(settings.EVIDENCE_DIR) / folder_name
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{secrets.token_hex(8)}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with draft.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > cap:
                    raise TooLarge(f"The file is larger than {cap:,} bytes, the most this route takes.")
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        sha256 = digest.hexdigest()
        path = folder / sha256[:2] / sha256
        path.parent.mkdir(exist_ok=True)
        draft.replace(path)
        for made in (path.parent, folder, folder.parent):  # each name on the way must be as durable as the bytes
            _sync(made)
    finally:
        draft.unlink(missing_ok=True)
    return Stored(str(path.relative_to(settings.EVIDENCE_DIR)), sha256, size)


def full_path(path: str) -> Path:
    """The file of a stored path. Raises ValueError for one that leads outside."""
    root = Path(settings.EVIDENCE_DIR).resolve()
    found = (root / path).resolve()
    if root not in found.parents:
        raise ValueError(f"{path} leads outside the evidence folder")
    return found


def lines(path: str, first: int, last: int) -> Iterator[Line]:
    """Lines ``first`` to ``last`` (from 1, inclusive), found by the index: the millionth as fast as the first."""
    with full_path(path).open("rb") as file:
        yield from _index(path, file).read(file, first, last)


def number_lines(path: str) -> None:
    """Make the line index of an original now, so that nobody waits for it who opens a line. An original that is gone
    is for whoever reads it to tell."""
    with suppress(OSError), full_path(path).open("rb") as file:
        _index(path, file)


def pieces(path: str, places: Iterable[tuple[int, int]]) -> Iterator[str]:
    """The text at each (offset, length) of an original, in bytes."""
    with full_path(path).open("rb") as file:
        encoding = encoding_of(file.read(MARK_BYTES))
        for offset, length in places:
            file.seek(offset)
            yield file.read(length).decode(encoding.name, "replace").rstrip("\r\n")


def _index(path: str, file: BinaryIO) -> LineIndex:
    """Of a large original it is kept among the caches, by the content's digest; one that fits another file is none."""
    kept = Path(settings.EVENTS_DIR) / "lines" / Path(path).name
    with suppress(OSError):
        if (found := LineIndex.from_bytes(kept.read_bytes(), file)) is not None:
            return found
    made = LineIndex.of(file)
    if made.size >= INDEX_KEPT_FROM:
        with suppress(OSError):  # a cache that cannot be written costs time, and nothing else
            kept.parent.mkdir(parents=True, exist_ok=True)
            draft = kept.with_name(f".{secrets.token_hex(8)}.part")
            draft.write_bytes(made.to_bytes())
            draft.replace(kept)
    return made


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
