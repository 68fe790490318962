"""Who had to do with whom: entities in columns by what they are to the case, ties between them. Pure.

The same ties always give the same picture: entities are ordered by how much ties them, then by where their neighbours
stand, then by name. A picture of five entities and one of sixty are read the same way; of more, the rarest are left
out and counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

COLUMNS = (("alert", "Alerts"), ("source", "Where from"), ("account", "Accounts"), ("target", "Hosts and services"))
"""From left to right, as a story is told: what warned us, who came, as whom, to what."""

TALLEST = 15
"""Entities of a column; of more the rarest are left out. Four columns hold sixty."""

WIDTH = 1120.0
NODE_WIDTH = 196.0
NODE_HEIGHT = 28.0
STEP = 38.0
HEAD = 30.0
BOW = 46.0
PASSES = 4
ORDER = [key for key, _ in COLUMNS]
TONES = ("accepted", "", "failed")
"""What a line is drawn by, the most telling first: it got in, it happened, it was turned away."""


@dataclass(frozen=True)
class Tie:
    """One thing that one entity had to do with another. An entity is (column, kind, value)."""

    left: Entity
    right: Entity
    said: str
    count: int = 1
    tone: str = ""
    first: str | None = None
    last: str | None = None


Entity = tuple[str, str, str]
"""Column, kind (``ip``, ``user``, ``host``, ``alert`` …), value."""


@dataclass(frozen=True)
class Node:
    """An entity where it is drawn. ``weight`` is how much ties it; ``about`` whether the case is about it."""

    entity: Entity
    x: float
    y: float
    weight: int
    about: bool

    @property
    def value(self) -> str:
        return self.entity[2]

    @property
    def kind(self) -> str:
        return self.entity[1]

    @property
    def label(self) -> tuple[float, float]:
        return self.x + 10, self.y + NODE_HEIGHT / 2 + 4.5

    @property
    def middle(self) -> float:
        return self.y + NODE_HEIGHT / 2


@dataclass(frozen=True)
class Edge:
    """All ties of two entities as one line: ``path`` is its SVG, ``ties`` what it tells, the most telling first."""

    left: Node
    right: Node
    ties: tuple[Tie, ...]
    path: str
    width: float
    tone: str

    @property
    def count(self) -> int:
        return sum(tie.count for tie in self.ties)

    @property
    def first(self) -> str | None:
        return min((tie.first for tie in self.ties if tie.first), default=None)

    @property
    def last(self) -> str | None:
        return max((tie.last for tie in self.ties if tie.last), default=None)

    @property
    def said(self) -> str:
        return "; ".join(f"{tie.said} ×{tie.count}" if tie.count > 1 else tie.said for tie in self.ties)


@dataclass(frozen=True)
class Column:
    name: str
    x: float
    left_out: int


@dataclass(frozen=True)
class Graph:
    """All that is drawn, in units of the picture."""

    width: float
    height: float
    columns: tuple[Column, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def left_out(self) -> int:
        return sum(column.left_out for column in self.columns)


def graph(ties: Iterable[Tie], about: Iterable[Entity] = ()) -> Graph | None:
    """The picture of these ties; entities of ``about`` are drawn whether anything ties them or not."""
    told, chosen = list(ties), set(about)
    weights = _weights(told, chosen)
    if not weights:
        return None
    columns = {key: _tallest(key, weights, chosen) for key in ORDER}
    held = {key: kept for key, (kept, _) in columns.items() if kept}
    shown = {entity for kept in held.values() for entity in kept}
    told = [tie for tie in told if tie.left in shown and tie.right in shown]
    ordered = _ordered(held, told)
    height = HEAD + STEP * max(len(kept) for kept in ordered.values()) + 4
    across = _across(list(ordered))
    nodes = {
        entity: Node(entity, across[key], _y(n, len(kept), height), weights[entity], entity in chosen)
        for key, kept in ordered.items()
        for n, entity in enumerate(kept)
    }
    names = dict(COLUMNS)
    return Graph(
        width=WIDTH,
        height=height,
        columns=tuple(Column(names[key], across[key], columns[key][1]) for key in ordered),
        nodes=tuple(nodes.values()),
        edges=tuple(_edges(told, nodes)),
    )


def _weights(ties: Sequence[Tie], about: Iterable[Entity]) -> dict[Entity, int]:
    found: dict[Entity, int] = dict.fromkeys(sorted(about), 0)
    for tie in ties:
        for entity in (tie.left, tie.right):
            found[entity] = found.get(entity, 0) + tie.count
    return found


def _tallest(key: str, weights: Mapping[Entity, int], about: set[Entity]) -> tuple[list[Entity], int]:
    """The entities of a column that are drawn: those the case is about, then the most tied."""
    mine = sorted((one for one in weights if one[0] == key), key=lambda one: (one not in about, -weights[one], one))
    return mine[:TALLEST], max(0, len(mine) - TALLEST)


def _ordered(held: Mapping[str, list[Entity]], ties: Sequence[Tie]) -> dict[str, list[Entity]]:
    """Each column by the middle of its neighbours, a few times from left to right and back: fewer lines cross."""
    near: dict[Entity, list[Entity]] = defaultdict(list)
    for tie in ties:
        near[tie.left].append(tie.right)
        near[tie.right].append(tie.left)
    columns = {key: list(kept) for key, kept in held.items()}
    for number in range(PASSES):
        keys = list(columns) if number % 2 else list(reversed(columns))
        for key in keys:
            places = {entity: n / len(kept) for kept in columns.values() for n, entity in enumerate(kept)}
            columns[key].sort(key=lambda entity: (_middle(entity, near, places), entity))
    return columns


def _middle(entity: Entity, near: Mapping[Entity, list[Entity]], places: Mapping[Entity, float]) -> float:
    others = [places[one] for one in near.get(entity, ()) if one in places]
    return sum(others) / len(others) if others else places[entity]


def _across(keys: Sequence[str]) -> dict[str, float]:
    room = WIDTH - NODE_WIDTH
    return {key: round(room * n / max(1, len(keys) - 1), 1) for n, key in enumerate(keys)}


def _y(number: int, of: int, height: float) -> float:
    """A short column stands in the middle of a tall picture."""
    top = HEAD + (height - HEAD - STEP * of) / 2
    return round(top + STEP * number + (STEP - NODE_HEIGHT) / 2, 1)


def _edges(ties: Sequence[Tie], nodes: Mapping[Entity, Node]) -> Iterable[Edge]:
    """One line for two entities, from the one further left; drawn from the rarest, so that the telling lie on top."""
    pairs: dict[tuple[Entity, Entity], list[Tie]] = defaultdict(list)
    for tie in ties:
        turn = ORDER.index(tie.left[0]) > ORDER.index(tie.right[0])
        tie = replace(tie, left=tie.right, right=tie.left) if turn else tie
        pairs[tie.left, tie.right].append(tie)
    found = [_edge(nodes[left], nodes[right], told) for (left, right), told in pairs.items()]
    return sorted(found, key=lambda one: (-TONES.index(one.tone), one.count, one.left.entity, one.right.entity))


def _edge(left: Node, right: Node, told: Sequence[Tie]) -> Edge:
    ordered = tuple(sorted(_merged(told), key=lambda tie: (TONES.index(tie.tone), -tie.count, tie.said)))
    count = sum(tie.count for tie in ordered)
    return Edge(left, right, ordered, _path(left, right), round(min(1.2 + count**0.5 / 3, 7.0), 1), ordered[0].tone)


def _merged(told: Sequence[Tie]) -> Iterable[Tie]:
    """Ties that say the same are one that counts them."""
    found: dict[tuple[str, str], Tie] = {}
    for tie in told:
        known = found.get((tie.said, tie.tone))
        if known is None:
            found[tie.said, tie.tone] = tie
            continue
        firsts = [at for at in (known.first, tie.first) if at]
        lasts = [at for at in (known.last, tie.last) if at]
        found[tie.said, tie.tone] = replace(
            known, count=known.count + tie.count, first=min(firsts, default=None), last=max(lasts, default=None)
        )
    return found.values()


def _path(left: Node, right: Node) -> str:
    """A curve between two columns; within one column a bow beside it."""
    if left.x == right.x:
        last = left.x + NODE_WIDTH + BOW > WIDTH  # beside the last column there is room on the left alone
        x, bow = (left.x, left.x - BOW) if last else (left.x + NODE_WIDTH, left.x + NODE_WIDTH + BOW)
        return f"M{x:g} {left.middle:g} C{bow:g} {left.middle:g} {bow:g} {right.middle:g} {x:g} {right.middle:g}"
    x1, x2 = left.x + NODE_WIDTH, right.x
    half = (x1 + x2) / 2
    return f"M{x1:g} {left.middle:g} C{half:g} {left.middle:g} {half:g} {right.middle:g} {x2:g} {right.middle:g}"
