"""The one place that changes a case's state, owner, severity or verdict: version, who and when go along."""

from __future__ import annotations

from typing import Any

from casebook.actor import Actor
from casebook.cases import states
from casebook.clock import db_now
from casebook.models import Case


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
