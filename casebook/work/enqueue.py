"""Ask for work: a row in the caller's transaction, and a bell after commit, when the row is due."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection, transaction

from casebook.plugins import table
from casebook.work.ring import ring

# At most one waiting row per kind and subject: asking again brings an existing one forward, and while one runs,
# a new one waits behind it, so that nothing asked for during a run is lost.
_ENQUEUE = """
insert into casebook_work
    (kind, queue, subject, team_id, lane, state, payload, run_after, attempt, fence, progress, error)
values (%(kind)s, %(queue)s, %(subject)s, %(team)s, %(lane)s, 'waiting', %(payload)s,
        now() + make_interval(secs => %(delay)s), 0, 0, 0, '')
on conflict (kind, subject) where state = 'waiting'
do update set run_after = least(casebook_work.run_after, excluded.run_after),
              lane = least(casebook_work.lane, excluded.lane), payload = excluded.payload
"""


def enqueue(
    kind: str,
    subject: str,
    *,
    team_id: int | None,
    lane: int = 5,
    delay_s: float = 0,
    payload: dict[str, Any] | None = None,
) -> None:
    """One row of ``kind`` (`config/plugins.py` WORK) about ``subject`` (``case:12``). Raises KeyError for no kind."""
    queue = table("WORK")[kind]["queue"]
    with connection.cursor() as cursor:
        cursor.execute(
            _ENQUEUE,
            {
                "kind": kind,
                "queue": queue,
                "subject": subject,
                "team": team_id,
                "lane": max(0, min(9, lane)),
                "payload": json.dumps(payload or {}),
                "delay": delay_s,
            },
        )
    transaction.on_commit(lambda: ring(queue, delay_s))
