"""The bytes of a file as text that can be kept and shown, or the place where they are not.

A byte-order mark and the kind of line ends belong to the file, not to what it says: they are left behind, so that the
same card saved on another system stays the same card.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from casebook.playbooks.types import CardError

_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls other than tab and line feed, marks that turn the direction of reading, halves of surrogate pairs."""

_LINE_END = re.compile(r"\r\n?")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SHOWN = 60


def decode(body: bytes, *, file: str) -> str:
    """The text of UTF-8 bytes, with line feeds as line ends. Raises `CardError` naming the line."""
    if body.startswith(_UTF16):
        raise CardError(file, 1, "not UTF-8 but UTF-16: convert it with iconv -f UTF-16 -t UTF-8")
    try:
        text = _LINE_END.sub("\n", body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = len(_LINE_END.sub("\n", body[: error.start].decode("latin-1")).split("\n"))
        reason = f"not UTF-8: byte 0x{body[error.start]:02x}. Save it as UTF-8, or convert it: iconv -f LATIN1 -t UTF-8"
        raise CardError(file, line, reason) from error
    if found := _HIDDEN.search(text):
        raise CardError(file, text.count("\n", 0, found.start()) + 1, f"{_what(found[0])} is not taken in a card")
    return text


def guess(body: bytes) -> str:
    """What the bytes could say, for telling a damaged card from a file that is none: never raises."""
    encoding = "utf-16" if body.startswith(_UTF16) else "utf-8-sig"
    return _LINE_END.sub("\n", body.decode(encoding, "replace").replace("\0", ""))


def hidden_in(text: str) -> str:
    """What a text holds that nobody would see, in words; empty where it holds nothing of the kind."""
    found = _HIDDEN.search(text)
    return _what(found[0]) if found else ""


def shown(name: str) -> str:
    """A name somebody else chose, as it can be shown and stored: what is hidden in it stands as ``U+202E``."""
    return _HIDDEN.sub(lambda found: f"[{_code(found[0])}]", name)


def quoted(text: str) -> str:
    """A piece of a card inside a message: in quotes, on one line, and not longer than a message should be."""
    line = " ".join(text.split())
    return f"“{line if len(line) <= _SHOWN else line[:_SHOWN] + '…'}”"


def _what(char: str) -> str:
    if unicodedata.category(char) == "Cf":
        return f"{_code(char)}, which turns the direction of reading,"
    return "half a surrogate pair" if "\ud800" <= char <= "\udfff" else f"the control character {_code(char)}"


def _code(char: str) -> str:
    return f"U+{ord(char):04X}"
