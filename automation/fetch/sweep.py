"""Fetches nobody is running any more: what a worker left behind, tried too often, comes to an end that is shown."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast, Concat, Now

from automation.models import LogFetch
from casebook.models import Work
from casebook.models.choices import WorkState

LEFT_AFTER = timedelta(minutes=10)
WHY = "The worker that ran it was lost, and others failed as well: try again, or ask an administrator."


def end_lost() -> int:
    """A sweep. Returns how many were ended."""
    subject = Concat(Value("logfetch:"), Cast(OuterRef("pk"), TextField()), output_field=TextField())
    work = Work.objects.filter(kind="log.fetch", subject=subject, state__in=(WorkState.WAITING, WorkState.RUNNING))
    under_way = LogFetch.objects.filter(state__in=(LogFetch.State.WAITING, LogFetch.State.RUNNING))
    lost = under_way.filter(~Exists(work), asked_at__lt=Now() - LEFT_AFTER)
    return lost.update(state=LogFetch.State.FAILED, error=WHY, ended_at=Now())
