"""Active time for the SLA report: the seconds people had this case's steps in focus."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import IntegerField, OuterRef, Subquery, Sum
from django.db.models.expressions import Combinable

from triage.models import Focus


@dataclass(frozen=True)
class ActiveTime:
    """All runs of a case count, abandoned ones too: the time was spent."""

    measure: str = "active_time"
    label: str = "Active time"
    formula: str = "sum of focused seconds over steps and people"

    def per_case(self) -> Combinable:
        spent = Focus.objects.filter(run__case=OuterRef("pk")).order_by().values("run__case")
        return Subquery(spent.annotate(total=Sum("seconds")).values("total"), output_field=IntegerField())


ACTIVE_TIME = ActiveTime()
