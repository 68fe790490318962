"""How often an expression proposed for a criterion of our own small cards is one that a person would let stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from casebook.playbooks.assemble import steps_of_cell
from casebook.playbooks.parse.read import KNOWN_BY_WORDS
from casebook.playbooks.propose import with_proposals
from casebook.playbooks.types import Expression, ParsedStep
from tests.casebook.playbooks.criterion_labels import Label, is_sound
from tests.casebook.playbooks.unseen_criteria import CARDS

_POLARITIES = {"+": "suspicious", "-": "benign", "o": "open"}


class Told(NamedTuple):
    text: str
    expression: Expression | None
    label: Label
    rule: str


def told() -> Iterator[Told]:
    for block in CARDS.strip().split("\n\n"):
        lines = [line.split(" ", 1) for line in block.splitlines() if line[0] in _POLARITIES and line[1] == " "]
        asked = tuple(_step("question", at, text, _POLARITIES[mark]) for at, (mark, text) in enumerate(lines, start=1))
        for line in block.splitlines()[len(lines) :]:
            label, text = line.split(" | ", 1)
            *_, criterion = with_proposals((*asked, _step("criterion", 1, text, "suspicious")), KNOWN_BY_WORDS)
            yield Told(text, criterion.expression, _label(label, asked), criterion.expression_rule)


def _step(section: str, position: int, text: str, polarity: str) -> ParsedStep:
    (step,) = steps_of_cell(section, text, ((0, len(text)),))
    return replace(step, position=position, polarity=polarity)


def _label(written: str, asked: tuple[ParsedStep, ...]) -> Label:
    if written == "none":
        return None
    join = "all" if "&" in written else "any"
    conditions = [
        [asked[int(one) - 1].key if one.isdigit() else one for one in condition.strip().split("/")]
        for condition in re.split("[&,]", written)
    ]
    return conditions[0] if len(conditions) == 1 else {join: conditions}


def test_criteria_no_rule_was_written_for() -> None:
    every = list(told())
    proposed = [one for one in every if one.expression]
    wrong = [one for one in proposed if one.expression and not is_sound(one.expression, one.label)]
    assert len(every) > 60
    assert len(wrong) <= 0.05 * len(proposed), wrong
    assert len(proposed) - len(wrong) >= 0.45 * len(every)
