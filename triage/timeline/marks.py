"""What happened, as marks in lanes on one axis: each a link with a name, so that none needs a mouse. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.timeline.axis import Axis, Stretch, axis

LANES = (
    ("event", "Log events"),
    ("alert", "Alerts"),
    ("analysis", "Analysis"),
    ("decision", "Decisions"),
    ("action", "Containment"),
)
"""From what happened to what was done about it; a lane without a mark is not drawn."""

WIDTH = 1120.0
LABELS = 108.0
LANE = 34.0
TOP = 30.0
SIZE = 13.0
"""Marks nearer than this are one mark that counts."""


@dataclass(frozen=True)
class Happening:
    """Something with a time. ``anchor`` is the id of its row in the table beside; ``pinned`` that somebody chose it."""

    lane: str
    at: datetime
    text: str
    anchor: str
    strong: bool = False
    pinned: bool = False


@dataclass(frozen=True)
class Mark:
    """One mark: a circle, bigger where it stands for several, with the words a reader hears."""

    x: float
    y: float
    r: float
    count: int
    words: str
    anchor: str
    strong: bool
    pinned: bool
    lane: str

    @property
    def base(self) -> float:
        """Where the count inside stands."""
        return self.y + 3.5


@dataclass(frozen=True)
class Lane:
    name: str
    y: float

    @property
    def base(self) -> float:
        return self.y + 4


@dataclass(frozen=True)
class Tick:
    """The label of one end of a stretch: ``end`` of a text that stands left of its place."""

    x: float
    text: str
    anchor: str


@dataclass(frozen=True)
class Break:
    """Time that is left out."""

    x: float
    text: str


@dataclass(frozen=True)
class Picture:
    """All that is drawn, in units of the picture."""

    width: float
    height: float
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    stretches: tuple[Stretch, ...]
    ticks: tuple[Tick, ...]
    breaks: tuple[Break, ...]
    floor: float
    top: float = TOP - 8

    @property
    def tall(self) -> float:
        return self.floor - self.top


Words = Callable[[datetime], str]
Span = Callable[[timedelta], str]


def picture(happenings: Iterable[Happening], *, words: Words, span: Span) -> Picture | None:
    """The picture of these; None where there is nothing to draw. ``words`` and ``span`` say times as the viewer reads
    them."""
    found = sorted(happenings, key=lambda one: (one.at, one.anchor))
    if not found:
        return None
    scale = axis((one.at for one in found), left=LABELS, right=WIDTH - 8)
    used = {one.lane for one in found}
    shown = [(key, name) for key, name in LANES if key in used]
    places = {key: TOP + LANE * (n + 0.5) for n, (key, _) in enumerate(shown)}
    marks = [
        mark
        for key, _ in shown
        for mark in _marks([one for one in found if one.lane == key], scale, places[key], words)
    ]
    floor = TOP + LANE * len(shown)
    return Picture(
        width=WIDTH,
        height=floor + 8,
        lanes=tuple(Lane(name, places[key]) for key, name in shown),
        marks=tuple(marks),
        stretches=scale.stretches,
        ticks=tuple(tick for stretch in scale.stretches for tick in _ticks(stretch, words)),
        breaks=tuple(_breaks(scale, span)),
        floor=floor,
    )


def _marks(found: Sequence[Happening], scale: Axis, y: float, words: Words) -> list[Mark]:
    groups: list[list[Happening]] = []
    for one in found:
        if (
            groups
            and scale.x(one.at) - scale.x(groups[-1][0].at) < SIZE
            and scale.of(one.at) is scale.of(groups[-1][0].at)
        ):
            groups[-1].append(one)
        else:
            groups.append([one])
    return [_mark(group, scale, y, words) for group in groups]


def _mark(group: Sequence[Happening], scale: Axis, y: float, words: Words) -> Mark:
    """One mark for what stands too near to be told apart: it says the most telling of them, and how many more."""
    telling = max(group, key=lambda one: (one.strong, one.pinned))
    more = f", and {len(group) - 1} more until {words(group[-1].at)}" if len(group) > 1 else ""
    return Mark(
        x=scale.x(group[0].at),
        y=y,
        r=min(5.0 + 1.2 * (len(group) - 1) ** 0.5, 9.0),
        count=len(group),
        words=f"{words(telling.at)}: {telling.text}{more}",
        anchor=telling.anchor if len(group) == 1 else group[0].anchor,
        strong=any(one.strong for one in group),
        pinned=any(one.pinned for one in group),
        lane=group[0].lane,
    )


def _ticks(stretch: Stretch, words: Words) -> list[Tick]:
    first = Tick(stretch.left, words(stretch.first), "start")
    if stretch.width < 3.4 * 60 or stretch.first == stretch.last:
        return [first]
    return [first, Tick(stretch.right, words(stretch.last), "end")]


def _breaks(scale: Axis, span: Span) -> list[Break]:
    middles = [(one.left - 22.0, one.gap) for one in scale.stretches if one.gap is not None]
    return [Break(round(x, 1), span(gap)) for x, gap in middles]
