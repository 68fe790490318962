"""Two versions of a card as a reader compares them: what became of each step, and which words of it changed. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from casebook.playbooks.clauses import Clause, Names, clause
from casebook.playbooks.diff import StepChange, diff
from casebook.playbooks.keys import fold
from casebook.playbooks.types import SECTIONS, Expression, ParsedStep

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_FIELDS = {"why": "why", "means": "what a yes means"}
_COUNTED = ("added", "removed", "reworded", "moved", "changed")
_RUN_ON = 3
"""So few equal words between two changed ones read better as one change."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text: ``kind`` is ``same``, ``removed`` or ``added``."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said of a step before and after, in words; an empty side was or is not said."""

    name: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class StepDiff:
    """One step. ``kinds`` are of `_COUNTED`, none for a step that stayed the same.

    ``pieces`` is its text with what went and what came; ``prose`` the same for its why and its means. ``rules`` are
    its expression before and after where that changed. ``came_from`` is the section it was moved out of.
    """

    step: ParsedStep
    kinds: tuple[str, ...]
    pieces: tuple[Piece, ...]
    said: tuple[Said, ...] = ()
    prose: tuple[tuple[str, tuple[Piece, ...]], ...] = ()
    rules: tuple[Clause | None, Clause | None] | None = None
    came_from: str = ""


@dataclass(frozen=True)
class Comparison:
    """Every section that has a step in either version, in order; how many steps changed in which way."""

    sections: tuple[tuple[str, tuple[StepDiff, ...]], ...]
    counts: Mapping[str, int]

    @property
    def same(self) -> bool:
        return not any(self.counts.values())

    @property
    def summary(self) -> str:
        """``2 added, 1 reworded``."""
        told = [f"{self.counts[kind]} {kind}" for kind in _COUNTED if self.counts[kind]]
        return ", ".join(told) or "no step changed"


def compare(old: Sequence[ParsedStep], new: Sequence[ParsedStep], names: Names) -> Comparison:
    """What became of each step. Keys are one playbook's; ``names`` gives steps and detectors their words."""
    lines = [_line(change, names) for change in _with_moves(diff(old, new))]
    sections = tuple((name, found) for name in SECTIONS if (found := _section(name, lines)))
    return Comparison(sections, Counter(kind for line in lines for kind in line.kinds))


def words(old: str, new: str) -> tuple[Piece, ...]:
    """A text as stretches of words that stayed, went and came."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in _opcodes(before, after):
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[i1:i2])))
            continue
        pieces += [Piece("removed", "".join(before[i1:i2]))] if i2 > i1 else []
        pieces += [Piece("added", "".join(after[j1:j2]))] if j2 > j1 else []
    return tuple(pieces)


def _opcodes(before: list[str], after: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """As `SequenceMatcher` gives them, with short equal stretches between two changes taken into the change."""
    held: tuple[int, int, int, int] | None = None
    found = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for place, (tag, i1, i2, j1, j2) in enumerate(found):
        between = held is not None and place + 1 < len(found) and i2 - i1 <= _RUN_ON
        if tag == "equal" and not between:
            if held:
                yield ("replace", *held)
            held = None
            yield tag, i1, i2, j1, j2
        else:
            held = (held[0], i2, held[2], j2) if held else (i1, i2, j1, j2)
    if held:
        yield ("replace", *held)


def _with_moves(changes: Sequence[StepChange]) -> Iterator[tuple[StepChange, str]]:
    """Each change, and for a step that left one section and appears in another with the same words: where it was."""
    gone = {fold(one.old.text): one for one in changes if one.kind == "removed" and one.old}
    came = {fold(one.new.text): one for one in changes if one.kind == "added" and one.new}
    for change in changes:
        text = fold((change.new or change.old or _nothing(change)).text)
        if text in gone and text in came and change in (gone[text], came[text]):
            if change is came[text]:
                was = gone[text].old
                yield StepChange("changed", change.key, was, change.new, ("section",)), was.section if was else ""
        else:
            yield change, ""


def _line(found: tuple[StepChange, str], names: Names) -> StepDiff:
    change, came_from = found
    if change.new is None or change.old is None:
        step = change.new or change.old or _nothing(change)
        shown = Piece(change.kind if change.kind in ("added", "removed") else "same", step.text)
        return StepDiff(step, (change.kind,), (shown,), rules=_rules(change, names))
    return StepDiff(
        step=change.new,
        kinds=tuple(_kinds(change)),
        pieces=words(change.old.text, change.new.text),
        said=tuple(_said(change.old, change.new)),
        prose=tuple(
            (title, words(getattr(change.old, name), getattr(change.new, name)))
            for name, title in _FIELDS.items()
            if name in change.what
        ),
        rules=_rules(change, names),
        came_from=came_from,
    )


def _kinds(change: StepChange) -> Iterator[str]:
    if "text" in change.what:
        yield "reworded"
    if {"position", "section"} & set(change.what):
        yield "moved"
    if set(change.what) - {"text", "position", "section"}:
        yield "changed"


def _said(old: ParsedStep, new: ParsedStep) -> Iterator[Said]:
    pairs = {
        "a yes": (old.polarity, new.polarity) if new.section in ("question", "indicator") else ("", ""),
        "required": (_yes(old.required), _yes(new.required)),
        "confirmed": (_yes(old.confirmed), _yes(new.confirmed)),
        "decided by": (_bound(old, deciding=True), _bound(new, deciding=True)),
        "supported by": (_bound(old, deciding=False), _bound(new, deciding=False)),
    }
    for name in sorted({*old.options, *new.options}):
        pairs[name] = (_option(old.options.get(name)), _option(new.options.get(name)))
    for name, (before, after) in pairs.items():
        if before != after:
            yield Said(name, before, after)


def _rules(change: StepChange, names: Names) -> tuple[Clause | None, Clause | None] | None:
    before = change.old.expression if change.old else None
    after = change.new.expression if change.new else None
    if before == after:
        return None
    return _clause(before, names), _clause(after, names)


def _clause(expression: Expression | None, names: Names) -> Clause | None:
    return clause(expression, names) if expression else None


def _bound(step: ParsedStep, *, deciding: bool) -> str:
    return ", ".join(sorted(one.detector for one in step.bindings if one.deciding is deciding))


def _option(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {one}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _section(name: str, lines: Sequence[StepDiff]) -> tuple[StepDiff, ...]:
    return tuple(line for line in lines if line.step.section == name)


def _nothing(change: StepChange) -> ParsedStep:
    raise ValueError(f"a change of {change.key} without a step")
