"""RISON, the spelling of objects in addresses of Kibana and OpenSearch Dashboards. Pure.

Only what is written is here: everything textual is quoted, which is always right.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_letters
from typing import Any
from urllib.parse import quote

BARE = frozenset(ascii_letters + "_")


def written(value: Any) -> str:
    """An object, list, text, number, truth or None."""
    if isinstance(value, Mapping):
        return f"({','.join(f'{_key(str(name))}:{written(one)}' for name, one in value.items())})"
    if isinstance(value, list | tuple):
        return f"!({','.join(map(written, value))})"
    if value is None or isinstance(value, bool):
        return {None: "!n", True: "!t", False: "!f"}[value]
    return str(value) if isinstance(value, int | float) else _text(str(value))


def in_address(value: Any) -> str:
    """The same as it may stand behind a ``#`` and in a query string."""
    return quote(written(value), safe="!'(),:*@")


def _key(name: str) -> str:
    return name if name and set(name) <= BARE else _text(name)


def _text(value: str) -> str:
    return "'" + value.replace("!", "!!").replace("'", "!'") + "'"
