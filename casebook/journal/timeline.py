"""A case's story: its journal entries as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from casebook.journal.verbs import VERBS, sentence
from casebook.models import Case, Journal


@dataclass(frozen=True)
class Line:
    """One line of a timeline."""

    id: int
    at: datetime
    verb: str
    kind: str
    actor: str
    text: str
    payload: dict[str, Any]


def of_case(case: Case, *, limit: int = 500, newest_first: bool = True) -> Iterator[Line]:
    """The entries of a case as lines."""
    for entry in entries(case).order_by("-id" if newest_first else "id")[:limit]:
        yield line(entry)


def entries(case: Case) -> QuerySet[Journal]:
    """The journal of one case."""
    return Journal.objects.filter(case_id=case.pk)


def line(entry: Journal) -> Line:
    """An entry as people read it."""
    kind = VERBS[entry.verb].kind if entry.verb in VERBS else "other"
    text = sentence(entry.verb, entry.actor_name, entry.payload)
    return Line(entry.id, entry.at, entry.verb, kind, entry.actor_name, text, entry.payload)
