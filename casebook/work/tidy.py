"""What has served its time is deleted: done work, answers kept for repeated requests, ticks."""

from __future__ import annotations

from django.db import connection

from casebook.work.tick import first_in_this_hour

# Failed and quarantined rows stay until a person has dealt with them. The journal keeps what was done.
_OLD = (
    "delete from casebook_work where state in ('done', 'cancelled') and finished_at < now() - interval '3 days'",
    "delete from casebook_idempotencykey where at < now() - interval '7 days'",
    "delete from casebook_tick where slot < now() - interval '2 days'",
)


def tidy() -> int:
    """A sweep, effective once an hour. Returns how many rows went."""
    if not first_in_this_hour("tidy"):
        return 0
    gone = 0
    with connection.cursor() as cursor:
        for statement in _OLD:
            cursor.execute(statement)
            gone += cursor.rowcount
    return gone
