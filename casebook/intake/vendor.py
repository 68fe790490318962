"""The adapters of `config/plugins.py`, and what a source's administrator has set for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from casebook.errors import NotFound, TooLarge, Unparsable
from casebook.intake.adapters.protocol import Adapter, Options
from casebook.intake.adapters.reading import take
from casebook.plugins import load, table

NATIVE = "native"


LOOKED_INTO = 5
"""Messages of one body that are asked whose they are: all of them are, as a rule, the same sender's."""


class Settings(Protocol):
    """A source, or a sender: whoever carries the two settings. The map may be its JSON text."""

    @property
    def zone(self) -> str: ...
    @property
    def field_map(self) -> Any: ...


def adapter_named(name: str) -> Adapter:
    """An adapter by its name. Raises NotFound naming those there are."""
    known = table("ADAPTERS")
    if name not in known:
        raise NotFound(f"There is no such adapter. There are {', '.join(sorted(known))}.")
    adapter: Adapter = load(known[name])
    return adapter


def options_of(settings: Settings) -> Options:
    """What adapters are told of a source."""
    field_map = settings.field_map
    read: Mapping[str, Any] = json.loads(field_map) if isinstance(field_map, str) else field_map
    return Options(zone=settings.zone, field_map=read)


def wrong_door(message: bytes, adapter: Adapter) -> str:
    """A sentence for a message that ``adapter`` does not understand and others do; "" where none does."""
    others = [load(dotted) for name, dotted in table("ADAPTERS").items() if name != adapter.name]
    readers = [other for other in others if _reads(other, message)]
    if not readers:
        return ""
    whose = " or ".join(f"{other.title} (intake/{other.name}/)" for other in readers)
    return f" It reads as a message of {whose}: is it at the wrong address?"


def _reads(adapter: Adapter, message: bytes) -> bool:
    try:
        taken = take(adapter, message, Options())
    except (Unparsable, TooLarge):
        return False
    return bool(taken.items) and not taken.not_understood
