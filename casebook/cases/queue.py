"""The queue's order and what each row tells.

Most urgent first: returned to me; then critical; then by the next unmet clock of the viewer's tier. What has been late
for long sinks into a counted band below, so that a fresh critical is never buried under forty late lows.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db.models import Case as Choose
from django.db.models import Count, DateTimeField, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Now

from casebook.actor import Actor
from casebook.cases import queries
from casebook.cases.seen_before import seen_before
from casebook.errors import Invalid
from casebook.models import OPEN_STATES, Case, Clock, Severity
from casebook.sla.measures import of_tier
from casebook.sla.read import Watch, watched

LONG_LATE = timedelta(hours=8)
"""A case later than this, and not critical, stands in the band below."""
RETURNED, CRITICAL, NEXT, LATE = 0, 1, 2, 3
FAR = datetime(9000, 1, 1, tzinfo=UTC)
"""When a case without a running clock is due: after all others."""
UNMET = ("running", "at_risk", "breached")


@dataclass(frozen=True)
class Row:
    """A case as a row: with its clocks and what was seen before."""

    case: Case
    watch: Watch
    seen: dict[str, int]

    @property
    def late(self) -> bool:
        """Whether it stands in the band below."""
        return bool(self.case.rank == LATE)  # type: ignore[attr-defined]  # annotated by in_urgency_order

    @property
    def why_first(self) -> str:
        """Why the row stands above more severe ones, where it does."""
        return "with a question: first" if self.case.rank == RETURNED else ""  # type: ignore[attr-defined]

    @property
    def seen_true(self) -> int:
        return self.seen.get("true_positive", 0)

    @property
    def seen_false(self) -> int:
        return self.seen.get("false_positive", 0) + self.seen.get("benign_positive", 0)


@dataclass(frozen=True)
class View:
    """One page of the queue. ``next`` is the place to go on from, or None."""

    rows: list[Row]
    next: str | None
    totals: dict[str, int] = field(default_factory=dict)


def view(actor: Actor, asked: Mapping[str, str], *, limit: int) -> View:
    """A page of the queue: open cases, mine and unassigned, unless ``asked`` says otherwise."""
    cases = scoped(actor, asked)
    tier = tier_of(actor)
    ranked = in_urgency_order(actor, cases, tier)
    if after := asked.get("after"):
        ranked = _after(ranked, after)
    page = list(queries.rows(ranked)[: limit + 1])
    shown = page[:limit]
    clocks = watched(shown, tier)
    seen = seen_before([case.pk for case in shown])
    rows = [Row(case, clocks.get(case.pk, Watch()), seen.get(case.pk, {})) for case in shown]
    return View(rows, _place(shown[-1]) if len(page) > limit else None, totals(cases, tier))


def scoped(actor: Actor, asked: Mapping[str, str]) -> QuerySet[Case]:
    """The cases a view is about, unordered."""
    cases = queries.filtered(actor, asked)
    if not asked.get("state"):
        cases = cases.filter(state__in=OPEN_STATES)
    if not asked.get("owner"):
        mine = Q(owner_id=actor.person_id)
        # L1's queue is what L1 can work: what waits for T2 stands on T2's desk.
        unassigned = Q(owner=None) if actor.may("case.accept") else Q(owner=None, tier="l1")
        cases = cases.filter(mine | unassigned)
    return cases


def tier_of(actor: Actor) -> str:
    """Whose clocks a viewer watches: T2's where they accept escalations and triage nothing themselves."""
    return "t2" if actor.may("case.accept") else "l1"


def in_urgency_order(actor: Actor, cases: QuerySet[Case], tier: str) -> QuerySet[Case]:
    """Ranked, with ``rank`` and ``due`` on each row; ties go to the higher severity, then the older case."""
    due = (
        Clock.objects.filter(case=OuterRef("pk"), state__in=UNMET, measure__in=of_tier(tier))
        .values("case").annotate(due=Min("due_at")).values("due")
    )  # fmt: skip
    far = Value(FAR, output_field=DateTimeField())
    ranked = cases.annotate(due=Coalesce(Subquery(due, output_field=DateTimeField()), far))
    rank = Choose(
        When(~Q(returned_question="") & Q(owner_id=actor.person_id), then=Value(RETURNED)),
        When(severity=int(Severity.CRITICAL), then=Value(CRITICAL)),
        When(due__lt=Now() - LONG_LATE, then=Value(LATE)),
        default=Value(NEXT),
        output_field=IntegerField(),
    )
    return ranked.annotate(rank=rank).order_by("rank", "due", "-severity", "id")


def totals(cases: QuerySet[Case], tier: str) -> dict[str, int]:
    """How many, how many of them late, and how many at risk, by the clocks of a tier."""
    of_these = Clock.objects.filter(case__in=cases.values("pk"), measure__in=of_tier(tier), state__in=UNMET)
    counted = of_these.aggregate(
        breached=Count("case", distinct=True, filter=Q(due_at__lt=Now())),
        at_risk=Count("case", distinct=True, filter=Q(due_at__gte=Now(), risk_at__lt=Now())),
    )
    return {"cases": cases.count(), **counted}


def _place(case: Case) -> str:
    parts = f"{case.rank}|{case.due.isoformat()}|{case.severity}|{case.pk}"  # type: ignore[attr-defined]
    return base64.urlsafe_b64encode(parts.encode()).decode().rstrip("=")


def _after(ranked: QuerySet[Case], place: str) -> QuerySet[Case]:
    """Keyset paging: what comes after a place, without counting what went before."""
    try:
        rank, due, severity, pk = base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)).decode().split("|")
        here = (int(rank), datetime.fromisoformat(due), int(severity), int(pk))
    except ValueError as error:
        raise Invalid("That is no place in this queue.", errors={"after": ["not a place"]}) from error
    rank_is, due_is, severity_is, pk_is = here
    tied = Q(rank=rank_is, due=due_is)
    return ranked.filter(
        Q(rank__gt=rank_is)
        | Q(rank=rank_is, due__gt=due_is)
        | tied & (Q(severity__lt=severity_is) | Q(severity=severity_is, pk__gt=pk_is))
    )
