"""What the queue's page makes of its rows and of its address: lines with their span, chips that take a filter off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case as Choose
from django.db.models import F, Max, When
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone

from casebook.actor import Actor
from casebook.cases import queue, states
from casebook.cases.queries import FILTERS, rows
from casebook.cases.queue import Row
from casebook.cases.seen_before import seen_before
from casebook.models import Alert, Case, State
from casebook.sla.read import Watch, watched

ANY_STATE = "any"
PARTS = ("shown", "news")
"""What the page asks of itself, never part of an address people see."""
WORDS = {
    "q": "“{}”",
    "state": "State {}",
    "severity": "Severity {}",
    "team": "Team {}",
    "tier": "Tier {}",
    "source": "From {}",
    "observable": "About {}",
    "opened_after": "Opened after {}",
    "opened_before": "Opened before {}",
}
OWNERS = {"me": "Mine", "none": "Nobody's", "anyone": "Anybody's"}


@dataclass(frozen=True)
class Line:
    """A row with what only the page says: the alerts' span, and whether the viewer may take it here."""

    row: Row
    first: datetime
    last: datetime | None
    may_take: bool

    @property
    def case(self) -> Case:
        return self.row.case

    @property
    def headline(self) -> str:
        """What happened; where T2 sent the case back, what T2 wants to know."""
        case = self.case
        if not case.returned_question:
            return case.title
        asks = case.changed_by if case.changed_verb == "case.returned" else "T2"
        return f"{asks} asks: {case.returned_question}"

    @property
    def sub(self) -> str:
        """Technique and playbook, who and what it is about, and what it was matched from where that is another."""
        return " · ".join(text for text, _ in self.parts)

    @property
    def parts(self) -> list[tuple[str, bool]]:
        """`sub` in pieces, and which of them give way first in a narrow column: names do, who it is about does not."""
        case, book = self.case, self.case.playbook_version
        found = [
            (case.title if case.returned_question else "", True),
            (f"{book.technique} {book.name}".strip(), True),
            (case.about, False),
        ]
        if book.technique not in case.techniques and case.techniques and not case.returned_question:
            found.append((f"matched from {', '.join(case.techniques)}", True))
        return [(text, yields) for text, yields in found if text]

    @property
    def span_form(self) -> str:
        """How the span reads in the viewer's zone: `clock` today, `day` on one other day, `days` across several."""
        first, last = timezone.localdate(self.first), timezone.localdate(self.last)
        if first != last:
            return "days"
        return "clock" if first == timezone.localdate() else "day"


@dataclass(frozen=True)
class Chip:
    """One filter in force in words; ``without`` is the address that takes it off, None for what holds by default."""

    text: str
    without: str | None


def asked_of(params: QueryDict) -> dict[str, str]:
    """The filters of an address. Who searches looks everywhere, open or closed, unless they say otherwise."""
    asked = {name: value for name in params if (value := params.get(name, "").strip())}
    if asked.get("q") or asked.get("observable"):
        asked.setdefault("owner", "anyone")
        asked.setdefault("state", ANY_STATE)
    if asked.get("state") == ANY_STATE:
        asked["state"] = ",".join(State.values)
    return asked


def chips(params: QueryDict) -> list[Chip]:
    """The filters in force, those that hold by default first."""
    searched = params.get("q") or params.get("observable")
    found = []
    if not params.get("state"):
        found.append(Chip("Any state" if searched else "Open", None))
    if not params.get("owner"):
        found.append(Chip("Anybody's" if searched else "Mine + unassigned", None))
    for name in FILTERS:
        if value := params.get(name):
            found.append(Chip(_words(name, value), address(params, **{name: None})))
    return found


def _words(name: str, value: str) -> str:
    if name == "owner":
        return OWNERS.get(value, f"Owner {value}")
    shown = "any" if value == ANY_STATE else value.replace(",", " or ").replace("_", " ")
    return WORDS.get(name, "{}").format(shown)


def address(params: QueryDict, **changes: str | None) -> str:
    """The queue's address with some parameters changed or taken out, and nothing empty in it."""
    query = params.copy()
    for name in ("after", *PARTS):
        query.pop(name, None)
    for name in [*query, *changes]:
        value = changes[name] if name in changes else query.get(name)
        if value:
            query[name] = value
        else:
            query.pop(name, None)
    return f"/?{query.urlencode()}" if query else "/"


def rows_of(actor: Actor, ids: list[int]) -> list[Row]:
    """The rows of these cases in this order: what a page shows already, as it stands now."""
    tier = queue.tier_of(actor)
    ranked = queue.in_urgency_order(actor, Case.objects.visible_to(actor).filter(pk__in=ids), tier)
    cases = {case.pk: case for case in rows(ranked)}
    clocks = watched(cases.values(), tier)
    seen = seen_before(list(cases))
    there = [cases[pk] for pk in ids if pk in cases]
    return [Row(case, clocks.get(case.pk, Watch()), seen.get(case.pk, {})) for case in there]


def lines(actor: Actor, found: Iterable[Row]) -> list[Line]:
    """Rows as the page shows them."""
    shown = list(found)
    last = last_seen([row.case.pk for row in shown])
    return [_line(actor, row, last) for row in shown]


def _line(actor: Actor, row: Row, last: Mapping[int, datetime]) -> Line:
    case = row.case
    first = case.first_event_at or case.detected_at or case.received_at
    move = states.move(case.state, "take") if case.owner_id is None else None
    may_take = move is not None and actor.may(move.needs, case.team_id)
    return Line(row, first, last.get(case.pk) if case.alert_count > 1 else None, may_take)


def last_seen(case_ids: list[int]) -> dict[int, datetime]:
    """When each case's newest alert saw its last event; an alert sent again was seen when it came."""
    newest = Choose(
        When(count__gt=1, then=F("last_seen_at")), default=Coalesce("last_event_at", "detected_at", "last_seen_at")
    )
    found = Alert.objects.filter(case__in=case_ids).values("case_id").order_by().annotate(last=Max(newest))
    return dict(found.values_list("case_id", "last"))
