"""What the desks list: cases waiting for Tier 2, mine, and returned."""

from __future__ import annotations

from dataclasses import dataclass

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
