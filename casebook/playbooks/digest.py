"""What lists and matrices show of a version, kept with it, so that a page of playbooks reads no steps.

``{"steps": 27, "questions": [["D01", "D03"], []], "criteria": 3, "executable": 2}``: of each question the detectors
bound to it; which of them exist here may change with every release, so that is asked when the digest is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class _Step(Protocol):
    @property
    def section(self) -> str: ...
    @property
    def bindings(self) -> Any: ...
    @property
    def expression(self) -> Any: ...
    @property
    def confirmed(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Summary:
    """How a version stands: steps, questions, those a detector here can answer, criteria that are executable."""

    steps: int = 0
    questions: int = 0
    automated: int = 0
    criteria: int = 0
    executable: int = 0


def digest_of(steps: Iterable[_Step]) -> dict[str, Any]:
    """The digest of rows or of parsed steps."""
    steps = list(steps)
    criteria = [step for step in steps if step.section == "criterion"]
    return {
        "steps": len(steps),
        "questions": [[_id(one) for one in step.bindings] for step in steps if step.section == "question"],
        "criteria": len(criteria),
        "executable": sum(bool(step.expression and step.confirmed) for step in criteria),
    }


def summary_of(digest: Mapping[str, Any], here: Collection[str]) -> Summary:
    """The digest counted, with the detectors that exist ``here``."""
    questions = digest.get("questions", [])
    return Summary(
        steps=digest.get("steps", 0),
        questions=len(questions),
        automated=sum(any(one in here for one in bound) for bound in questions),
        criteria=digest.get("criteria", 0),
        executable=digest.get("executable", 0),
    )


def _id(binding: Any) -> str:
    """Of a row's binding (plain data) or a parsed one."""
    return str(binding["detector"] if isinstance(binding, Mapping) else binding.detector)
