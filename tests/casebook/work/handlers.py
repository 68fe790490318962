"""Handlers for the tests' own kinds of work."""

from __future__ import annotations

from casebook.errors import NotFound
from casebook.work.lease import Lease, LostLease, RetryLater

DONE: list[str] = []
ENDINGS = {
    "later": RetryLater("the other side is busy", after_s=90),
    "refused": NotFound("there is no such case"),
    "lost": LostLease("another has it"),
    "broken": ZeroDivisionError("a bug"),
}


def work(lease: Lease) -> None:
    """Ends as its subject says: ``later:1``, ``refused:2``, ``broken:3``; anything else is done."""
    ending = ENDINGS.get(lease.subject.partition(":")[0])
    if ending is not None:
        raise ending
    DONE.append(lease.subject)
