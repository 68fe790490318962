from __future__ import annotations

from pathlib import Path

import pytest

from casebook.playbooks.parse.read import parse_file
from casebook.playbooks.types import ParsedCard
from triage.engine.types import BindingView, StepView

CARDS = Path(__file__).resolve().parents[3] / "cards"


class Card:
    """A card of ours as the engine sees it, with its steps by the author's short names."""

    def __init__(self, name: str) -> None:
        parsed = parse_file(CARDS / f"{name}.yaml")
        assert isinstance(parsed, ParsedCard)
        self.keys = {step.ref: step.key for step in parsed.steps}
        self.steps = [
            StepView(
                id=number,
                key=step.key,
                section=step.section,
                position=step.position,
                text=step.text,
                polarity=step.polarity,
                required=step.required,
                bindings=tuple(BindingView(binding.detector, binding.deciding) for binding in step.bindings),
                expression=step.expression,
                confirmed=step.confirmed,
            )
            for number, step in enumerate(parsed.steps, start=1)
        ]


@pytest.fixture(scope="session")
def t1589() -> Card:
    return Card("T1589")


@pytest.fixture(scope="session")
def general() -> Card:
    return Card("general")
