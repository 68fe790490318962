"""JSON in and out, with errors that name the place."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import msgspec

from casebook.errors import Unparsable

_BYTE = re.compile(r"\(byte (\d+)\)")
_LONE_SURROGATE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


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
    what = what.partition(" - at `")[0]
    if found is not None:
        at = int(found.group(1)) - what.startswith("trailing")  # there the decoder is one byte further
    else:
        what, at = _found_by_us(body, what)
    line = body.count(b"\n", 0, at) + 1
    column = at - (body.rfind(b"\n", 0, at) + 1) + 1
    return f"{what} at line {line}, column {column} (byte {at})"


def _found_by_us(body: bytes, what: str) -> tuple[str, int]:
    """What is wrong and at which byte, where the decoder does not say: at the end, unless we see better."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        return "invalid UTF-8", error.start
    lone = _LONE_SURROGATE.search(text)
    if lone and "truncated" in what:
        return "half a surrogate pair", len(text[: lone.start()].encode())
    if "out of range" in what:
        at = next((n.start() for n in _NUMBER.finditer(text) if _is_too_big(n.group())), len(text))
        return what, len(text[:at].encode())
    return what, len(body)


def _is_too_big(number: str) -> bool:
    return len(number) > 4000 or math.isinf(float(number))


def encode(value: Any) -> bytes:
    """The JSON of a value of ours; times in ISO 8601."""
    return msgspec.json.encode(value, enc_hook=str)


def plain(value: Any) -> Any:
    """A value as JSON gives it back: dicts, lists, strings, numbers."""
    return msgspec.json.decode(encode(value))


def readable(body: bytes, *, most: int) -> str:
    """Bytes for people: indented where they are JSON, as they are otherwise; the first ``most`` characters."""
    try:
        text = json.dumps(decode(body), indent=2, ensure_ascii=False)
    except (Unparsable, RecursionError):
        text = body.decode("utf-8", "replace")
    return text[:most]
