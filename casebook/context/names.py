"""How the same host or account may be written: one spelling to store, and the spellings to look for. Pure."""

from __future__ import annotations


def stored(kind: str, name: str) -> str:
    """The spelling an asset is kept in: lower case, as directories compare; a host without its closing dot."""
    plain = name.strip().lower()
    return plain.rstrip(".") if kind == "host" else plain


def spellings(kind: str, name: str) -> list[str]:
    """Names an asset may be known by when somebody writes ``name``, the most exact first.

    ``dc1.corp.example`` is also ``dc1``; ``CORP\\admin`` and ``admin@corp.example`` are also ``admin``. Matching too
    much only protects too much.
    """
    exact = stored(kind, name)
    short = exact
    if kind == "host":
        short = exact.partition(".")[0]
    elif kind == "user":
        short = exact.rpartition("\\")[2].partition("@")[0]
    return [exact] if short in (exact, "") else [exact, short]
