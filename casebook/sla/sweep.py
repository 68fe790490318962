"""Every fifteen seconds: what time alone has changed. Clocks that came to be at risk or late.

Clock rows another transaction holds are skipped, and taken by the next sweep: so a sweep never waits for a verb.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection

from casebook.actor import Automation
from casebook.journal.record import react
from casebook.sla.measures import MEASURES
from casebook.sla.reckoning import RISK_SHARE
from casebook.sla.words import span_words

BATCH = 2000
"""Rows of one sweep: what is more waits fifteen seconds, and locks are short."""

_BREACHED = """
with late as (
    select id from casebook_clock
     where state in ('running', 'at_risk') and due_at < now()
     order by due_at limit %(batch)s for no key update skip locked
)
update casebook_clock clock set state = 'breached', breached_at = coalesce(clock.breached_at, clock.due_at)
  from late, casebook_case c
 where clock.id = late.id and c.id = clock.case_id
returning clock.id, clock.team_id, clock.case_id, clock.measure, clock.target_s, c.severity
"""
_AT_RISK = """
with soon as (
    select id from casebook_clock
     where state = 'running' and risk_at <= now() and due_at >= now()
     order by due_at limit %(batch)s for no key update skip locked
)
update casebook_clock clock set state = 'at_risk'
  from soon, casebook_case c
 where clock.id = soon.id and c.id = clock.case_id
returning clock.id, clock.team_id, clock.case_id, clock.measure, clock.target_s, c.severity
"""
_SAY = """
insert into casebook_journal (team_id, case_id, verb, subject, actor_kind, actor_name, payload)
select team_id, case_id, %(verb)s, subject, %(kind)s, %(name)s, payload
  from unnest(%(teams)s::bigint[], %(cases)s::bigint[], %(subjects)s::text[], %(payloads)s::jsonb[])
       as said(team_id, case_id, subject, payload)
returning id, team_id, case_id, subject
"""
_ACTOR = Automation("clocks")


def sweep() -> int:
    """Mark what is due, in the caller's transaction. Returns how many clocks it changed."""
    return _mark("clock.breached", _BREACHED) + _mark("clock.at_risk", _AT_RISK)


def _mark(verb: str, statement: str) -> int:
    """Change the clocks, and write one entry each with what follows from it."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"batch": BATCH})
        changed = cursor.fetchall()
        if not changed:
            return 0
        cursor.execute(_SAY, _entries(verb, changed))
        said = cursor.fetchall()
    lanes = {case_id: 4 - severity for _, _, case_id, _, _, severity in changed}
    for entry, team_id, case_id, subject in said:
        react(entry, verb, case_id=case_id, team_id=team_id, lane=lanes[case_id], subject=subject)
    return len(changed)


def _entries(verb: str, changed: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    rows = list(changed)
    return {
        "verb": verb,
        "kind": _ACTOR.kind,
        "name": _ACTOR.name,
        "teams": [row[1] for row in rows],
        "cases": [row[2] for row in rows],
        "subjects": [f"clock:{row[0]}" for row in rows],
        "payloads": [json.dumps(_payload(measure, target_s)) for _, _, _, measure, target_s, _ in rows],
    }


def _payload(measure: str, target_s: int) -> dict[str, Any]:
    return {
        "measure": measure,
        "label": MEASURES[measure].label,
        "target": span_words(target_s),
        "percent": round(100 * RISK_SHARE),
    }
