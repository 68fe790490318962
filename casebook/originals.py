"""Where originals lie: content-addressed files under one folder, written once, fsynced before anybody is told."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from casebook.errors import TooLarge


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


def lines(path: str, first: int, last: int) -> Iterator[tuple[int, str]]:
    """Lines ``first`` to ``last`` (from 1, inclusive) as text; bytes that are not UTF-8 are shown replaced."""
    with full_path(path).open("rb") as file:
        for number, line in enumerate(file, start=1):
            if number > last:
                return
            if number >= first:
                yield number, line.rstrip(b"\r\n").decode("utf-8", "replace")


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
