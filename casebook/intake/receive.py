"""Alerts in: one transaction, set-based, nothing that waits for Redis. When this returns, the alert is durable.

The one place exempt from "a verb per write": a case is opened, clocked and journalled by one statement. See
`docs/adr/0004-intake-in-sets.md` for the shapes that were measured.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from django.db import DataError, connection, transaction
from django.db.utils import OperationalError

from casebook.crashpoints import crash_here
from casebook.errors import DomainError, Invalid, Unavailable
from casebook.intake import statements
from casebook.intake.canonical import printable
from casebook.intake.outcome import Outcome
from casebook.intake.passing import Again, Pass
from casebook.intake.prepare import Item, fold
from casebook.intake.sender import Sender
from casebook.work.ring import ring

log = logging.getLogger(__name__)
TRIES = 6
CHUNK = 200
"""Alerts of one transaction: so many are no slower each than more, and hold what they hold for a fraction of a
second."""


def receive(sender: Sender, items: list[Item]) -> dict[int, Outcome]:
    """Store, group and open; returns each item's outcome by its position. Durable before it returns.

    Raises Unavailable when PostgreSQL cannot take it now, and Conflict when no playbook at all is published.
    """
    folded = fold(items)
    for item in folded:
        item.group(sender.grouping_on)
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                outcomes, bells = Pass(sender, folded).run()
                for queue, after_s in bells:
                    transaction.on_commit(partial(ring, queue, after_s))
            crash_here("intake.committed")
            return outcomes
        except Again:
            log.info("intake starts again for %s (try %s)", sender.name, attempt + 1)
        except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure) as error:
            log.warning("intake starts again for %s: %s", sender.name, error)
        except (OperationalError, psycopg.OperationalError) as error:
            connection.close()
            raise Unavailable("The database cannot take alerts now. Nothing was stored; send again.") from error
    raise Unavailable("Too many senders at once for these alerts. Nothing was stored; send again.")


def receive_many(sender: Sender, items: list[Item]) -> tuple[dict[int, Outcome], dict[int, DomainError]]:
    """The same for any number, `CHUNK` to a transaction: outcomes, and refusals of what could not be stored.

    Raises Unavailable as `receive` does; chunks before it stand, and count as repeats when all is sent again.
    """
    outcomes: dict[int, Outcome] = {}
    refused: dict[int, DomainError] = {}
    for start in range(0, len(items), CHUNK):
        chunk = items[start : start + CHUNK]
        try:
            outcomes |= receive(sender, chunk)
        except (DataError, psycopg.DataError) as error:
            log.warning("a chunk from %s could not be stored, now one by one: %s", sender.name, error)
            for item in chunk:
                try:
                    outcomes |= receive(sender, [item])
                except (DataError, psycopg.DataError):
                    refused[item.position] = Invalid("A value of it cannot be stored.", errors={"body": ["a value"]})
    return outcomes, refused


@dataclass(frozen=True)
class Refused:
    """Bytes that could not be taken: why, and where in them."""

    body: bytes
    reason: str
    place: str = ""
    outcome: str = "refused"
    adapter: str = "native"


def refuse(sender: Sender, *refused: Refused) -> None:
    """Keep what could not be taken, with why and where, under its source: all of a request in one commit."""
    rows: list[dict[str, Any]] = [
        {
            "team": sender.team_id, "source": sender.source_id, "body": one.body, "outcome": one.outcome,
            "adapter": one.adapter, "reason": printable(one.reason)[:2000], "place": printable(one.place)[:200],
        }
        for one in refused
    ]  # fmt: skip
    if rows:
        # psycopg's own cursor: Django's writes bytes into the text of the statement, six times their size.
        with transaction.atomic(), connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            for row in rows:
                cursor.execute(statements.REFUSE, row)
