"""The leaves of a message with the expression that reads each, for `field_map_propose`. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from casebook.intake.adapters.texts import absent, text

MOST_LEAVES = 500
DEEPEST = 6
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


class Leaf(NamedTuple):
    """A scalar, or a list of them. ``words`` is the way to it in small words (``source/ip address``), ``depth`` how
    many objects it lies in."""

    expression: str
    words: str
    value: Any
    depth: int

    @property
    def name(self) -> str:
        """The last name on the way."""
        return self.words.rpartition("/")[2]

    @property
    def near(self) -> str:
        """The last two."""
        return "/".join(self.words.split("/")[-2:])


def leaves(message: Any) -> list[Leaf]:
    """The leaves of a message that say something, in its order; of a list of objects those of the first."""
    found = _walk(message, "", "", 0)
    return [leaf for leaf, _ in zip(found, range(MOST_LEAVES), strict=False)]


def _walk(value: Any, expression: str, words: str, depth: int) -> Iterator[Leaf]:
    if isinstance(value, Mapping):
        for key, inner in value.items() if depth < DEEPEST else ():
            name = key if _IDENTIFIER.fullmatch(key) else json.dumps(key, ensure_ascii=False)
            way = f"{words}/{_small(key)}" if words else _small(key)
            yield from _walk(inner, f"{expression}.{name}".removeprefix("."), way, depth + 1)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield from _walk(value[0], f"{expression}[]", words, depth)
    elif not absent(text(value)):
        yield Leaf(expression, words, value, depth)


def _small(key: str) -> str:
    """``SourceIPAddress`` → ``source ip address``; ``kibana.alert.uuid`` → ``kibana/alert/uuid``."""
    return "/".join(" ".join(word.lower() for word in _WORDS.findall(part)) for part in key.split("."))
