"""Finding a value by its dotted name, however the sender nested it. Pure.

The same field arrives as ``{"user.name": "x"}``, ``{"user": {"name": "x"}}``, a mixture of both, or wrapped in a list
of one, as search answers give ``fields``. `find` reads all of them, and tells where it found the value.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

MOST_PARTS = 12
"""A name of more parts is nobody's field; each part doubles the places to look at."""


class Found(NamedTuple):
    """A value that is there, and the JSON pointer (RFC 6901) to it."""

    value: Any
    pointer: str


def find(message: Any, name: str) -> Found | None:
    """The value called ``name`` in ``message``; null counts as absent. The longest key that fits is tried first."""
    keys: list[str] = []
    value = _walk(message, name, keys)
    return None if value is None else Found(value, "".join(child("", key) for key in reversed(keys)))


def get(message: Any, *names: str) -> Any:
    """The first value of these names that is there; None where none is."""
    for name in names:
        value = _walk(message, name, [])
        if value is not None:
            return value
    return None


def child(pointer: str, key: str | int) -> str:
    """The pointer one step further."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def steps(pointer: str) -> list[str]:
    """The unescaped keys of a pointer, in order."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _walk(value: Any, name: str, keys: list[str]) -> Any:
    """The value, and the keys that lead to it, last first; None where there is none. Hot: an adapter asks for dozens of
    names of each message, and most are not there."""
    if type(value) is list and value:
        value = _walk(value[0], name, keys) if type(value[0]) is dict else None
        if value is not None:
            keys.append("0")
        return value
    if type(value) is not dict:
        return None
    for key, rest in _cuts(name):
        inner = value.get(key)
        if inner is not None and rest:
            inner = _walk(inner, rest, keys)
        if inner is not None:
            keys.append(key)
            return inner
    return None


@lru_cache(maxsize=4096)
def _cuts(name: str) -> tuple[tuple[str, str], ...]:
    """Every (key, rest) a dotted name can be cut into, the longest key first."""
    parts = name.split(".")
    if len(parts) > MOST_PARTS:
        return ()
    return tuple((".".join(parts[:length]), ".".join(parts[length:])) for length in range(len(parts), 0, -1))
