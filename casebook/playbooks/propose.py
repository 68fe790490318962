"""What an imported step could be tied to, proposed by its words: detectors, and an expression for a criterion.

Detector ids and what they can do arrive as plain data (``{"D01": {"title": …, "answers": …, "needs": […]}}``): a rule
for a detector that is not among them proposes nothing. A proposed expression is never confirmed: until an author
confirms it, it takes no part in a recommendation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from casebook.playbooks.detector_words import RULES
from casebook.playbooks.types import Binding, ParsedStep

Capabilities = Mapping[str, Mapping[str, Any]]

ASKED = ("question", "indicator")
"""Sections whose steps detectors answer. A criterion is answered by its expression, the others by people's work."""

_LOOKED_UP = ["ip", "domain", "url", "hash"]


def propose_bindings(section: str, text: str, capabilities: Capabilities) -> tuple[Binding, ...]:
    """The detectors whose words the step uses, each once, in the order of their ids."""
    if section not in ASKED:
        return ()
    found: dict[str, Binding] = {}
    for detector, deciding, words in _spoken_of(text, capabilities):
        if detector not in found or (deciding and not found[detector].deciding):
            found[detector] = Binding(detector, deciding, f"speaks of {words}")
    if not any(binding.deciding for binding in found.values()):
        return ()  # support alone could never answer no, so it is too thin to propose
    return tuple(found[detector] for detector in sorted(found))


def propose_expression(text: str, capabilities: Capabilities, asked: Iterable[ParsedStep]) -> dict[str, Any] | None:
    """An ``any`` over the findings and lookups a criterion's words speak of, or None where they speak of none."""
    detectors = dict.fromkeys(detector for detector, _, _ in _spoken_of(text, capabilities))
    judged_at = {binding.detector: step.key for step in reversed(tuple(asked)) for binding in step.bindings}
    atoms: list[dict[str, Any]] = []
    for detector in sorted(detectors):
        at = {"at": judged_at[detector]} if detector in judged_at else {}
        atoms.append({"finding": {"detector": detector, "answer": "yes", **at}})
    if any(rule.detector == "D22" and rule.words_in(text) for rule in RULES):
        atoms.append({"lookup": {"type": _LOOKED_UP, "result": "listed"}})
    return {"any": atoms} if atoms else None


def with_proposals(steps: tuple[ParsedStep, ...], capabilities: Capabilities) -> tuple[ParsedStep, ...]:
    """The steps of an imported card with bindings and unconfirmed expressions proposed for them."""
    bound = [replace(step, bindings=propose_bindings(step.section, step.text, capabilities)) for step in steps]
    asked = [step for step in bound if step.section in ASKED]
    return tuple(
        replace(step, expression=propose_expression(step.text, capabilities, asked))
        if step.section == "criterion"
        else step
        for step in bound
    )


def _spoken_of(text: str, capabilities: Capabilities) -> Iterable[tuple[str, bool, str]]:
    for rule in RULES:
        if rule.detector in capabilities and (words := rule.words_in(text)):
            yield rule.detector, rule.deciding, ", ".join(f"“{word}”" for word in dict.fromkeys(words))
