"""What a source sent that became no alert: refused, or kept because it was not understood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.db.models.functions import Length, Now

from casebook.errors import NotFound
from casebook.models import RawBody, Source

REFUSED, NOT_UNDERSTOOD, REPROCESSED = "refused", "not_understood", "reprocessed"
SHOWN_REASONS = 20


@dataclass(frozen=True)
class Reason:
    """One reason with how often it was met and when last."""

    outcome: str
    reason: str
    times: int
    last: datetime


def reasons(source: Source, *, within: timedelta) -> list[Reason]:
    """Why bodies of the last ``within`` became no alert, the most frequent first."""
    rows = _bodies(source).filter(at__gte=Now() - within, outcome__in=(REFUSED, NOT_UNDERSTOOD)).order_by()
    found = rows.values("outcome", "reason").annotate(times=Count("id"), last=Max("at")).order_by("-times", "-last")
    return [Reason(**row) for row in found[:SHOWN_REASONS]]


def bodies(source: Source, *, outcome: str = "", before: int | None = None) -> QuerySet[RawBody]:
    """Newest first, without the bytes themselves; ``size`` is how many there are. ``before`` is a raw body's id."""
    rows = _bodies(source).filter(outcome=outcome) if outcome else _bodies(source)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return rows.defer("body").annotate(size=Length("body")).order_by("-id")


def body(source: Source, raw_id: int) -> RawBody:
    """One of them, with its bytes. Raises NotFound."""
    found = _bodies(source).filter(id=raw_id).first()
    if found is None:
        raise NotFound
    return found


def waiting(sources: Any) -> dict[int, int]:
    """How many bodies of each source were not understood and still wait."""
    rows = RawBody.objects.filter(source_id__in=[one.pk for one in sources], outcome=NOT_UNDERSTOOD).order_by()
    return dict(rows.values_list("source_id").annotate(Count("id")))


def _bodies(source: Source) -> QuerySet[RawBody]:
    return RawBody.objects.filter(source_id=source.pk).exclude(outcome="understood")
