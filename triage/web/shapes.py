"""Small multiples: the same stretch of time drawn for one entity after another, on one scale. Pure.

One glance tells who was busy when; a picture each on a scale of its own would make the rarest look like the loudest.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from triage.web.evidence_row import Row

FEWEST, MOST = 2, 12
"""One entity needs no comparison; of more than so many nobody keeps the overview."""

STEP, WIDTH, HEIGHT = 10, 8.4, 30.0
STUB = 1.0


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    height: float
    words: str


@dataclass(frozen=True)
class Shape:
    """One entity's picture. ``count`` is all that it did, ``url`` narrows to it."""

    value: str
    count: int
    bars: tuple[Bar, ...]
    url: str


@dataclass(frozen=True)
class Shapes:
    """All of them. ``others`` are entities left out; ``width`` and ``height`` the picture's units."""

    name: str
    shapes: tuple[Shape, ...]
    width: float
    others: int
    height: float = HEIGHT
    bar: float = WIDTH


def shapes(
    name: str, entities: Sequence[Mapping[str, Any]], *, others: int, labels: Sequence[str], urls: Sequence[str]
) -> Shapes:
    """``entities`` are ``{"value", "count", "chart": [n, …]}``, each chart as long as ``labels``."""
    top = max((count for one in entities for count in one["chart"]), default=0) or 1
    drawn = tuple(
        Shape(one["value"], one["count"], tuple(_bars(one["chart"], labels, top)), url)
        for one, url in zip(entities, urls, strict=True)
    )
    return Shapes(name, drawn, max(len(labels) * STEP, 1), others)


def of_rows(rows: Iterable[Row], chart: Sequence[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    """The entities of a finding's rows over the bars of its own chart; nothing where there is nothing to compare."""
    edges = [at for bar in chart if (at := parse_datetime(bar["from"]))]
    told: dict[str, Counter[int]] = defaultdict(Counter)
    for row in rows:
        if (value := getattr(row, name)) and row.at is not None and edges:
            told[value][_bar(row.at, edges)] += int(row.event.get("event.count") or 1)
    if not FEWEST <= len(told) <= MOST:
        return []
    found = [
        {"value": value, "count": counts.total(), "chart": [counts.get(n, 0) for n in range(len(edges))]}
        for value, counts in told.items()
    ]
    return sorted(found, key=lambda one: (-one["count"], one["value"]))


def _bar(at: datetime, edges: Sequence[datetime]) -> int:
    return max(0, bisect_right(edges, at) - 1)


def _bars(counts: Sequence[int], labels: Sequence[str], top: int) -> Iterable[Bar]:
    for number, (count, label) in enumerate(zip(counts, labels, strict=True)):
        height = round(max(HEIGHT * count / top, STUB), 1)
        yield Bar(number * STEP, round(HEIGHT - height, 1), height, f"{label}: {count}")
