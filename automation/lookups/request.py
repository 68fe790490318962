"""A person asks for a case's lookups again."""

from __future__ import annotations

from django.db import transaction

from automation.lookups.plan import plan
from casebook.actor import Actor
from casebook.cases.access import fetch_for
from casebook.journal.record import record


def request(*, actor: Actor, ref: str) -> int:
    """Send every lookup of the case on its way anew, also the fresh ones. Returns how many."""
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.work")
        count = plan(case.pk, anew=True)
        record(actor, "lookup.asked", case, {"what": f" ({count})", "count": count})
        return count
