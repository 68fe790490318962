"""The one place that changes a case's state, owner, severity or verdict: version, who and when go along."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from casebook.actor import Actor
from casebook.cases import states
from casebook.models import Case


def db_now() -> datetime:
    """The database's clock at the start of this transaction: the only clock instants are read from."""
    with connection.cursor() as cursor:
        cursor.execute("select now()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def change(actor: Actor, case: Case, verb: str, *, by_person: bool = True, **fields: Any) -> None:
    """Write ``fields`` to a locked case. People's changes raise ``version``; what alerts and wake-ups do does not."""
    if fields.get("state", states.CLOSED) != states.CLOSED:  # a closed case stays in the tier that closed it
        fields["tier"] = states.tier(fields["state"], fields.get("waiting_from", case.waiting_from))
    if by_person:
        fields |= {
            "version": case.version + 1,
            "changed_by": actor.name,
            "changed_verb": verb,
            "changed_at": db_now(),
        }
    for name, value in fields.items():
        setattr(case, name, value)
    case.save(update_fields=list(fields))
