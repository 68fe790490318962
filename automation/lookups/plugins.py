"""The enrichers that are installed, by name, in the order of `config/plugins.py`."""

from __future__ import annotations

from automation.enrichers.protocol import Enricher
from casebook.plugins import load, table


def enrichers() -> dict[str, Enricher]:
    """Loaded once per process by `casebook.plugins.load`."""
    return {name: load(path) for name, path in table("ENRICHERS").items()}


def enricher(name: str) -> Enricher | None:
    """One of them, or None for one that was installed when an old lookup was made."""
    path = table("ENRICHERS").get(name)
    return None if path is None else load(path)
