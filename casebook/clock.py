"""The database's clock: the only one instants are read from."""

from __future__ import annotations

from datetime import datetime

from django.db import connection


def db_now() -> datetime:
    """When this transaction began, says the database."""
    with connection.cursor() as cursor:
        cursor.execute("select now()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]
