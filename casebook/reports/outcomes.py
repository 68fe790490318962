"""What a case counts as in each measure: one expression and one condition each, used by figures and by lists of cases
alike, so that a figure opens exactly the cases it counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from casebook.models import Case
from casebook.reports.sections import sections
from casebook.sla.measures import MEASURES, MeasureOf

OUTCOMES: dict[str, str] = {
    "measured": "its stretch has ended and was measured",
    "met": "its target was met",
    "missed": "its target was missed, or has passed while it still runs",
    "ended": "its target was met or missed",
    "running": "it still runs within its target",
    "overdue": "it still runs past its target",
    "open": "it has begun and not ended",
    "skewed": "it ended before it began: a clock of the sender is wrong",
}
"""What a list of cases may be asked for, and what that means."""


@dataclass(frozen=True)
class Reported:
    """A measure as the report reckons it: its name, formula, value per case, and the conditions of its outcomes.

    An outcome that has no condition here never happens: a measure without a target is never met.
    """

    key: str
    label: str
    formula: str
    has_target: bool
    value: Combinable
    zero: Any
    conditions: Mapping[str, Q]

    @property
    def span(self) -> str:
        """The annotation's name."""
        return f"{self.key}_span"


def reported() -> list[Reported]:
    """Every measure, those of upper apps last."""
    ours = [_measured(measure) for measure in MEASURES.values()]
    theirs = [
        Reported(
            section.measure,
            section.label,
            section.formula,
            False,
            section.per_case(),
            0,
            _conditions(f"{section.measure}_span", 0),
        )
        for section in sections()
    ]
    return ours + theirs


def annotated(cases: QuerySet[Case], measures: list[Reported]) -> QuerySet[Case]:
    """The cases with each measure's value, and its clock where it has one."""
    clocks = {
        f"{measure.key}_clock": FilteredRelation("clocks", condition=Q(clocks__measure=measure.key))
        for measure in measures
        if measure.has_target
    }
    return cases.annotate(**clocks, **{measure.span: measure.value for measure in measures})


def _measured(measure: MeasureOf) -> Reported:
    ends = [F(f"{end}_at") for end in measure.ends]
    end = Coalesce(*ends) if len(ends) > 1 else ends[0]
    conditions = _conditions(f"{measure.key}_span", timedelta())
    if measure.has_clock:
        conditions |= _by_clock(f"{measure.key}_clock")
    elif measure.censors:
        begun = Q(**{f"{measure.starts}_at__isnull": False, f"{measure.ends[0]}_at__isnull": True})
        conditions |= {"open": begun & ~Q(state="closed")}
    return Reported(
        measure.key,
        measure.label,
        measure.formula,
        measure.has_clock,
        end - F(f"{measure.starts}_at"),
        timedelta(),
        conditions,
    )


def _conditions(span: str, zero: Any) -> dict[str, Q]:
    """Of a measure without a target: it was measured, or the sender's clock is wrong."""
    return {"measured": Q(**{f"{span}__gte": zero}), "skewed": Q(**{f"{span}__lt": zero})}


def _by_clock(clock: str) -> dict[str, Q]:
    """A breach is sticky: a clock that still runs past its target can only end missed, so it counts as missed now."""
    goes = Q(**{f"{clock}__isnull": False, f"{clock}__stopped_at__isnull": True})
    late = Q(**{f"{clock}__breached_at__isnull": False})
    met, missed = Q(**{f"{clock}__state": "met"}), Q(**{f"{clock}__state": "missed"})
    return {
        "met": met,
        "missed": missed | (goes & late),
        "ended": met | missed | (goes & late),
        "running": goes & Q(**{f"{clock}__breached_at__isnull": True}),
        "overdue": goes & late,
        "open": goes,
    }
