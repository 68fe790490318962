"""Which lookups a case needs: a row for each observable and enricher that takes its type, and work for the due ones.

Planning twice is planning once: a lookup that waits, runs or is fresh is left alone. Rows are made before anything is
called, so what is on its way can be seen and a lost call is found again.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from automation.enrichers.protocol import Enricher
from automation.lookups.plugins import enrichers
from automation.models import Lookup
from casebook.models import Case, Observable
from casebook.work.enqueue import enqueue

MOST = 500
"""Observables of one case that are looked up; more than that is a flood, not a case to read."""


def plan(case_id: int, *, anew: bool = False, lane: int | None = None) -> int:
    """How many lookups were sent on their way. ``anew`` asks the fresh ones again too."""
    with transaction.atomic():
        case = Case.objects.filter(pk=case_id).first()
        if case is None:
            return 0
        observables = list(Observable.objects.filter(case_links__case_id=case_id).distinct().order_by("pk")[:MOST])
        wanted = _rows(observables, enrichers())
        Lookup.objects.bulk_create(wanted, ignore_conflicts=True)
        due = _arm([row.pk for row in observables], anew)
        for lookup_id in due:
            enqueue(
                "lookup.perform",
                f"lookup:{lookup_id}",
                team_id=case.team_id,
                lane=lane if lane is not None else 4 - int(case.severity),
            )
        return len(due)


def _rows(observables: list[Observable], plugins: dict[str, Enricher]) -> list[Lookup]:
    """In one order whatever the case, so that two plans that share observables never lock against each other."""
    return [
        Lookup(team_id=observable.team_id, observable=observable, enricher=name, state="new")
        for observable in observables
        for name, plugin in plugins.items()
        if observable.type in plugin.types
    ]


def _arm(observable_ids: list[int], anew: bool) -> list[int]:
    """Set the due ones waiting: new, failed or no longer fresh."""
    settled = Q(state__in=("done", "failed"))
    stale = settled if anew else settled & (Q(stale_after=None) | Q(stale_after__lte=Now()))
    due = list(
        Lookup.objects.select_for_update(skip_locked=True)
        .filter(observable_id__in=observable_ids, enricher__in=enrichers())
        .filter(Q(state="new") | stale)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    Lookup.objects.filter(pk__in=due).update(state="waiting", asked_at=Now())
    return due
