"""The table of an action's states: which verb leads where. UI, API, workers and tests read it. Pure."""

from __future__ import annotations

TABLE: dict[str, dict[str, str]] = {
    "requested": {"approve": "approved", "refuse": "refused", "withdraw": "withdrawn", "lapse": "lapsed"},
    "approved": {"send": "applying", "stop": "refused", "lapse": "lapsed", "rehearse": "failed"},
    "lapsed": {"renew": "requested"},
    "applying": {"applied": "applied", "fail": "failed", "lose": "unknown"},
    "applied": {"verify": "verified", "lose": "unknown", "undo": "undoing", "expire": "undoing"},
    "verified": {"undo": "undoing", "expire": "undoing"},
    "undoing": {"undone": "undone", "undo_fail": "undo_failed", "lose": "unknown"},
    "undo_failed": {"retry": "undoing"},
    "unknown": {"resolve_applied": "applied", "resolve_failed": "failed", "resolve_undone": "undone"},
    "refused": {},
    "withdrawn": {},
    "failed": {},
    "undone": {},
}
"""``stop`` is a guard rail or a right that is gone when the worker looks again; ``rehearse`` ends a dry run, in which
nothing was sent. A failed action is asked for anew, as a new one linked to it. An unknown one is only ever resolved by
a person."""

BY_PEOPLE = ("approve", "refuse", "withdraw", "renew", "undo", "retry", "resolve")
"""Verbs with a route of their own; resolve covers the three ways out of unknown."""
RESOLUTIONS = ("applied", "failed", "undone")


def to(state: str, verb: str) -> str | None:
    """Where a verb leads from a state, or None where the table forbids it."""
    return TABLE[state].get(verb)


def verbs(state: str) -> tuple[str, ...]:
    """What people can do in a state, in the order a page shows it."""
    possible = {verb.split("_")[0] if verb.startswith("resolve_") else verb for verb in TABLE[state]}
    return tuple(verb for verb in BY_PEOPLE if verb in possible)
