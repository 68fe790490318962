"""What a step says, by the names our own format gives it. Shared by the formats that can hold all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from casebook.playbooks.export.yaml_text import Flow
from casebook.playbooks.expression import rewrite_steps
from casebook.playbooks.parse.yaml_step import AUTHOR, KNOWN
from casebook.playbooks.polarity import Polarity, propose_polarity, what_yes_means
from casebook.playbooks.types import ParsedStep

_ORDER = (
    "id", "key", "text", "kinds", "action", "targets", "polarity", "polarity_rule", "required", "deciding",
    "supporting", "bound_by", "lookups", "why", "means", "searches", "confirmed", "expression_rule", "expression",
)  # fmt: skip
"""How a step reads best: what it is, how it is answered, why, and what is long at the end."""

Entries = dict[str, Any]


def entries_of(step: ParsedStep, made: str, refs: Mapping[str, str]) -> Entries:
    """What a step says, in the order it reads best, and only where a reader would not find it out by itself.

    The reader's list (`KNOWN`) says what a step of each section may say. Outside questions the section gives the
    polarity, so only another one is said. ``made`` is the key the text gives, ``refs`` each key's short name.
    """
    by_itself = propose_polarity(step.section, "") if step.section != "question" else None
    judged = None if by_itself == Polarity(step.polarity, step.polarity_rule) else step.polarity
    said = {
        "id": refs[step.key],
        "key": step.key if step.key != made else None,
        "polarity": judged,
        "polarity_rule": step.polarity_rule if judged and step.polarity_rule != AUTHOR else None,
        "required": step.required if step.required != (step.section == "question") else None,
        "means": step.means if step.means != what_yes_means(step.section, step.polarity) else None,
        "expression": step.expression and rewrite_steps(step.expression, lambda key: refs.get(key, key)),
    } | {name: say(step) for name, say in _SAID.items()}
    return {name: said[name] for name in _ORDER if name in KNOWN[step.section] and said[name] not in (None, "")}


def _bound(step: ParsedStep, *, deciding: bool) -> Flow | None:
    found = [binding.detector for binding in step.bindings if binding.deciding is deciding]
    return Flow(found) if found else None


def _bound_by(step: ParsedStep) -> dict[str, str] | None:
    """The rules that bound detectors; none for what the author bound."""
    return {one.detector: one.rule for one in step.bindings if one.rule not in ("", AUTHOR)} or None


def _listed(name: str) -> Callable[[ParsedStep], Flow | None]:
    return lambda step: Flow(step.options[name]) if name in step.options else None


_SAID: dict[str, Callable[[ParsedStep], Any]] = {
    "text": lambda step: step.text,
    "deciding": lambda step: _bound(step, deciding=True),
    "supporting": lambda step: _bound(step, deciding=False),
    "bound_by": _bound_by,
    "kinds": _listed("kinds"),
    "targets": _listed("targets"),
    "lookups": _listed("lookups"),
    "action": lambda step: step.options.get("action"),
    "why": lambda step: step.why,
    "searches": lambda step: step.options.get("searches"),
    "confirmed": lambda step: step.confirmed or None,
    "expression_rule": lambda step: step.expression_rule if step.expression else None,
}
