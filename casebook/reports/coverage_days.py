"""Past days' alerts, counted once; and how many came since a moment: the counted days, and the rest as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain

from django.db import connection
from django.db.models import Count, Q

from casebook.clock import db_now
from casebook.models import Alert, AlertDay
from casebook.reports.coverage_cells import ALERT_DAYS

Counted = tuple[Sequence[str], int]
"""A list of techniques, and how many alerts have it."""

DAY = timedelta(days=1)
SETTLED = 2 * DAY
"""A day is counted once it began so long ago: a full day after its end."""
AT_ONCE = 4
"""Days counted by one sweep; it comes every few seconds."""

_LOCK = "select pg_advisory_xact_lock(hashtext('casebook.alert_day'))"
_UNCOUNTED = """
select past::date from generate_series(%(first)s::date, %(last)s::date, interval '1 day') past
  left join (select day, count(*) teams from casebook_alertday group by day) counted on counted.day = past::date
 where coalesce(counted.teams, 0) < (select count(*) from casebook_team)
 order by past desc limit %(most)s
"""
_COUNT = """
insert into casebook_alertday (team_id, day, lists)
select team.id, %(day)s, coalesce(jsonb_agg(jsonb_build_array(found.techniques, found.alerts))
                                  filter (where found.alerts is not null), '[]')
  from casebook_team team
  left join (select team_id, techniques, count(*) alerts from casebook_alert
              where received_at >= %(begins)s and received_at < %(ends)s
              group by team_id, techniques) found on found.team_id = team.id
 group by team.id
    on conflict (team_id, day) do nothing
"""
_FORGET = "delete from casebook_alertday where day < %(first)s"


def count_days() -> int:
    """A sweep: count the days of the report's period that are over and not counted yet, the latest first. Returns how
    many were."""
    today = db_now().astimezone(UTC).date()
    first, last = today - timedelta(days=ALERT_DAYS), today - SETTLED
    with connection.cursor() as cursor:
        cursor.execute(_UNCOUNTED, {"first": first, "last": last, "most": AT_ONCE})
        days = [day for (day,) in cursor.fetchall()]
        if days:
            cursor.execute(_LOCK)
            cursor.execute(_FORGET, {"first": first})
        for day in days:
            cursor.execute(_COUNT, {"day": day, "begins": _midnight(day), "ends": _midnight(day + DAY)})
    return len(days)


def since(teams: Iterable[int], moment: datetime) -> Iterator[Counted]:
    """How many alerts of the teams have which list of techniques, of those received from a moment on.

    The same as counting them all; a list may be told several times. Two queries.
    """
    teams = frozenset(teams)
    counted: dict[date, list[list[Counted]]] = {}
    whole = (moment.astimezone(UTC) + DAY - timedelta(microseconds=1)).date()  # the first day that lies in it whole
    for day, lists in AlertDay.objects.filter(team__in=teams, day__gte=whole).values_list("day", "lists"):
        counted.setdefault(day, []).append(lists)
    done = sorted(day for day, of_teams in counted.items() if len(of_teams) == len(teams))
    rest = Alert.objects.filter(_between(done, moment), team__in=teams)
    live = rest.order_by().values_list("techniques").annotate(alerts=Count("pk"))
    days = chain.from_iterable(counted[day] for day in done)
    return chain(((named, alerts) for lists in days for named, alerts in lists), live)


def _between(done: Sequence[date], moment: datetime) -> Q:
    """From ``moment`` on, without the days that are done, which are in order."""
    rest, begins = Q(pk__in=()), moment
    for day in done:
        if (ends := _midnight(day)) > begins:
            rest |= Q(received_at__gte=begins, received_at__lt=ends)
        begins = _midnight(day + DAY)
    return rest | Q(received_at__gte=begins)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
