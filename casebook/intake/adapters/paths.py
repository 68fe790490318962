"""Finding a value by its dotted name, however the sender nested it. Pure.

The same field arrives as ``{"user.name": "x"}``, ``{"user": {"name": "x"}}``, a mixture of both, or wrapped in a list
of one, as search answers give ``fields``. `find` reads all of them, and tells where it found the value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

MOST_PARTS = 12
"""A name of more parts is nobody's field; each part doubles the places to look at."""


class Found(NamedTuple):
    """A value that is there, and the JSON pointer (RFC 6901) to it."""

    value: Any
    pointer: str


def find(message: Any, name: str) -> Found | None:
    """The value called ``name`` in ``message``; null counts as absent. The longest key that fits is tried first."""
    parts = name.split(".")
    if len(parts) > MOST_PARTS:
        return None
    return next(_walk(message, parts, ""), None)


def get(message: Any, *names: str) -> Any:
    """The first value of these names that is there; None where none is."""
    for name in names:
        found = find(message, name)
        if found is not None:
            return found.value
    return None


def child(pointer: str, key: str | int) -> str:
    """The pointer one step further."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def steps(pointer: str) -> list[str]:
    """The unescaped keys of a pointer, in order."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _walk(value: Any, parts: Sequence[str], pointer: str) -> Iterator[Found]:
    if not parts:
        if value is not None:
            yield Found(value, pointer)
    elif isinstance(value, Mapping):
        for length in range(len(parts), 0, -1):
            key = ".".join(parts[:length])
            if key in value:
                yield from _walk(value[key], parts[length:], child(pointer, key))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield from _walk(value[0], parts, child(pointer, 0))
