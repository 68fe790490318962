"""Of everybody who thinks it is time, one does it: a slot of a schedule is a unique row."""

from __future__ import annotations

from django.db import connection

_TAKE_SLOT = """
insert into casebook_tick (name, slot) values (%s, date_trunc('hour', now())) on conflict (name, slot) do nothing
"""


def first_in_this_hour(name: str) -> bool:
    """True for one caller in each hour of the database's clock; undone with the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_SLOT, [name])
        return cursor.rowcount == 1
