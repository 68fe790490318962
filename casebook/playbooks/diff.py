"""Two versions of a card: which step of the new one is which step of the old one, and what changed.

A step's key must survive an edit of its wording: corrections, figures and replay hang on it. Steps are paired inside
their section, first by folded text, then by likeness of wording, the likest pair first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from casebook.playbooks.expression import rewrite_steps
from casebook.playbooks.keys import fold
from casebook.playbooks.types import SECTIONS, ParsedStep

NEAR = 0.7
"""Likeness from which two texts are one step reworded. Two different questions about one subject stay below it."""

_READ = 1000
_COMPARED = (
    "text", "position", "polarity", "required", "why", "means", "bindings", "expression", "confirmed", "options",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepChange:
    """``kind`` is ``same``, ``changed``, ``added`` or ``removed``; ``what`` names the fields that changed."""

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
    kept = [_change(before.get(step.key), step) for step in new]
    gone = [StepChange("removed", step.key, step, None) for step in old if step.key not in after]
    return (*kept, *gone)


def _pairs(section: str, old: Sequence[ParsedStep], new: Sequence[ParsedStep]) -> Iterable[tuple[int, int]]:
    olds = {index: fold(step.text)[:_READ] for index, step in enumerate(old) if step.section == section}
    news = {index: fold(step.text)[:_READ] for index, step in enumerate(new) if step.section == section}
    likeness = sorted(
        (-_likeness(one, other), abs(old_index - new_index), old_index, new_index)
        for old_index, one in olds.items()
        for new_index, other in news.items()
    )
    for minus, _, old_index, new_index in likeness:
        if -minus >= NEAR and old_index in olds and new_index in news:
            del olds[old_index], news[new_index]
            yield old_index, new_index


def _likeness(one: str, other: str) -> float:
    """1 for equal texts; else the mean of likeness by letters in sequence and by shared words."""
    if one == other:
        return 1.0
    words, other_words = set(one.split()), set(other.split())
    shared = len(words & other_words) / max(1, min(len(words), len(other_words)))
    return 0.99 * (SequenceMatcher(None, one, other, autojunk=False).ratio() + shared) / 2


def _free(key: str, taken: set[str]) -> str:
    if key not in taken:
        return key
    stem = key.rpartition("-")[0] if "-" in key else key
    return next(name for number in range(2, len(taken) + 3) if (name := f"{stem}-{number}") not in taken)


def _with_keys(step: ParsedStep, renamed: dict[str, str]) -> ParsedStep:
    expression = step.expression and rewrite_steps(step.expression, lambda key: renamed.get(key, key))
    return replace(step, key=renamed[step.key], expression=expression)


def _change(old: ParsedStep | None, new: ParsedStep) -> StepChange:
    if old is None:
        return StepChange("added", new.key, None, new)
    what = tuple(name for name in _COMPARED if getattr(old, name) != getattr(new, name))
    return StepChange("changed" if what else "same", new.key, old, new, what)
