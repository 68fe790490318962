"""Alerts of each source by the minute: counted by the sweep once a minute is over, so that intake counts nothing.

A sender's transaction may commit after its minute: the last few minutes are counted again until they have settled.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Max, Sum
from django.db.models.functions import Now

from casebook.clock import db_now
from casebook.models import Alert, SourceMinute
from casebook.work.tick import first_in_this_hour

SETTLED = timedelta(minutes=5)
KEPT = timedelta(days=30)

# What is newer than the newest settled count, a day at most after a long stand-still of the sweep.
_COUNT = """
insert into casebook_sourceminute (source_id, minute, alerts)
select source_id, date_trunc('minute', received_at), count(*) from casebook_alert
 where received_at >= greatest(
        coalesce((select max(newest.minute) from casebook_source s cross join lateral (
            select minute from casebook_sourceminute where source_id = s.id order by minute desc limit 1) as newest),
            '-infinity') - make_interval(secs => %(settled)s),
        date_trunc('minute', now()) - interval '1 day')
   and received_at < date_trunc('minute', now())
 group by 1, 2
on conflict (source_id, minute) do update set alerts = excluded.alerts
 where casebook_sourceminute.alerts <> excluded.alerts
"""


def count() -> int:
    """A sweep. Returns how many minutes were written. Once an hour the old ones go."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"settled": SETTLED.total_seconds()})
        written = cursor.rowcount
    if first_in_this_hour("sources.minutes"):
        SourceMinute.objects.filter(minute__lt=Now() - KEPT).delete()
    return written


def rate(source_id: int, *, buckets: int, step: timedelta) -> list[tuple[datetime, int]]:
    """``[(beginning, alerts)]`` of the last ``buckets`` stretches of ``step``, oldest first, empty ones as 0."""
    width = int(step.total_seconds())
    now = int(db_now().timestamp()) // width * width
    first = datetime.fromtimestamp(now - (buckets - 1) * width, tz=UTC)
    found = [0] * buckets
    minutes = SourceMinute.objects.filter(source_id=source_id, minute__gte=first).values_list("minute", "alerts")
    for minute, alerts in minutes:
        found[min(int((minute - first).total_seconds()) // width, buckets - 1)] += alerts
    return [(first + place * step, alerts) for place, alerts in enumerate(found)]


def totals(source_ids: Iterable[int], *, since: datetime) -> dict[int, int]:
    """Alerts of each source in the minutes since."""
    rows = SourceMinute.objects.filter(source_id__in=list(source_ids), minute__gte=since).order_by()
    return dict(rows.values_list("source_id").annotate(Sum("alerts")))


def last_seen(source_ids: Iterable[int]) -> dict[int, datetime]:
    """When the newest alert of each source came: to the minute, exact for the last few; none of silent ones."""
    wanted = list(source_ids)
    counted = SourceMinute.objects.filter(source_id__in=wanted, alerts__gt=0).order_by()
    found = dict(counted.values_list("source_id").annotate(Max("minute")))
    fresh = Alert.objects.filter(source_id__in=wanted, received_at__gte=Now() - SETTLED).order_by()
    return found | dict(fresh.values_list("source_id").annotate(Max("received_at")))


def last_alert(source_id: int) -> Alert | None:
    """The newest alert of a source: one of its last minute, for a list of all alerts knows no source's last one."""
    at = last_seen([source_id]).get(source_id)
    if at is None:
        return None
    minute = at.replace(second=0, microsecond=0)
    within = Alert.objects.filter(
        source_id=source_id, received_at__gte=minute, received_at__lt=minute + timedelta(minutes=1)
    )
    return within.order_by("-id").first()
