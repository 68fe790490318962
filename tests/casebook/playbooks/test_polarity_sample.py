"""How often the rules say what a person said, on cards by other hands.

Every question of the found cards was labelled by hand before the rules were written. A hash of the file's name says
which cards they were developed on; the other half was only ever measured.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from casebook.playbooks.parse.card import parse_card
from casebook.playbooks.types import POLARITIES, ParsedStep
from tests.casebook.playbooks.conftest import DATA

LABELS = json.loads((DATA / "labels_polarity.json").read_text())
"""``develop`` and ``measure``: step key to polarity. A key is a hash, so that no card's wording stands here."""


def _half_of(file: Path) -> str:
    return "develop" if int(hashlib.sha256(file.name.encode()).hexdigest(), 16) % 2 == 0 else "measure"


def _questions(folder: Path, half: str) -> list[ParsedStep]:
    files = [file for file in sorted(folder.glob("T*.md")) if _half_of(file) == half]
    cards = [parse_card(file.read_text(), file=file.name, capabilities={}) for file in files]
    return [step for card in cards for step in card.steps if step.section == "question"]


@pytest.mark.parametrize("half", ["develop", "measure"])
def test_every_question_has_a_label(found_cards: Path, half: str) -> None:
    assert {step.key for step in _questions(found_cards, half)} == LABELS[half].keys()
    assert set(LABELS[half].values()) == set(POLARITIES)


@pytest.mark.parametrize(("half", "right", "opposite"), [("develop", 0.97, 0.01), ("measure", 0.96, 0.02)])
def test_the_rules_say_what_a_person_said(found_cards: Path, half: str, right: float, opposite: float) -> None:
    """``opposite`` bounds what does harm: suspicious where a person said benign, or the other way round."""
    said = Counter((LABELS[half][step.key], step.polarity) for step in _questions(found_cards, half))
    total = sum(said.values())
    assert sum(n for (label, value), n in said.items() if label == value) >= right * total, said
    assert said["suspicious", "benign"] + said["benign", "suspicious"] <= opposite * total, said


@pytest.mark.parametrize("half", ["develop", "measure"])
def test_every_rule_is_a_sentence(found_cards: Path, half: str) -> None:
    for step in _questions(found_cards, half):
        assert step.polarity_rule.startswith(("asks ", "offers ", "no word ")), step.polarity_rule
        assert len(step.polarity_rule) <= 200
