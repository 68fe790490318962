"""What a card becomes before it meets the database: plain, frozen values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

SECTIONS = ("log_source", "indicator", "question", "criterion", "l1_step", "t2_action", "containment")
"""In the order a card gives them."""

MAX_STEPS = 200
"""In one section. No analyst works through more, and pairing two versions costs the product of their numbers."""

MAX_NAME, MAX_TACTIC = 200, 60
"""Characters of a card's name and of each of its tactics."""

POLARITIES = ("suspicious", "benign", "open")

Expression = dict[str, Any]
"""Data of `casebook.playbooks.expression`."""


class CardError(Exception):
    """A card that cannot be taken whole: where, and why. ``str()`` reads ``file:line: reason``."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is no card at all, such as a README: left alone, with the reason."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Binding:
    """A detector that can answer a step.

    A *deciding* one must say no before the step is no; a *supporting* one that lacks its kind of event does not
    stand in the way, but is named. ``rule`` says who bound it, or by which words.
    """

    detector: str
    deciding: bool
    rule: str

    def to_json(self) -> dict[str, Any]:
        return {"detector": self.detector, "deciding": self.deciding, "rule": self.rule}


@dataclass(frozen=True, slots=True)
class ParsedStep:
    """One item of a section.

    ``position`` counts from 1 within the section. ``span`` is where ``text`` stands in the section's cell.
    ``key`` names the step across versions. ``expression_rule`` says by which words an expression was proposed. ``ref``
    is the author's own short name, used only inside one card. ``said`` names the fields that the card states itself,
    where a rule would have proposed them otherwise.
    """

    section: str
    position: int
    text: str
    span: tuple[int, int]
    key: str
    polarity: str = "open"
    polarity_rule: str = ""
    required: bool = False
    why: str = ""
    means: str = ""
    bindings: tuple[Binding, ...] = ()
    expression: Expression | None = None
    expression_rule: str = ""
    confirmed: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    ref: str = ""
    said: frozenset[str] = field(default=frozenset(), compare=False)

    def to_json(self) -> dict[str, Any]:
        """As ``import_playbooks --dry-run`` prints it."""
        return {
            "section": self.section,
            "position": self.position,
            "key": self.key,
            "text": self.text,
            "span": list(self.span),
            "polarity": self.polarity,
            "polarity_rule": self.polarity_rule,
            "required": self.required,
            "bindings": [binding.to_json() for binding in self.bindings],
            "expression": self.expression,
            "expression_rule": self.expression_rule,
            "confirmed": self.confirmed,
        }


@dataclass(frozen=True, slots=True)
class ParsedCard:
    """A whole card. ``technique`` is None for a general card.

    ``techniques`` are its own (``technique`` first); ``also_for`` are others it may serve where they have no card.
    ``sha256`` is over ``text`` in UTF-8; ``cells`` holds each section's text verbatim.
    """

    slug: str
    technique: str | None
    parent: str | None
    techniques: tuple[str, ...]
    tactics: tuple[str, ...]
    name: str
    source_format: str
    text: str
    sha256: str
    steps: tuple[ParsedStep, ...]
    cells: dict[str, str]
    also_for: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """How many steps each section has; every section is named."""
        found = Counter(step.section for step in self.steps)
        return {section: found[section] for section in SECTIONS}
