"""Attainment by day as the shapes of a line chart, drawn on the server. Pure: figures in, coordinates out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT = 700, 190
LEFT, RIGHT, TOP, BOTTOM = 34, 10, 16, 28
TICKS = 4
FLOORS = (0.8, 0.6, 0.2, 0.0)
"""Where the scale may begin: those that four even steps lead from to 100 through round numbers."""
MOST_LABELS = 6


@dataclass(frozen=True)
class Point:
    """One day of one line. ``words`` is what a reader hears."""

    x: float
    y: float
    day: str
    share: float
    met: int
    ended: int

    @property
    def words(self) -> str:
        return f"{self.day}: {100 * self.share:.1f} %, {self.met} of {self.ended}"


@dataclass(frozen=True)
class Line:
    """``paths`` are SVG path data, one for each run of days without a gap: a day without targets is no zero."""

    measure: str
    label: str
    points: list[Point]
    paths: list[str]


@dataclass(frozen=True)
class Tick:
    """A label of an axis and where it stands."""

    at: float
    text: str


@dataclass(frozen=True)
class Chart:
    """Everything the template draws, in units of a ``width`` × ``height`` picture."""

    lines: list[Line]
    levels: list[Tick]
    days: list[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


Share = tuple[int, int]
"""(targets met, targets ended) of one day."""


def draw(first: date, last: date, series: Sequence[tuple[str, str, Mapping[date, Share]]]) -> Chart:
    """``series`` are (measure, label, shares by day). The scale begins at the highest floor no share lies below."""
    shares = [met / ended for _, _, days in series for met, ended in days.values() if ended]
    floor = next(floor for floor in FLOORS if floor <= min(shares, default=0.0))
    lines = [_line(measure, label, days, first, last, floor) for measure, label, days in series]
    levels = [_level(floor + (1 - floor) * step / TICKS, floor) for step in range(TICKS, -1, -1)]
    return Chart([line for line in lines if line.points], levels, _days(first, last))


def _line(measure: str, label: str, days: Mapping[date, Share], first: date, last: date, floor: float) -> Line:
    points: list[Point] = []
    paths: list[str] = []
    before: date | None = None
    for day, (met, ended) in sorted(days.items()):
        if not ended:
            continue
        share = met / ended
        point = Point(_x(day, first, last), _y(share, floor), day.isoformat(), share, met, ended)
        joined = before is not None and day - before == timedelta(days=1)
        if joined:
            paths[-1] += f" L{point.x} {point.y}"
        else:
            paths.append(f"M{point.x} {point.y}")
        points.append(point)
        before = day
    return Line(measure, label, points, [path for path in paths if "L" in path])


def _x(day: date, first: date, last: date) -> float:
    span = max((last - first).days, 1)
    return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / span, 1)


def _y(share: float, floor: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share) / (1 - floor), 1)


def _level(share: float, floor: float) -> Tick:
    return Tick(_y(share, floor), f"{100 * share:.0f}")


def _days(first: date, last: date) -> list[Tick]:
    """At most six labels, evenly, the first and the last among them."""
    span = (last - first).days
    steps = min(span, MOST_LABELS - 1) or 1
    days = sorted({first + timedelta(days=round(span * step / steps)) for step in range(steps + 1)})
    return [Tick(_x(day, first, last), f"{day.day} {day:%b}") for day in days]
