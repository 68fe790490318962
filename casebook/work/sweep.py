"""Every fifteen seconds: ring queues that have due or abandoned rows, and let each app mend what time has changed."""

from __future__ import annotations

import logging

from django.db import connection, transaction

from casebook.plugins import load, table
from casebook.work.ring import ring

log = logging.getLogger(__name__)

_DUE = """
select queue, count(*) from casebook_work
 where run_after <= now() and (state = 'waiting' or (state = 'running' and lease_until < now()))
 group by queue
"""
HANDS = 4
"""How many workers a queue may have listening: a queue is rung at most this often per sweep."""


def sweep() -> dict[str, int]:
    """Ring what is due; run every sweep of `config/plugins.py`. Returns what each found, by name."""
    found: dict[str, int] = {}
    for path in table("SWEEPS"):
        try:
            with transaction.atomic():
                found[path.rsplit(".", 2)[-2] + "." + path.rsplit(".", 1)[-1]] = load(path)()
        except Exception:  # one room's trouble must not stop the others' clocks
            log.exception("%s failed", path)
    with connection.cursor() as cursor:
        cursor.execute(_DUE)
        due = cursor.fetchall()
    for queue, rows in due:
        found[f"due.{queue}"] = rows
        for _ in range(min(HANDS, rows)):
            ring(queue)
    return found
