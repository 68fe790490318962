"""How the same host or account may be written: the one spelling that is stored. Pure."""

from __future__ import annotations


def stored(kind: str, name: str) -> str:
    """The spelling an asset is kept in: lower case, as directories compare; a host without its closing dot."""
    plain = name.strip().lower()
    return plain.rstrip(".") if kind == "host" else plain
