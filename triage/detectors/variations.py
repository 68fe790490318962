"""Names that are variations of one another: same letters with other digits or separators, or a typing slip apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

NOISE = re.compile(r"[\d._\-@ ]+")
SHORTEST = 5
"""Below this length an edit distance of two says nothing."""

COMPARED = 200


def clusters(names: Sequence[str]) -> list[list[str]]:
    """Groups of two and more, largest first; at most 200 names are compared."""
    groups: dict[str, list[str]] = {}
    for name in sorted(set(names))[:COMPARED]:
        core = NOISE.sub("", name.lower())
        near = core if core in groups else next((other for other in groups if _close(core, other)), core)
        groups.setdefault(near, []).append(name)
    found = [group for core, group in groups.items() if core and len(group) > 1]
    return sorted(found, key=lambda group: (-len(group), group))


def _close(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= SHORTEST and distance(one, other, 2) <= 2


def distance(one: str, other: str, limit: int) -> int:
    """Levenshtein distance, given up above the limit."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, right in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (left != right))
        if min(row) > limit:
            return limit + 1
    return row[-1]
