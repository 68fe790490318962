"""A name nobody knows, and the known one its writer most likely meant. Pure."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

ALIKE = 0.6
"""How alike two names must be, 0 to 1: `sevrity` finds `severity`, `colour` finds nothing."""


def meant(name: str, known: Collection[str]) -> str | None:
    """The known name nearest to ``name``, whatever its capitals; None where none is near."""
    folded = {one.casefold(): one for one in known}
    near = get_close_matches(name[:200].casefold(), folded, n=1, cutoff=ALIKE)
    return folded[near[0]] if near else None


def no_such_field(name: str, known: Collection[str]) -> str:
    """``no such field; did you mean severity?``, or what fields there are where none is near."""
    near = meant(name, known)
    if near:
        return f"no such field; did you mean {near}?"
    return f"no such field; there are: {', '.join(sorted(known))}" if known else "no such field; none is taken"
