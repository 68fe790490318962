"""What came into a queue while its page was open. Told in a bar, so that no row moves under the cursor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from casebook.actor import Actor
from casebook.cases import queue
from casebook.journal.changes import Cursor, since
from casebook.models import Case

ENTERS = frozenset(
    {
        "case.opened", "case.returned", "case.released", "case.reopened", "case.resumed", "case.woken",
        "case.assigned", "case.escalated",
    }
)  # fmt: skip
"""Verbs by which a case can come into a queue it did not stand in."""
MOST_READS = 20


@dataclass(frozen=True)
class News:
    """How many came in, whether any of them stands before all the page shows, and how the queue stands now."""

    count: int
    first: bool
    totals: dict[str, int]

    @property
    def text(self) -> str:
        return f"{self.count} new case{'s' if self.count != 1 else ''}"

    @property
    def detail(self) -> str:
        if not self.first:
            return "none more urgent than what you see"
        return "more urgent than what you see" if self.count == 1 else "the most urgent comes before what you see"


def news(actor: Actor, asked: Mapping[str, str], *, cursor: Cursor, shown: list[int]) -> News:
    """What entered this view of the queue since ``cursor`` and is not among the ``shown`` cases."""
    tier = queue.tier_of(actor)
    scope = queue.scoped(actor, asked)
    fresh = entered(actor, cursor) - set(shown)
    came = list(_ranked(actor, scope, fresh, tier)) if fresh else []
    seen = list(_ranked(actor, scope, shown, tier)[:1])
    first = bool(came) and (not seen or _urgency(came[0]) < _urgency(seen[0]))
    return News(len(came), first, queue.totals(scope, tier))


def entered(actor: Actor, cursor: Cursor) -> set[int]:
    """Cases that may have come into a queue of the actor's since a place in the journal."""
    found: set[int] = set()
    for _ in range(MOST_READS):
        place, changes = since(actor, cursor)
        found |= {int(change.case[3:]) for change in changes if change.case and change.verb in ENTERS}
        if place == cursor:
            break
        cursor = place
    return found


def _ranked(actor: Actor, scope: QuerySet[Case], ids: set[int] | list[int], tier: str) -> QuerySet[Case]:
    return queue.in_urgency_order(actor, scope.filter(pk__in=ids), tier)


def _urgency(case: Case) -> tuple[int, str, int, int]:
    return case.rank, case.due.isoformat(), -case.severity, case.pk  # type: ignore[attr-defined]
