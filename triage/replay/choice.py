"""Which past cases a replay is over: one decision each, the last that Tier 1 took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from casebook.cases.access import number
from casebook.errors import Invalid
from triage.models import Decision

USUAL_DAYS = 30
MOST_DAYS = 3650
MOST_REFS = 1000


@dataclass(frozen=True)
class Choice:
    """Cases decided from ``since`` up to, not including, ``until``, in ``teams``.

    ``playbook`` is the slug the cases followed, empty for any; ``cases`` are numbers, empty for all.
    """

    teams: frozenset[int]
    since: datetime
    until: datetime
    playbook: str = ""
    cases: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As a job keeps it; `from_json` reads it back."""
        return {
            "teams": sorted(self.teams),
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "playbook": self.playbook,
            "cases": list(self.cases),
        }


def from_json(data: Mapping[str, Any]) -> Choice:
    return Choice(
        teams=frozenset(data["teams"]),
        since=datetime.fromisoformat(data["since"]),
        until=datetime.fromisoformat(data["until"]),
        playbook=data["playbook"],
        cases=tuple(data["cases"]),
    )


def usual(teams: Iterable[int], *, playbook: str = "", days: int = USUAL_DAYS, cases: tuple[int, ...] = ()) -> Choice:
    """The last ``days`` days up to now. Cases that are named count whatever they followed."""
    until = datetime.now(UTC)
    return Choice(frozenset(teams), until - timedelta(days=days), until, "" if cases else playbook, cases)


def numbers(refs: Iterable[str]) -> tuple[int, ...]:
    """The numbers of ``CB-12`` and the like. Raises NotFound for what is no ref, Invalid for too many."""
    found = tuple(dict.fromkeys(number(ref) for ref in refs))
    if len(found) > MOST_REFS:
        raise Invalid(f"{len(found)} cases by name; at most {MOST_REFS}.", errors={"cases": ["too many"]})
    return found


def decisions(choice: Choice) -> QuerySet[Decision]:
    """One decision of each case, in the order of the cases. Those that kept no inputs are among them."""
    found = Decision.objects.filter(team__in=choice.teams, at__gte=choice.since, at__lt=choice.until)
    found = found.filter(Q(inputs__accepted=False) | Q(inputs={}))
    if choice.playbook:
        found = found.filter(run__version__playbook__slug=choice.playbook)
    if choice.cases:
        found = found.filter(case__in=choice.cases)
    return found.order_by("case_id", "-at", "-id").distinct("case_id")
