"""A playbook for a reader: what answers each step, when a criterion is met, and how much of a card the product does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from casebook.models import Step
from casebook.playbooks.clauses import Clause, Names, clause
from casebook.plugins import table


class _Worded(Protocol):
    """A step, stored or parsed: what an expression calls it, and its words."""

    @property
    def key(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class Bound:
    """A detector of a step. ``here`` is false for one that is not built yet: the step is answered without it."""

    detector: str
    name: str
    deciding: bool
    here: bool
    rule: str


@dataclass(frozen=True)
class StepOutline:
    """One step: its detectors, deciding ones first, and its expression as clauses (None: the analyst answers)."""

    step: Step
    bindings: list[Bound]
    clause: Clause | None


def outlines(steps: list[Step]) -> list[StepOutline]:
    """All steps of a version, in the order given."""
    names = names_of(steps)
    return [_outline(step, names) for step in steps]


def names_of(steps: Iterable[_Worded]) -> Names:
    """What expressions over these steps need to be said in words."""
    texts = {step.key: step.text for step in steps}
    return Names(step=lambda key: texts.get(key, key), detector=name_of, here=table("DETECTORS").__contains__)


def _outline(step: Step, names: Names) -> StepOutline:
    bound = [
        Bound(
            detector=one["detector"],
            name=name_of(one["detector"]),
            deciding=one["deciding"],
            here=names.here(one["detector"]),
            rule=one.get("rule", ""),
        )
        for one in step.bindings
    ]
    bound.sort(key=lambda one: (not one.deciding, one.detector))
    return StepOutline(step, bound, clause(step.expression, names) if step.expression else None)


def name_of(detector: str) -> str:
    """`D05` → `success after failures`, from where the table says it lives: importing it would import what it needs."""
    path = table("DETECTORS").get(detector, "")
    module = path.rpartition(".")[0].rpartition(".")[2]
    return module.partition("_")[2].replace("_", " ")
