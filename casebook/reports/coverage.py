"""Coverage: technique by technique, what playbook serves it, how much of it runs by itself, and how often it is needed.

Four queries and the tables in memory: the epoch, the published playbooks with their digests, the days whose alerts are
counted, and the alerts of the rest.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from casebook.actor import Actor
from casebook.attack import read
from casebook.models import PlaybookVersion
from casebook.playbooks.digest import summary_of
from casebook.plugins import table
from casebook.reports import coverage_volume
from casebook.reports.coverage_cells import Book, Coverage, coverage_of

FIELDS = (
    "number", "name", "technique", "techniques", "also_for", "digest", "reviewed_at", "published_at", "playbook__slug",
    "playbook__team__name",
)  # fmt: skip


def coverage(actor: Actor) -> Coverage:
    """The matrix as the actor's teams have it: shared playbooks and their own, and their alerts."""
    now = timezone.now()
    teams = actor.teams("playbook.read")
    counted = coverage_volume.MEMORY.count(teams, now)
    return coverage_of(read.attack(), _books(teams), counted.volume, now=now, counted_at=counted.at)


def _books(teams: Iterable[int]) -> list[Book]:
    """Published playbooks in the order in which matching prefers them: a team's own, then the oldest."""
    usable = Q(playbook__team=None) | Q(playbook__team__in=teams)
    found = PlaybookVersion.objects.filter(usable, state=PlaybookVersion.State.PUBLISHED)
    rows = found.select_related("playbook__team").only(*FIELDS)
    here = frozenset(table("DETECTORS"))
    books = [_book(row, here) for row in rows]
    return sorted(books, key=lambda book: (book.team is None, book.playbook_id))


def _book(row: PlaybookVersion, here: frozenset[str]) -> Book:
    return Book(
        playbook_id=row.playbook_id,
        slug=row.playbook.slug,
        name=row.name,
        version=row.number,
        team=row.playbook.team.name if row.playbook.team else None,
        techniques=tuple(dict.fromkeys(filter(None, (row.technique, *row.techniques)))),
        also_for=tuple(row.also_for),
        summary=summary_of(row.digest, here),
        reviewed_at=row.reviewed_at or row.published_at,
    )
