"""JSON that remembers where each value stands, so that a refusal can name the line.

Stricter than Python's reader: a name given twice in one object is refused (the second would silently win), so are
``NaN``, ``Infinity`` and characters no card may hold, and nesting is limited.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from math import isfinite
from typing import Any, NoReturn

from casebook.playbooks.parse.text import hidden_in
from casebook.playbooks.types import CardError

Way = tuple[str | int, ...]

_MAX_DEPTH = 40
_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass
class Document:
    """A JSON document and the offset of every value in it, by its way from the top."""

    file: str
    text: str
    value: Any = None
    offsets: dict[Way, int] = field(default_factory=dict)

    def error(self, way: Way, reason: str) -> CardError:
        """A refusal at a value, or at the nearest thing around it that exists. Names it by its JSON pointer."""
        near = next(way[:length] for length in range(len(way), -1, -1) if way[:length] in self.offsets)
        return CardError(self.file, self.line(near), f"{pointer(way)}: {reason}" if way else reason)

    def line(self, way: Way) -> int:
        """Counted from 1."""
        return self.text.count("\n", 0, self.offsets[way]) + 1


def pointer(way: Way) -> str:
    """The JSON pointer (RFC 6901) of a value: ``/workflow/start--…/type``."""
    return "".join("/" + str(one).replace("~", "~0").replace("/", "~1") for one in way)


def read_json(text: str, *, file: str) -> Document:
    """The document. Raises `CardError` with the line for what is no JSON, and for a name given twice."""
    document = Document(file, text)
    reader = _Reader(document)
    try:
        document.value = reader.whole()
    except JSONDecodeError as error:
        raise CardError(file, error.lineno, f"not JSON: {error.msg} (column {error.colno})") from error
    except ValueError as error:  # a whole number of thousands of digits
        raise CardError(file, text.count("\n", 0, reader.at) + 1, "not JSON: a number is too long") from error
    return document


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document, self.text, self.at = document, document.text, 0
        self.scalar = json.JSONDecoder(parse_constant=self._no_number, parse_float=self._float).raw_decode

    def whole(self) -> Any:
        self._skip()
        value = self._value(())
        if self.at != len(self.text):
            raise JSONDecodeError("something follows the document", self.text, self.at)
        return value

    def _value(self, way: Way) -> Any:
        self.document.offsets[way] = self.at
        char = self.text[self.at : self.at + 1]
        if char in ("{", "[") and len(way) >= _MAX_DEPTH:
            raise self.document.error(way[:3], f"is nested deeper than {_MAX_DEPTH}")
        if char == "{":
            value: Any = self._object(way)
        elif char == "[":
            value = self._list(way)
        else:
            value, self.at = self.scalar(self.text, self.at)
            self._sound(value, way)
        self._skip()
        return value

    def _object(self, way: Way) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._take("{")
        while self._peek() != "}":
            if found:
                self._take(",")
            place = self.at
            self._take('"', skip=False)
            name, self.at = scanstring(self.text, self.at, True)
            self._sound(name, way)
            self._skip()
            if name in found:
                self.document.offsets[(*way, name)] = place
                raise self.document.error((*way, name), "is given twice")
            self._take(":")
            found[name] = self._value((*way, name))
        self._take("}", skip=False)
        return found

    def _list(self, way: Way) -> list[Any]:
        found: list[Any] = []
        self._take("[")
        while self._peek() != "]":
            if found:
                self._take(",")
            found.append(self._value((*way, len(found))))
        self._take("]", skip=False)
        return found

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self, char: str, *, skip: bool = True) -> None:
        if self._peek() != char:
            wanted = "a name in quotes" if char == '"' else f"“{char}”"
            raise JSONDecodeError(f"expected {wanted}", self.text, self.at)
        self.at += 1
        if skip:
            self._skip()

    def _skip(self) -> None:
        self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]

    def _sound(self, value: Any, way: Way) -> None:
        if isinstance(value, str) and (hidden := hidden_in(value)):
            raise self.document.error(way, f"{hidden} is not taken in a card")

    def _float(self, digits: str) -> float:
        value = float(digits)
        return value if isfinite(value) else self._no_number(digits[:20])

    def _no_number(self, word: str) -> NoReturn:
        raise JSONDecodeError(f"{word} is no JSON value", self.text, self.at)
