"""What is in force anywhere, what waits for a second person, and what nobody knows: a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case as When
from django.db.models import Count, IntegerField, Q, QuerySet, Value
from django.db.models import When as Then

from automation.containment import around
from automation.containment.cards import ALARMS, Card, card
from automation.containment.kinds import KINDS
from automation.containment.places import Places
from automation.limits import limit
from automation.models import IN_FORCE, Action, ActionState
from casebook.actor import Actor
from casebook.models import Case

SHOWN = 200
RECENT = 30
FILTERS = ("in_force", "waiting", "unknown")


@dataclass(frozen=True)
class Brake:
    """This hour's count of a kind against its limit."""

    noun: str
    used: int
    limit: int


@dataclass(frozen=True)
class Ledger:
    """The page whole. ``alarms`` are unknown or could not be undone; they come first and are in ``rows`` too.

    ``fresh`` counts what would stand here, were the page made anew: it is told, and let in when somebody says so.
    """

    rows: list[Card]
    recent: list[Card]
    counts: dict[str, int]
    brakes: list[Brake]
    alarms: list[Card] = field(default_factory=list)
    more: int = 0
    fresh: int = 0

    @property
    def places(self) -> Places:
        ids = ([one.id for one in cards] for cards in (self.alarms, self.rows, self.recent))
        return Places(*map(tuple, ids))


def of_case(actor: Actor, case: Case) -> list[Card]:
    """A case's actions: alarms, then what waits, then what is in force, then what is over. The case was fetched for
    whoever reads; one query."""
    if not actor.may("action.read", case.team_id):
        return []
    return [card(actor, action) for action in _ordered(_loaded(Action.objects.filter(case=case)))]


def page(actor: Actor, *, show: str = "") -> Ledger:
    """Over all teams whose actions the actor may read. ``show`` narrows to one of FILTERS."""
    mine = Action.objects.visible_to(actor)
    open_ = mine.filter(ended_at=None)
    counts = _counts(open_)
    narrowed = open_.filter(_narrowing(show))
    rows = [card(actor, action) for action in _ordered(_loaded(narrowed))[:SHOWN]]
    recent = _loaded(mine.filter(ended_at__isnull=False)).order_by("-ended_at")[:RECENT]
    return Ledger(
        rows=rows,
        recent=[card(actor, action) for action in recent],
        counts=counts,
        brakes=_brakes(actor),
        alarms=[one for one in rows if one.alarm],
        more=max(0, narrowed.count() - SHOWN) if len(rows) == SHOWN else 0,
    )


def again(actor: Actor, places: Places, *, show: str = "") -> Ledger:
    """A page that is open, asked for again: every action in the place it has, as it stands now. What came since is
    counted and moves nothing."""
    mine = Action.objects.visible_to(actor)
    open_ = mine.filter(ended_at=None)
    shown = {*places.alarms, *places.rows, *places.over}
    cards = {action.pk: card(actor, action) for action in _loaded(mine.filter(pk__in=shown))}
    alarms, rows, over = ([cards[pk] for pk in ids if pk in cards] for ids in (places.alarms, places.rows, places.over))
    return Ledger(
        rows=rows,
        recent=over,
        counts=_counts(open_),
        brakes=_brakes(actor),
        alarms=alarms,
        fresh=open_.filter(_narrowing(show)).exclude(pk__in=places.rows).count(),
    )


def _counts(open_: QuerySet[Action]) -> dict[str, int]:
    found: dict[str, Any] = open_.order_by().aggregate(
        in_force=Count("id", filter=Q(state__in=IN_FORCE)),
        waiting=Count("id", filter=Q(state=ActionState.REQUESTED)),
        unknown=Count("id", filter=Q(state__in=ALARMS)),
    )
    return found


def _narrowing(show: str) -> Q:
    wanted = {
        "in_force": Q(state__in=IN_FORCE),
        "waiting": Q(state=ActionState.REQUESTED),
        "unknown": Q(state__in=ALARMS),
    }
    return wanted.get(show, Q())


def _brakes(actor: Actor) -> list[Brake]:
    """Of every kind that has one. Over several teams the counts add up, and so do the limits."""
    teams = actor.teams("action.read")
    used = around.hour(teams)
    return [
        Brake(kind.noun, used.get(kind.name, 0), int(limit(kind.brake)) * max(1, len(teams)))
        for kind in KINDS.values()
        if kind.brake
    ]


def _loaded(actions: QuerySet[Action]) -> QuerySet[Action]:
    return actions.select_related("connector", "case", "requested_by", "approved_by")


def _ordered(actions: QuerySet[Action]) -> QuerySet[Action]:
    rank = When(
        Then(ended_at__isnull=False, then=Value(3)),
        Then(state__in=ALARMS, then=Value(0)),
        Then(state=ActionState.REQUESTED, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return actions.annotate(rank=rank).order_by("rank", "expires_at", "-id")
