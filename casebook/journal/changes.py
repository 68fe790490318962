"""What changed since a cursor: settled entries only, so that nothing that commits late is ever skipped."""

from __future__ import annotations

import base64
import binascii
import threading
import time
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import connection

from casebook.actor import Actor
from casebook.errors import Invalid

HEAD_AGE_S = 0.5
PAGE = 500


@dataclass(frozen=True, order=True)
class Cursor:
    """A place in the settled order. Opaque outside: base64 of ``epoch.tx.id``."""

    epoch: int
    tx: int
    id: int

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(f"{self.epoch}.{self.tx}.{self.id}".encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Raises Invalid for anything this service did not make."""
        try:
            epoch, tx, entry = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(".")
            place = (int(epoch), int(tx), int(entry))
            if not all(0 <= number < 2**63 for number in place):
                raise ValueError(f"no place: {place}")
            return cls(*place)
        except (ValueError, binascii.Error) as error:
            raise Invalid("That is no cursor of this feed.", errors={"since": ["not a cursor"]}) from error


@dataclass(frozen=True)
class Change:
    """The name of what changed, never its data."""

    verb: str
    case: str | None
    at: datetime


class Head:
    """The newest settled entry, read at most every half second for the whole process.

    Pages ask every two seconds; nearly all answers are "nothing new" and need not load the viewer.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at = 0.0
        self._cursor = Cursor(0, 0, 0)

    def cursor(self) -> Cursor:
        with self._lock:
            if time.monotonic() - self._read_at > HEAD_AGE_S:
                self._cursor = read_head()
                self._read_at = time.monotonic()
            return self._cursor


HEAD = Head()

_HEAD = """
select epoch, tx, id from casebook_journal
 where tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
 order by epoch desc, tx desc, id desc limit 1
"""


# Compared as a row, which is one range of the index; the same with OR reads the whole of it.
_SINCE = """
select epoch, tx, id, verb, case_id, team_id, at from casebook_journal
 where (epoch, tx, id) > (%(epoch)s, %(tx)s, %(id)s)
   and tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
 order by epoch, tx, id limit %(limit)s
"""


def read_head() -> Cursor:
    """The newest settled place, from the database."""
    with connection.cursor() as cursor:
        cursor.execute(_HEAD)
        row = cursor.fetchone()
    return Cursor(*row) if row else Cursor(0, 0, 0)


def since(actor: Actor, cursor: Cursor | None, limit: int = PAGE) -> tuple[Cursor, list[Change]]:
    """The next place and what changed up to it, of the cases and teams the actor may see.

    Without a cursor: the present head and nothing. An entry of another team moves the cursor and shows nothing.
    """
    if cursor is None:
        return read_head(), []
    with connection.cursor() as reader:
        reader.execute(_SINCE, {**asdict(cursor), "limit": limit})
        rows = reader.fetchall()
    teams = actor.teams("case.read")
    changes = [
        Change(verb, f"CB-{case_id}" if case_id else None, at)
        for _, _, _, verb, case_id, team_id, at in rows
        if team_id in teams
    ]
    return (Cursor(*rows[-1][:3]) if rows else cursor), changes
