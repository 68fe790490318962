"""The exact bytes of each value in a body: of a stream of values, and of the messages inside one. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from casebook import jsonio
from casebook.errors import Unparsable
from casebook.intake.adapters.paths import steps

BOM = b"\xef\xbb\xbf"
_SPACE = re.compile(r"[ \t\r\n,\x1e]*")
"""Between values of a stream; a record separator (RFC 7464) too, and the comma some senders put there."""


class Slice(NamedTuple):
    """Bytes that are one value, where they begin in words, and the value; or what is wrong with them."""

    body: bytes
    place: str
    value: Any = None
    wrong: str = ""


def values(body: bytes) -> list[Slice]:
    """The JSON values of a body: one, one a line, or one after the other. A bad line among good ones is a slice of its
    own; anything else that is not JSON raises Unparsable with its position."""
    body = body.removeprefix(BOM)
    try:
        return [Slice(body.strip(), "", jsonio.decode(body))]
    except Unparsable as error:
        found = _lines(body) or _stream(body)
        if not found:
            raise error
        return found


def _lines(body: bytes) -> list[Slice]:
    """One value a line; nothing unless the first line is an object by itself and there are more."""
    lines = [(number, line.strip()) for number, line in enumerate(body.split(b"\n"), start=1)]
    found = [_line(number, line) for number, line in lines if line]
    return found if len(found) > 1 and isinstance(found[0].value, dict) else []


def _line(number: int, line: bytes) -> Slice:
    try:
        return Slice(line, f"line {number}", jsonio.decode(line))
    except Unparsable as error:
        wrong = error.detail.removeprefix("The body is not JSON: ").replace("at line 1, column", "at column")
        return Slice(line, f"line {number}", wrong=f"Line {number} of the body is not JSON: {wrong}")


def _stream(body: bytes) -> list[Slice]:
    """Objects one after the other, whatever lies between them; nothing where they are not all of the body."""
    try:
        text = body.decode()
        found: list[Slice] = []
        at = 0
        while (at := _space(text, at)) < len(text):
            _, end = json.JSONDecoder().raw_decode(text, at)
            part = text[at:end].encode()
            found.append(Slice(part, f"value {len(found) + 1}", jsonio.decode(part)))
            at = end
    except (ValueError, RecursionError, Unparsable):
        return []
    return found if len(found) > 1 and all(isinstance(one.value, dict) for one in found) else []


def _space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


class Cutter:
    """Cuts messages out of one value's bytes. Containers on the way are split once, however many messages they hold."""

    def __init__(self, body: bytes, value: Any) -> None:
        self._raw: dict[str, Any] = {"": msgspec.Raw(body)}
        self._split: set[str] = set()
        self._value = value

    def cut(self, pointer: str, message: Any) -> bytes:
        """The bytes of ``message``, which an adapter found at ``pointer``: a slice of the body where it lies there as
        it is; where the adapter made it (a row of a table), its JSON, the same for the same message."""
        if pointer == "" or self._lies_there(pointer, message):
            try:
                return bytes(self._at(pointer))
            except (KeyError, IndexError, ValueError, TypeError):
                pass
        return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()

    def _lies_there(self, pointer: str, message: Any) -> bool:
        here = self._value
        for step in steps(pointer):
            try:
                here = here[int(step)] if isinstance(here, list) else here[step]
            except (KeyError, IndexError, ValueError, TypeError):
                return False
        return here is message

    def _at(self, pointer: str) -> Any:
        if pointer not in self._raw:
            parent = pointer.rpartition("/")[0]
            if parent not in self._split:
                self._split.add(parent)
                self._raw |= {f"{parent}/{key}": part for key, part in _split(self._at(parent))}
        return self._raw[pointer]


def _split(raw: Any) -> Iterator[tuple[str, Any]]:
    """The parts of a container as raw bytes, by their escaped keys."""
    if bytes(raw).lstrip()[:1] == b"[":
        parts = msgspec.json.decode(raw, type=list[msgspec.Raw])
        return ((str(number), part) for number, part in enumerate(parts))
    named = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    return ((name.replace("~", "~0").replace("/", "~1"), part) for name, part in named.items())
