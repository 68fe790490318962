"""Deliveries are a log for people, not the record: they go after some weeks."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now

from automation.models import Delivery
from casebook.work.tick import first_in_this_hour

KEPT = timedelta(days=30)


def tidy() -> int:
    """A sweep, effective once an hour. Returns how many rows went; what waits stays, however old."""
    if not first_in_this_hour("webhooks.tidy"):
        return 0
    old = Delivery.objects.exclude(state=Delivery.State.WAITING).filter(planned_at__lt=Now() - KEPT)
    return old.delete()[0]
