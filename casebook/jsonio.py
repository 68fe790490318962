"""JSON in and out, with errors that name the place."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from casebook.errors import Unparsable

_BYTE = re.compile(r"\(byte (\d+)\)")


def decode(body: bytes, into: Any = Any) -> Any:
    """The value of a JSON body. Raises Unparsable naming line and column; never anything else for any bytes."""
    try:
        return msgspec.json.decode(body, type=into)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unparsable(f"The body is not JSON: {place(body, error)}.") from error
    except RecursionError as error:
        raise Unparsable("The body is nested too deeply to be read.") from error


def place(body: bytes, error: Exception) -> str:
    """``invalid character at line 2, column 7 (byte 31)`` of a decoding error."""
    text = str(error)
    found = _BYTE.search(text)
    what = text.split(":", 1)[-1].split(" (byte")[0].strip() or "it ends too early"
    if found is None:
        return f"{what} at byte {len(body)}" if isinstance(error, msgspec.DecodeError) else what
    at = int(found.group(1))
    line = body.count(b"\n", 0, at) + 1
    column = at - (body.rfind(b"\n", 0, at) + 1) + 1
    return f"{what} at line {line}, column {column} (byte {at})"


def encode(value: Any) -> bytes:
    """The JSON of a value of ours; times in ISO 8601."""
    return msgspec.json.encode(value, enc_hook=str)


def plain(value: Any) -> Any:
    """A value as JSON gives it back: dicts, lists, strings, numbers."""
    return msgspec.json.decode(encode(value))
