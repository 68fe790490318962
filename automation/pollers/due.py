"""Which sources are to be asked now."""

from __future__ import annotations

from django.db.models.functions import Now

from automation.models import Poll
from casebook.work.enqueue import enqueue

LANE = 3


def ask() -> int:
    """A sweep: work for every poll whose time has come. One that waits or runs already is asked once."""
    due = Poll.objects.filter(enabled=True, source__enabled=True, next_at__lte=Now()).select_related("source")
    for poll in due.order_by("pk"):
        enqueue("source.poll", f"poll:{poll.pk}", team_id=poll.source.team_id, lane=LANE)
    return len(due)
