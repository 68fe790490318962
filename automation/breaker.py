"""Quota and breaker of an outside system: rows in PostgreSQL, so that every worker sees the same.

Five failures in a row shut it; then one probe each half minute is let through, and one success opens it again. A system
that never failed and has no quota has no row and costs one read.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from automation.models import Supply
from casebook.clock import db_now

SHUT_AFTER = 5
PROBE_S = 30.0
HOUR_S = 3600.0


def shut_for(name: str) -> float:
    """Seconds until the next try, or 0 to go ahead. Going ahead while shut takes the probe's place."""
    kept = Supply.objects.filter(name=name, failures__gte=SHUT_AFTER).first()
    if kept is None:
        return 0.0
    again = Now() + timedelta(seconds=PROBE_S)
    if Supply.objects.filter(pk=kept.pk, open_until__lte=Now()).update(open_until=again):
        return 0.0
    kept.refresh_from_db()
    return max(0.1, (kept.open_until - db_now()).total_seconds()) if kept.open_until else 0.0


def failed(name: str, reason: str) -> None:
    """Count a failure; at the threshold it shuts."""
    Supply.objects.get_or_create(name=name)
    Supply.objects.filter(name=name).update(failures=F("failures") + 1, last_error=reason[:500])
    Supply.objects.filter(name=name, failures__gte=SHUT_AFTER).update(open_until=Now() + timedelta(seconds=PROBE_S))


def succeeded(name: str) -> None:
    """Forget the failures, where there were any."""
    Supply.objects.filter(name=name, failures__gt=0).update(failures=0, open_until=None, last_error="")


def spend(name: str, per_hour: int) -> float:
    """Take one call out of this hour's quota: 0, or the seconds until there is one again."""
    Supply.objects.get_or_create(name=name)
    with transaction.atomic():
        kept = Supply.objects.select_for_update().get(name=name)
        now = db_now()
        left = HOUR_S - (now - kept.hour_at).total_seconds() if kept.hour_at else 0.0
        if left <= 0:
            kept.hour_at, kept.used, left = now, 0, HOUR_S
        if kept.used >= per_hour:
            return left
        kept.used += 1
        kept.save(update_fields=["hour_at", "used"])
        return 0.0
