"""The coverage page over a million alerts of ninety days: the first view in a process, which counts them, and the next.

The alerts are copies of those the demo left behind, spread over the days, with the techniques of a few hundred rules.
"""

from __future__ import annotations

import json
from typing import Any

import psycopg

from bench.client import load
from bench.instance import owner_url
from bench.pages import signed_in
from config.services.throwaway import RunningStack

ALERTS = 1_000_000

_RULES = """
create temporary table rules as
select number, array(select format('T%s', 1000 + (number * 37 + part * 101) % 600)
                       from generate_series(1, number % 4) part)::varchar[] techniques
  from generate_series(1, 400) number
"""
_ALERTS = """
insert into casebook_alert (team_id, source_id, external_id, title, description, severity, tlp, pap, rule_id, rule_name,
    techniques, tactics, assets, link, raw_id, raw_at, received_at, last_seen_at, count, events)
select source.team_id, source.id, 'coverage-' || alert, 'Failed logins', '', 3, 'amber', 'amber', '', '',
       rules.techniques, '{}', '[]', '', 0, moment, moment, moment, 1, 0
  from generate_series(1, %(alerts)s) alert
  join rules on rules.number = 1 + alert %% 400
  cross join (select id, team_id from casebook_source order by id limit 1) source
  cross join lateral (select now() - interval '90 days' * (alert::float / %(alerts)s) moment) stamp
"""
_FIRST_VIEW = """
import json, time
from django.utils import timezone
from accounts.actors import PersonActor
from accounts.models import Person
from casebook.models import Alert, AlertDay
from casebook.reports import coverage_volume
teams = PersonActor(Person.objects.get(username="mara")).teams("playbook.read")
now, began = timezone.now(), time.perf_counter()
volume = coverage_volume.Memory().count(teams, now).volume
took = time.perf_counter() - began
ids = Alert.objects.filter(team__in=teams, received_at__gte=now - coverage_volume.timedelta(days=90))
right = volume.untagged == ids.filter(techniques=[]).count()
print(json.dumps({"count_ms": round(1000 * took), "days_counted": AlertDay.objects.count(), "right": right}))
"""


def measure(stack: RunningStack, *, seconds: float = 5.0) -> dict[str, dict[str, Any]]:
    """Milliseconds: of the count a process makes for its first view, and of the page at one client."""
    with psycopg.connect(owner_url(stack)) as connection:
        connection.execute("alter table casebook_alert disable trigger user")  # not a million times: the days are new
        connection.execute(_RULES)
        connection.execute(_ALERTS, {"alerts": ALERTS})
        connection.execute("delete from casebook_alertday")
    with psycopg.connect(owner_url(stack), autocommit=True) as connection:
        connection.execute("alter table casebook_alert enable trigger user")
        connection.execute("vacuum analyze casebook_alert")
    found = {"no day counted yet": _first_view(stack)}
    while "coverage_days.count_days: 0" not in stack.manage("sweep"):
        pass
    found["days counted"] = _first_view(stack)
    headers = {"Cookie": signed_in(stack, "mara")}
    page = load(stack.url + "/coverage/", make=None, headers=headers, clients=1, seconds=seconds, expect={200})
    found["page"] = {"p50_ms": round(page.p50_ms, 1), "p95_ms": round(page.p95_ms, 1)}
    return found


def _first_view(stack: RunningStack) -> dict[str, Any]:
    said = stack.manage("shell", "-c", _FIRST_VIEW)
    found: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    return found
