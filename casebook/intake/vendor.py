"""The adapters of `config/plugins.py`, and what a source's administrator has set for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from casebook.errors import NotFound
from casebook.intake.adapters.protocol import Adapter, Options
from casebook.plugins import load, table

NATIVE = "native"


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
