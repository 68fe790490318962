"""Two versions of a card: which step of the new one is which step of the old one, and what changed.

A step's key must survive an edit of its wording: corrections, figures and replay hang on it. Steps are paired inside
their section, first by folded text, then by the key a card gives itself, then by likeness of wording, the likest pair
first.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from casebook.playbooks.expression import rewrite_steps
from casebook.playbooks.keys import fold
from casebook.playbooks.types import SECTIONS, ParsedStep

NEAR = 0.707
"""Likeness from which two texts are one step reworded. Two different questions about one subject stay below it."""

_READ = 1000
_COMPARED = (
    "text", "polarity", "required", "why", "means", "bindings", "expression", "confirmed", "options",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepChange:
    """``kind`` is ``same``, ``changed``, ``added`` or ``removed``; ``what`` names the fields that changed.

    ``position`` is among them only for a step that was moved, not for one that another was put before.
    """

    kind: str
    key: str
    old: ParsedStep | None
    new: ParsedStep | None
    what: tuple[str, ...] = ()


def carry_keys(old: Sequence[ParsedStep], new: Sequence[ParsedStep]) -> tuple[ParsedStep, ...]:
    """The new steps with the keys their counterparts had, in their expressions too. Keys stay unique."""
    paired = {
        new_index: old[old_index].key for section in SECTIONS for old_index, new_index in _pairs(section, old, new)
    }
    taken = set(paired.values())
    renamed: dict[str, str] = {}
    for index, step in enumerate(new):
        renamed[step.key] = paired.get(index) or _free(step.key, taken)
        taken.add(renamed[step.key])
    return tuple(_with_keys(step, renamed) for step in new)


def diff(old: Sequence[ParsedStep], new: Sequence[ParsedStep]) -> tuple[StepChange, ...]:
    """What became of each step, in the new version's order, the removed ones last. Keys are carried over already."""
    before = {step.key: step for step in old}
    after = {step.key for step in new}
    moved = _moved(before, new)
    kept = [_change(before.get(step.key), step, moved=step.key in moved) for step in new]
    gone = [StepChange("removed", step.key, step, None) for step in old if step.key not in after]
    return (*kept, *gone)


def _pairs(section: str, old: Sequence[ParsedStep], new: Sequence[ParsedStep]) -> Iterator[tuple[int, int]]:
    """Old and new places of one step, in three rounds; each leaves less for the next, and the last is the dear one."""
    olds = {index: fold(step.text)[:_READ] for index, step in enumerate(old) if step.section == section}
    news = {index: fold(step.text)[:_READ] for index, step in enumerate(new) if step.section == section}
    both = tuple[int, int]
    equal: Iterable[tuple[float, both]]
    equal = [(1.0, (i, j)) for i, one in olds.items() for j, other in news.items() if one == other]
    yield from _taken(equal, olds, news)
    yield from _taken([(1.0, (i, j)) for i in olds for j in news if old[i].key == new[j].key], olds, news)
    yield from _taken(_alike(olds, news), olds, news)


def _taken(
    found: Iterable[tuple[float, tuple[int, int]]], olds: dict[int, str], news: dict[int, str]
) -> Iterator[tuple[int, int]]:
    """The likest pair first, of equally like ones the nearest; what is taken is out of ``olds`` and ``news``."""
    for _, (i, j) in sorted(found, key=lambda one: (-one[0], abs(one[1][0] - one[1][1]), one[1])):
        if i in olds and j in news:
            del olds[i], news[j]
            yield i, j


def _alike(olds: Mapping[int, str], news: Mapping[int, str]) -> Iterator[tuple[float, tuple[int, int]]]:
    """Pairs that are near enough, with their likeness: the mean of letters in sequence and of shared words.

    Cheap bounds of the first go before it: most pairs are nowhere near.
    """
    words = {i: set(text.split()) for i, text in olds.items()}
    matcher = SequenceMatcher(autojunk=False)
    for j, other in news.items():
        other_words = set(other.split())
        matcher.set_seq2(other)
        for i, one in olds.items():
            shared = len(words[i] & other_words) / max(1, min(len(words[i]), len(other_words)))
            if _mean(1.0, shared) < NEAR:
                continue
            matcher.set_seq1(one)
            if all(_mean(bound(), shared) >= NEAR for bound in (matcher.real_quick_ratio, matcher.quick_ratio)):
                likeness = _mean(matcher.ratio(), shared)
                if likeness >= NEAR:
                    yield likeness, (i, j)


def _mean(letters: float, words: float) -> float:
    return (letters + words) / 2


def _free(key: str, taken: set[str]) -> str:
    if key not in taken:
        return key
    stem = key.rpartition("-")[0] if "-" in key else key
    return next(name for number in range(2, len(taken) + 3) if (name := f"{stem}-{number}") not in taken)


def _with_keys(step: ParsedStep, renamed: dict[str, str]) -> ParsedStep:
    expression = step.expression and rewrite_steps(step.expression, lambda key: renamed.get(key, key))
    return replace(step, key=renamed[step.key], expression=expression)


def _change(old: ParsedStep | None, new: ParsedStep, *, moved: bool) -> StepChange:
    if old is None:
        return StepChange("added", new.key, None, new)
    what = tuple(name for name in _COMPARED if getattr(old, name) != getattr(new, name))
    what = ("position", *what) if moved else what
    return StepChange("changed" if what else "same", new.key, old, new, what)


def _moved(before: Mapping[str, ParsedStep], new: Sequence[ParsedStep]) -> set[str]:
    """The keys of the fewest steps that must have been moved to bring the kept ones into their new order."""
    moved: set[str] = set()
    for section in SECTIONS:
        kept = [step for step in new if step.section == section and step.key in before]
        stayed = _longest_rising([before[step.key].position for step in kept])
        moved |= {step.key for index, step in enumerate(kept) if index not in stayed}
    return moved


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """The places of a longest rising subsequence."""
    ends: list[int] = []
    places: list[int] = []
    before: list[int | None] = []
    for place, number in enumerate(numbers):
        at = bisect_left(ends, number)
        before.append(places[at - 1] if at else None)
        ends[at : at + 1], places[at : at + 1] = [number], [place]
    found: set[int] = set()
    place_now = places[-1] if places else None
    while place_now is not None:
        found.add(place_now)
        place_now = before[place_now]
    return found
