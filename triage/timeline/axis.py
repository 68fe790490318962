"""A line of time that leaves out what is empty. Pure.

What happened in a log and what people did about it often lie months apart, and each within minutes. Drawn to one scale
there would be two dots. So stretches with something in them get room for what they hold, and what lies between two of
them is drawn as a break that says how long it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

STRETCHES = 6
"""At most so many stretches: of more gaps than that the longest are left out."""

QUIET = timedelta(hours=2)
"""A gap is left out only from this length on."""

FACTOR = 4
"""… and only where it is so many times the time that something happened in."""

BREAK = 44.0
NARROWEST = 60.0
SHORTEST = timedelta(seconds=1)


@dataclass(frozen=True)
class Stretch:
    """A part of time with something in it, and where it is drawn. ``gap`` is what is left out before it."""

    first: datetime
    last: datetime
    left: float
    width: float
    gap: timedelta | None

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def span(self) -> timedelta:
        return max(self.last - self.first, SHORTEST)

    def x(self, at: datetime) -> float:
        """Where an instant of this stretch is drawn; the ends are drawn a little inside."""
        share = (at - self.first) / self.span if self.last > self.first else 0.5
        return round(self.left + self.width * (0.03 + 0.94 * share), 1)


@dataclass(frozen=True)
class Axis:
    """All stretches from left to right."""

    stretches: tuple[Stretch, ...]

    def x(self, at: datetime) -> float:
        """Where an instant is drawn. It is one of those the axis was made of, or lies between two of one stretch."""
        return self.of(at).x(at)

    def of(self, at: datetime) -> Stretch:
        return next((one for one in self.stretches if at <= one.last), self.stretches[-1])


def axis(times: Iterable[datetime], *, left: float, right: float) -> Axis:
    """The axis for these instants between two edges. Raises ValueError for none."""
    ordered = sorted(set(times))
    if not ordered:
        raise ValueError("an axis needs an instant")
    groups = _groups(ordered)
    room = right - left - BREAK * (len(groups) - 1)
    widths = _widths([len(group) for group in groups], room)
    found: list[Stretch] = []
    at = left
    for group, width in zip(groups, widths, strict=True):
        gap = group[0] - found[-1].last if found else None
        found.append(Stretch(group[0], group[-1], round(at, 1), round(width, 1), gap))
        at += width + BREAK
    return Axis(tuple(found))


def _groups(ordered: Sequence[datetime]) -> list[list[datetime]]:
    """Cut where nothing happened for long, at the longest gaps first."""
    gaps = sorted(((after - before, before) for before, after in pairwise(ordered)), reverse=True)
    cuts: set[datetime] = set()
    left = ordered[-1] - ordered[0]
    for gap, before in gaps[: STRETCHES - 1]:
        left -= gap  # the time in which something happens, were this gap left out
        if gap >= QUIET and gap >= FACTOR * left / (len(cuts) + 2):
            cuts.add(before)
    groups: list[list[datetime]] = [[]]
    for at in ordered:
        groups[-1].append(at)
        if at in cuts:
            groups.append([])
    return groups


def _widths(counts: Sequence[int], room: float) -> list[float]:
    """Room by how much each holds, the least of them still to be read; together exactly all there is."""
    weights = [count**0.5 for count in counts]
    spare = max(0.0, room - NARROWEST * len(counts))
    return [min(NARROWEST, room / len(counts)) + spare * weight / sum(weights) for weight in weights]
