"""Events are a cache and may be deleted at any time: the original makes them anew."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from casebook.models import Case, Evidence
from casebook.models.choices import EvidenceState
from casebook.work.enqueue import enqueue


def read_again(case: Case, gone: Iterable[Evidence], *, lane: int) -> None:
    """Have evidence whose events are gone read again. What follows from reading follows from this."""
    with transaction.atomic():
        for one in gone:
            Evidence.objects.filter(pk=one.pk).update(state=EvidenceState.QUEUED, progress=0)
            enqueue("evidence.read", f"evidence:{one.pk}", team_id=case.team_id, lane=lane)
