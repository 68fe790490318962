"""What an imported step could be tied to, proposed by its words: detectors, and an expression for a criterion.

Detector ids and what they can do arrive as plain data (``{"D01": {"title": …, "answers": …, "needs": […]}}``): a rule
for a detector that is not among them proposes nothing. A proposed expression is never confirmed: until an author
confirms it, it takes no part in a recommendation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from casebook.playbooks.criterion_expression import propose
from casebook.playbooks.detector_words import spoken_of
from casebook.playbooks.types import Binding, ParsedStep

Capabilities = Mapping[str, Mapping[str, Any]]

ASKED = ("question", "indicator")
"""Sections whose steps detectors answer. A criterion is answered by its expression, the others by people's work."""


def propose_bindings(section: str, text: str, polarity: str, capabilities: Capabilities) -> tuple[Binding, ...]:
    """The detectors whose words the step uses, each once, in the order of their ids; none means *analyst only*."""
    if section not in ASKED:
        return ()
    found: dict[str, Binding] = {}
    for detector, deciding, words in spoken_of(text, polarity, capabilities):
        if detector not in found or (deciding and not found[detector].deciding):
            found[detector] = Binding(detector, deciding, f"speaks of {words}")
    if not any(binding.deciding for binding in found.values()):
        return ()  # support alone could never answer no, so it is too thin to propose
    return tuple(found[detector] for detector in sorted(found))


def with_proposals(steps: tuple[ParsedStep, ...], capabilities: Capabilities) -> tuple[ParsedStep, ...]:
    """The steps of an imported card with bindings and unconfirmed expressions proposed for them."""
    bound = [
        replace(step, bindings=propose_bindings(step.section, step.text, step.polarity, capabilities)) for step in steps
    ]
    asked = tuple(step for step in bound if step.section in ASKED)
    return tuple(_tied(step, asked, capabilities) if step.section == "criterion" else step for step in bound)


def _tied(step: ParsedStep, asked: tuple[ParsedStep, ...], capabilities: Capabilities) -> ParsedStep:
    proposed = propose(step.text, capabilities, asked)
    return replace(step, expression=proposed.expression, expression_rule=proposed.rule) if proposed else step
