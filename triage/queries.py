"""What the T2 desk lists: cases that wait to be accepted, mine, and my colleagues'."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

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
