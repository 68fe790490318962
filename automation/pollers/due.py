"""Which sources are to be asked now."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now

from automation.models import Poll
from casebook.work.enqueue import enqueue

LANE = 3


def ask() -> int:
    """A sweep: work for every poll whose time has come. Its next time is set at once, so that one that is still being
    asked is not asked a second time behind itself."""
    due = Poll.objects.filter(enabled=True, source__enabled=True, next_at__lte=Now()).select_related("source")
    for poll in due.order_by("pk"):
        Poll.objects.filter(pk=poll.pk).update(next_at=Now() + timedelta(seconds=poll.every_s))
        enqueue("source.poll", f"poll:{poll.pk}", team_id=poll.source.team_id, lane=LANE)
    return len(due)
