"""The one way anything is recorded: audit trail, timeline, outbox and change feed in one append."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection

from casebook.actor import Actor
from casebook.journal.verbs import VERBS
from casebook.models import Case, Journal
from casebook.plugins import load
from casebook.work.enqueue import enqueue

ENTRY_KINDS = frozenset({"notify", "findings.refresh"})
"""Kinds of work that need the entry itself; all others are about the case."""


def record(
    actor: Actor,
    verb: str,
    subject: object,
    payload: dict[str, Any] | None = None,
    *,
    case: Case | None = None,
    team_id: int | None = None,
) -> Journal:
    """Append one entry, with the work that follows from it, in the caller's transaction.

    ``subject`` is the row the verb is about; a case is its own ``case``. Raises KeyError for a verb that
    `casebook.journal.verbs` does not list, and RuntimeError outside a transaction.
    """
    VERBS[verb]
    if not connection.in_atomic_block:
        raise RuntimeError(f"{verb} must be recorded in the transaction of what it records")
    if case is None and isinstance(subject, Case):
        case = subject
    entry = Journal.objects.create(
        team_id=team_id if team_id is not None else (case.team_id if case else getattr(subject, "team_id", None)),
        case_id=case.pk if case else None,
        verb=verb,
        subject=subject_name(subject),
        actor_kind=actor.kind,
        actor_name=actor.name,
        person_id=actor.person_id,
        token_id=actor.token_id,
        payload=payload or {},
    )
    react(entry.id, verb, case_id=entry.case_id, team_id=entry.team_id, lane=_lane(case), subject=entry.subject)
    return entry


def react(entry_id: int, verb: str, *, case_id: int | None, team_id: int | None, lane: int, subject: str = "") -> None:
    """Write the work that `config/reactions.py` says follows from a verb."""
    for kind in load(settings.CASEBOOK_REACTIONS).get(verb, ()):
        if kind in ENTRY_KINDS:
            about = f"entry:{entry_id}"
        elif kind.startswith("action."):
            about = subject
        else:
            about = f"case:{case_id}"
        enqueue(kind, about, team_id=team_id, lane=lane)


def subject_name(subject: object) -> str:
    """``case:12``, ``action:3``: the kind of thing and its id; a string is taken as it is."""
    if isinstance(subject, str):
        return subject
    return f"{type(subject).__name__.lower()}:{getattr(subject, 'pk', subject)}"


def _lane(case: Case | None) -> int:
    """Critical first, by construction."""
    return 5 if case is None else 4 - int(case.severity)
