"""One line a playbook, or one a version: what came of its runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, FloatField, OuterRef, Q, QuerySet, Subquery, Sum

from casebook.reports.sla import Percentiles
from triage.models import Answer, Escalation, Focus, Run
from triage.playbook_report.maths import share
from triage.playbook_report.scope import first_decisions

ASKED = ("question", "indicator")
"""Sections whose steps have answers that a recommendation rests on."""
BY_PLAYBOOK, BY_VERSION = "version__playbook__slug", "version__number"


@dataclass
class Line:
    """``name`` is a slug or a version's number. Abandoned runs count in ``runs`` and ``abandoned`` and nowhere else.

    ``reasons`` says why runs were abandoned. ``verdicts`` are of closed cases. Seconds are of runs with any focus kept.
    """

    name: Any
    runs: int = 0
    abandoned: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    timed: int = 0
    median_s: float | None = None
    p90_s: float | None = None
    answers: int = 0
    unknown: int = 0
    decided: int = 0
    overridden: int = 0
    escalated: int = 0
    returned: int = 0

    @property
    def closed(self) -> int:
        return self.verdicts.total()

    @property
    def unknown_rate(self) -> float | None:
        return share(self.unknown, self.answers)

    @property
    def override_rate(self) -> float | None:
        return share(self.overridden, self.decided)

    @property
    def return_rate(self) -> float | None:
        return share(self.returned, self.escalated)


def lines(found: QuerySet[Run], by: str) -> list[Line]:
    """A line for each playbook (`BY_PLAYBOOK`), most runs first, or version (`BY_VERSION`), newest first. 5 queries."""
    made = _outcomes(found, by)
    kept = found.filter(abandoned_at=None)
    for part in (_times(kept, by), _answers(kept, by), _decisions(kept, by), _escalations(kept, by)):
        for row in part:
            line = made[row.pop("name")]
            for name, value in row.items():
                setattr(line, name, value)
    if by == BY_VERSION:
        return sorted(made.values(), key=lambda line: -line.name)
    return sorted(made.values(), key=lambda line: (-line.runs, line.name))


def _outcomes(found: QuerySet[Run], by: str) -> dict[Any, Line]:
    made: dict[Any, Line] = {}
    gone = Count("pk", filter=Q(abandoned_at__isnull=False))
    rows = found.values(by, "abandoned_reason", "case__verdict").annotate(n=Count("pk"), gone=gone).order_by()
    for row in rows:
        line = made.setdefault(row[by], Line(row[by]))
        line.runs += row["n"]
        line.abandoned += row["gone"]
        if row["gone"]:
            line.reasons[row["abandoned_reason"]] += row["gone"]
        if row["case__verdict"] and row["n"] > row["gone"]:
            line.verdicts[row["case__verdict"]] += row["n"] - row["gone"]
    return made


def _times(kept: QuerySet[Run], by: str) -> Iterable[dict[str, Any]]:
    whole = Focus.objects.filter(run=OuterRef("pk")).order_by().values("run").annotate(s=Sum("seconds")).values("s")
    percentiles = Percentiles("active", output_field=ArrayField(FloatField()))
    timed = kept.annotate(active=Subquery(whole)).filter(active__isnull=False)
    for row in timed.values(by).annotate(n=Count("pk"), both=percentiles).order_by():
        yield {"name": row[by], "timed": row["n"], "median_s": row["both"][0], "p90_s": row["both"][1]}


def _answers(kept: QuerySet[Run], by: str) -> Iterable[dict[str, Any]]:
    # The section stands in the counts: as a condition of the rows it tempts the planner to start from all steps.
    given, asked = Answer.objects.filter(run__in=kept, current=True), Q(step__section__in=ASKED)
    unknown = Count("pk", filter=asked & Q(value="cannot_tell"))
    return _named(given, f"run__{by}", answers=Count("pk", filter=asked), unknown=unknown)


def _decisions(kept: QuerySet[Run], by: str) -> Iterable[dict[str, Any]]:
    overridden = Count("pk", filter=Q(followed=False))
    return _named(first_decisions(kept), f"run__{by}", decided=Count("pk"), overridden=overridden)


def _escalations(kept: QuerySet[Run], by: str) -> Iterable[dict[str, Any]]:
    sent = Escalation.objects.filter(decision__run__in=kept)
    returned = Count("pk", filter=Q(state=Escalation.State.RETURNED))
    return _named(sent, f"decision__run__{by}", escalated=Count("pk"), returned=returned)


def _named(rows: QuerySet[Any], by: str, **wanted: Count) -> Iterable[dict[str, Any]]:
    for row in rows.values(by).annotate(**wanted).order_by():
        yield {"name": row.pop(by), **row}
