"""The report's arithmetic, without a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from math import log2

FEWEST = 20
"""Fewer cases than this say nothing of a question: figures that judge one are left out below it."""


def share(part: int, of: int) -> float | None:
    """From 0 to 1; None of nothing."""
    return part / of if of else None


def mutual_information(joint: Mapping[tuple[Hashable, Hashable], int]) -> float:
    """Σ p(a,v) · log2(p(a,v) / (p(a) · p(v))) in bits, from how often each pair (answer, verdict) occurred.

    0 where the answer says nothing of the verdict; at most the entropy of either. 0 for no pairs at all.
    """
    total = sum(joint.values())
    left: Counter[Hashable] = Counter()
    right: Counter[Hashable] = Counter()
    for (answer, verdict), n in joint.items():
        left[answer] += n
        right[verdict] += n
    bits = sum(n / total * log2(n * total / (left[a] * right[v])) for (a, v), n in joint.items() if n)
    return max(bits, 0.0)  # rounding can leave a hair less than nothing
