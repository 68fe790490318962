"""How cases like these ended before: what a queue's row says under "seen before"."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

# Observables are a team's own, so a shared row is a shared team. Ninety days: older verdicts say little of today's.
_SEEN_BEFORE = """
select mine.case_id, other.verdict, count(distinct other.id)
  from casebook_caseobservable mine
  join casebook_observable what on what.id = mine.observable_id
   and (what.type in ('user', 'host', 'asset') or (what.type = 'ip' and mine.role <> 'target'))
  join casebook_caseobservable theirs on theirs.observable_id = mine.observable_id and theirs.case_id <> mine.case_id
  join casebook_case other on other.id = theirs.case_id
   and other.state = 'closed' and other.closed_at > now() - interval '90 days'
 where mine.case_id = any(%(cases)s)
 group by mine.case_id, other.verdict
"""


def seen_before(case_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """``{case id: {verdict: count}}`` over closed cases with the same user, host or source. One query for a page."""
    asked = list(case_ids)
    found: dict[int, dict[str, int]] = {}
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(_SEEN_BEFORE, {"cases": asked})
            for case_id, verdict, count in cursor.fetchall():
                found.setdefault(case_id, {})[verdict] = count
    return found
