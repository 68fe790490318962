"""The files an import found: what each is called, how it is read, and how many there may be. Pure.

A name of an archive's entry is somebody else's text. It is shown, never used as a path: nothing is unpacked to disk.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from casebook.errors import TooLarge
from casebook.playbooks.parse.read import MAX_BYTES
from casebook.playbooks.parse.text import hidden_in, quoted, shown

AT_MOST = MAX_BYTES + 1
"""Bytes read of any one file: enough to see that it is larger than a card can be."""

_LONGEST_NAME = 400
_DRIVE = re.compile(r"[A-Za-z]:")
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Found:
    """A file by the path it is shown under. ``read`` gives its first `AT_MOST` bytes and raises `CardError`.

    ``refused`` says why it is not read at all.
    """

    path: str
    read: Callable[[], bytes]
    refused: str = ""


def refused(path: str, reason: str) -> Found:
    """A file that is named and not read."""
    return Found(path, bytes, reason)


class Budget:
    """What one import may hold, however many archives it comes in. Raises TooLarge naming the cap."""

    def __init__(self, files: int, unpacked: int) -> None:
        self.files = self._files_left = files
        self.unpacked = self._bytes_left = unpacked

    def count(self, files: int = 1) -> None:
        self._files_left -= files
        if self._files_left < 0:
            raise TooLarge(f"An import takes {self.files:,} files at most; there are more. Bring them in parts.")

    def take(self, bytes: int) -> None:
        self._bytes_left -= bytes
        if self._bytes_left < 0:
            raise TooLarge(f"An import takes {self.unpacked:,} bytes unpacked at most; there are more.")


class Names:
    """The entry names of one archive: each as it is shown, with what is wrong with it."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}

    def see(self, raw: str) -> tuple[str, str]:
        """The name as a path with slashes, and why its file is refused; empty where it is not."""
        name = raw.replace("\\", "/")
        parts = [part for part in name.split("/") if part not in ("", ".")]
        path = shown("/".join(parts))[:_LONGEST_NAME]
        if name.startswith("/") or _DRIVE.match(name) or ".." in parts:
            return path, "its name leads out of the archive"
        if hidden := hidden_in(_HALF.sub("", raw)):  # a half is what is left of a name in another encoding
            return path, f"its name holds {hidden.removesuffix(',')}"
        if len(raw) > _LONGEST_NAME:
            return path, f"its name has {len(raw):,} characters; at most {_LONGEST_NAME} are taken"
        return path, self._twice(path)

    def _twice(self, path: str) -> str:
        folded = unicodedata.normalize("NFC", path).casefold()
        if folded not in self._seen:
            self._seen[folded] = path
            return ""
        if self._seen[folded] == path:
            return "the archive holds this name twice"
        return f"its name is that of {quoted(self._seen[folded])} but for upper and lower case"


def is_aside(path: str) -> bool:
    """Whether a path is housekeeping nobody meant to import: hidden, or what an archiver of macOS adds."""
    return any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in path.split("/"))
