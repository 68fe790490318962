"""A playbook in words: what a step's bindings and expressions say, and how much of a card the product can answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from casebook.models import PlaybookVersion, Section, Step
from casebook.plugins import table


@dataclass
class Summary:
    """How a version stands: steps, questions, those a detector here can answer, criteria that are executable."""

    steps: int = 0
    questions: int = 0
    automated: int = 0
    criteria: int = 0
    executable: int = 0


@dataclass(frozen=True)
class StepOutline:
    """One step for a reader."""

    step: Step
    bindings: list[dict[str, Any]]
    expression: str


def summaries(versions: Iterable[PlaybookVersion]) -> dict[int, Summary]:
    """Summaries of many versions in one query."""
    here = set(table("DETECTORS"))
    found = {version.pk: Summary() for version in versions}
    for step in Step.objects.filter(version__in=list(found)).only(
        "version_id", "section", "bindings", "expression", "confirmed"
    ):
        summary = found[step.version_id]
        summary.steps += 1
        if step.section == Section.QUESTION:
            summary.questions += 1
            summary.automated += any(binding["detector"] in here for binding in step.bindings)
        elif step.section == Section.CRITERION:
            summary.criteria += 1
            summary.executable += bool(step.expression and step.confirmed)
    return found


def step(one: Step) -> StepOutline:
    """A step with its bindings marked as here or to come, and its expression as a sentence."""
    here = table("DETECTORS")
    bindings = [binding | {"here": binding["detector"] in here} for binding in one.bindings]
    return StepOutline(one, bindings, words(one.expression) if one.expression else "")


def words(expression: dict[str, Any]) -> str:
    """An expression as a reader says it: ``D02 says yes, or D03 says yes``."""
    for joiner, word in (("all", " and "), ("any", " or ")):
        if joiner in expression:
            parts = [words(part) for part in expression[joiner]]
            inner = word.join(f"({part})" if " or " in part or " and " in part else part for part in parts)
            return inner
    if "not" in expression:
        return f"not ({words(expression['not'])})"
    return _atom(expression)


def _atom(atom: dict[str, Any]) -> str:
    if "finding" in atom:
        said = atom["finding"]
        figure = said.get("figure")
        limit = f" with {figure} {said.get('op', '≥')} {said.get('n')}" if figure else ""
        return f"{said.get('detector')} says {said.get('answer')}{limit}"
    if "answer" in atom:
        said = atom["answer"]
        return f"the answer to {said.get('step')} is {said.get('value')}"
    if "lookup" in atom:
        said = atom["lookup"]
        return f"a lookup of {said.get('type')} says {str(said.get('result')).replace('_', ' ')}"
    if "alert" in atom:
        said = atom["alert"]
        return f"the alert's {said.get('field')} {said.get('op')} {said.get('value')}"
    return str(atom)
