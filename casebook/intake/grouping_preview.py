"""What another grouping would have made of the alerts of the last days: how many cases, and the largest of them.

Alerts are put into sessions as intake does it: by key, a new case wherever the one before lies further back than the
window. Closing is left out, for it was done to the cases there were. One statement, without a row leaving the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from casebook.actor import Actor
from casebook.errors import Invalid, NotFound
from casebook.models import Source

READ = "source.read"
LARGEST = 10
MOST_DAYS = 90

# What `casebook.intake.grouping_key.RECIPES` puts into a key, in SQL; a test holds them together.
KEYS = {
    "rule_entity": "coalesce(nullif(rule_id, ''), nullif(rule_name, ''), title) || e'\\x1e' || entity",
    "rule": "coalesce(nullif(rule_id, ''), nullif(rule_name, ''), title)",
    "entity": "case when entity <> '' then e'\\x1e' || entity"
    " else coalesce(nullif(rule_id, ''), nullif(rule_name, ''), title) end",
    "title_entity": "title || e'\\x1e' || entity",
    "alert": "id::text",
}

_PREVIEW = """
with keyed as (
    select id, case_id, received_at, ({key}) collate "C" as key from casebook_alert
     where source_id = %(source)s and received_at >= now() - %(since)s),
stepped as (
    select id, key, received_at, case when received_at - lag(received_at) over of_key <= %(window)s then 0 else 1 end
        as opens
      from keyed window of_key as (partition by key order by received_at, id)),
numbered as (
    select id, key, received_at, sum(opens) over (partition by key order by received_at, id) as session from stepped),
grouped as (
    select key, session, count(*) as alerts, min(received_at) as first, max(received_at) as last, min(id) as opener
      from numbered group by key, session),
largest as (
    select grouped.*, row_number() over (order by alerts desc, opener) as place from grouped)
select (select count(*) from keyed), (select count(*) from grouped),
       (select count(*) from (select distinct case_id from keyed where case_id is not null) as present),
       l.alerts, l.first, l.last, a.title, a.entity
  from (select 1) as always
  left join largest l on l.place <= %(largest)s
  left join casebook_alert a on a.id = l.opener
 order by l.place
"""
_STATEMENTS = {on: _PREVIEW.replace("{key}", key) for on, key in KEYS.items()}


@dataclass(frozen=True)
class Group:
    """One case there would have been: named by its first alert, with the main entity of that."""

    title: str
    entity: str
    alerts: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Preview:
    """``alerts`` would have been ``cases``, and are ``cases_now``; ``largest`` are the ten with the most alerts."""

    alerts: int
    cases: int
    cases_now: int
    largest: list[Group]


def preview(*, actor: Actor, source_slug: str, on: str, window: timedelta, days: int = 7) -> Preview:
    """The alerts of a source's last ``days`` under another policy. Raises Invalid, NotFound."""
    source = Source.objects.filter(slug=source_slug, team__in=actor.teams(READ)).first()
    if source is None:
        raise NotFound("There is no such source that you may see.")
    if on not in KEYS:
        raise Invalid("Choose what to group on.", errors={"grouping_on": [f"one of {', '.join(KEYS)}"]})
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("Choose how far to look back.", errors={"days": [f"1 to {MOST_DAYS}"]})
    if window <= timedelta():
        raise Invalid("A window has a length.", errors={"grouping_window": ["more than nothing"]})
    values: dict[str, Any] = {
        "source": source.pk, "since": timedelta(days=days), "window": window, "largest": LARGEST,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENTS[on], values)
        rows = cursor.fetchall()
    groups = [
        Group(title, entity, alerts, first, last) for _, _, _, alerts, first, last, title, entity in rows if alerts
    ]
    return Preview(alerts=rows[0][0], cases=rows[0][1], cases_now=rows[0][2], largest=groups)
