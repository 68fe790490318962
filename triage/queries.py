"""What the desks list: cases waiting for Tier 2, mine, returned; and how cases like these ended before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from casebook.actor import Actor
from casebook.models import Case
from casebook.models.case import CaseQuerySet
from casebook.models.choices import State
from triage.models import Escalation

DESK_MOST = 200


@dataclass(frozen=True)
class Desk:
    """The T2 desk. Waiting ones first, most urgent first; the clocks beside them are `casebook.sla.read`'s."""

    waiting: list[Case]
    mine: list[Case]
    investigating: list[Case]


def desk(actor: Actor) -> Desk:
    """Cases of the actor's T2 teams: to be accepted, investigated by them, investigated by colleagues. Two queries.

    Waiting cases carry ``escalated_by`` and ``escalated_on``, those of the transfer that waits.
    """
    teams = actor.teams("case.accept")
    under_way = list(
        Case.objects.filter(team_id__in=teams, tier="t2", state__in=(State.INVESTIGATING, State.WAITING))
        .select_related("owner", "team", "playbook_version__playbook")
        .order_by("-severity", "escalated_at", "id")[:DESK_MOST]
    )
    return Desk(
        waiting=list(_waiting(teams)[:DESK_MOST]),
        mine=[case for case in under_way if case.owner_id == actor.person_id],
        investigating=[case for case in under_way if case.owner_id != actor.person_id],
    )


def waiting_count(actor: Actor) -> int:
    """How many cases wait to be accepted by one of the actor's teams."""
    return Case.objects.filter(team_id__in=actor.teams("case.accept"), state=State.ESCALATED).count()


def returned_to(actor: Actor) -> QuerySet[Case]:
    """Cases that Tier 2 gave back to this person with a question, the longest waiting first."""
    found = Case.objects.filter(team_id__in=actor.teams("case.work"), owner_id=actor.person_id, state=State.TRIAGE)
    return found.exclude(returned_question="").order_by("changed_at", "id")


def _waiting(teams: frozenset[int]) -> CaseQuerySet:
    transfer = Escalation.objects.filter(case=OuterRef("pk"), state=Escalation.State.WAITING)
    return (
        Case.objects.filter(team_id__in=teams, state=State.ESCALATED)
        .select_related("owner", "team", "playbook_version__playbook")
        .annotate(
            escalated_by=Subquery(transfer.values("by__username")[:1]),
            escalated_on=Subquery(transfer.values("at")[:1]),
        )
        .order_by("-severity", "escalated_on", "id")
    )


# Observables are a team's own, so a shared row is a shared team. Ninety days: older verdicts say little of today's.
_SEEN_BEFORE = """
select mine.case_id, other.verdict, count(distinct other.id)
  from casebook_caseobservable mine
  join casebook_observable what on what.id = mine.observable_id
   and (what.type in ('user', 'host', 'asset') or (what.type = 'ip' and mine.role <> 'target'))
  join casebook_caseobservable theirs on theirs.observable_id = mine.observable_id and theirs.case_id <> mine.case_id
  join casebook_case other on other.id = theirs.case_id
   and other.state = 'closed' and other.closed_at > now() - interval '90 days'
 where mine.case_id = any(%(cases)s)
 group by mine.case_id, other.verdict
"""
VERDICT_WORDS = {
    "true_positive": "true",
    "benign_positive": "benign",
    "false_positive": "false",
    "duplicate": "duplicate",
    "undetermined": "undetermined",
}


def seen_before(case_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """``{case id: {"true": 1, "false": 4}}``: how closed cases with the same user, host or source ended. One query."""
    found: dict[int, dict[str, int]] = {}
    for case_id, verdict, count in _rows(list(case_ids)):
        found.setdefault(case_id, {})[VERDICT_WORDS[verdict]] = count
    return found


def _rows(case_ids: list[int]) -> list[tuple[int, str, int]]:
    if not case_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_SEEN_BEFORE, {"cases": case_ids})
        return cursor.fetchall()
