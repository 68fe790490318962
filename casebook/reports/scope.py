"""Which cases a report is about: a period, filters, and what the viewer may count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet

from casebook.actor import Actor
from casebook.errors import Invalid, NotAllowed
from casebook.models import Case, Journal
from casebook.models.choices import Severity

USUAL_DAYS = 30
GROUPS = ("none", "severity", "team", "source", "playbook", "day")
BY_PEOPLE = ("", "person")
"""`Case.closed_how` of cases a person closed one by one, or that are open. All others are counted apart."""
OPEN = "open"
"""What cases nobody has closed are counted under, beside the ways of closing."""
OWNING = ("case.taken", "case.accepted", "case.opened_by_hand")
"""Entries by which a person came to own a case."""
FILTERS = ("from", "to", "severity", "team", "source", "playbook", "group_by")


@dataclass(frozen=True)
class Scope:
    """Cases received from ``start`` up to, not including, ``end``. Empty filters match everything.

    ``closed`` is ``people`` for what the measures are about (closed one by one, or open), else ``open`` or one way of
    closing (``person``, ``bulk`` …).
    """

    start: datetime
    end: datetime
    severity: str = ""
    team: str = ""
    source: str = ""
    playbook: str = ""
    group_by: str = "none"
    closed: str = "people"

    def narrowed(self, group: str) -> Scope:
        """The part of this scope one group is about."""
        if self.group_by == "day":
            start = datetime.combine(date.fromisoformat(group), time(), UTC)
            day = replace(self, start=max(start, self.start), end=min(start + timedelta(days=1), self.end))
            return replace(day, group_by="none")
        filters: dict[str, Any] = {self.group_by: group or NONE}
        return replace(self, group_by="none", **filters)

    def query(self, **more: str) -> str:
        """The query string that gives the same report, with more parameters."""
        values = {"from": self.start.isoformat(), "to": self.end.isoformat()}
        values |= {name: getattr(self, name) for name in ("severity", "team", "source", "playbook")}
        values["group_by"] = "" if self.group_by == "none" else self.group_by
        values["closed"] = "" if self.closed == "people" else self.closed
        return urlencode({name: value for name, value in (values | more).items() if value})


NONE = "-"
"""The filter value for "has none": cases opened by hand have no source."""


def read_scope(params: Mapping[str, str], now: datetime) -> Scope:
    """The scope a query string asks for; by default the last thirty days, today included. Raises Invalid by field."""
    errors: dict[str, list[str]] = {}
    end_of_today = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    end = _instant(params, "to", errors, whole_day=True) or end_of_today
    start = _instant(params, "from", errors) or end - timedelta(days=USUAL_DAYS)
    severity, group_by = params.get("severity", ""), params.get("group_by") or "none"
    if severity and severity.upper() not in Severity.__members__:
        errors["severity"] = [f"one of {', '.join(Severity.labels)}"]
    if group_by not in GROUPS:
        errors["group_by"] = [f"one of {', '.join(GROUPS)}"]
    if not errors and start >= end:
        errors["to"] = ["must come after from"]
    if errors:
        raise Invalid("The report cannot be drawn like this; see errors.", errors=errors)
    named = {name: params.get(name, "") for name in ("team", "source", "playbook")}
    return Scope(start, end, severity, group_by=group_by, closed=params.get("closed") or "people", **named)


def _instant(
    params: Mapping[str, str], name: str, errors: dict[str, list[str]], *, whole_day: bool = False
) -> datetime | None:
    """A date, or an instant with its zone. A date as the end means through that day."""
    # A plus sign that was not escaped arrives as a blank.
    text = params.get(name, "").strip().replace(" ", "+")
    if not text:
        return None
    try:
        if len(text) == len("2026-11-24"):
            day = datetime.combine(date.fromisoformat(text), time(), UTC)
            return day + timedelta(days=1) if whole_day else day
        instant = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        instant = None
    if instant is None or instant.tzinfo is None:
        errors[name] = ["a date (2026-11-24) or an instant with its zone (2026-11-24T08:00:00Z)"]
        return None
    return instant.astimezone(UTC)


def countable(actor: Actor) -> QuerySet[Case]:
    """The cases a viewer's report may count: all of their teams, or those they owned. Raises NotAllowed for neither."""
    every, own = actor.teams("report.read"), actor.teams("report.own")
    if not every and not own:
        raise NotAllowed("Your role has no SLA report.")
    mine = Q(owner_id=actor.person_id)
    entries = Journal.objects.filter(case_id=OuterRef("pk"))
    owned = Exists(entries.filter(person_id=actor.person_id, verb__in=OWNING))
    given = Exists(entries.filter(verb="case.assigned", payload__to=actor.name))
    allowed = Q(team_id__in=every)
    if own - every:
        allowed |= Q(team_id__in=own - every) & (mine | Q(owned) | Q(given))
    return Case.objects.filter(allowed)


def cases(actor: Actor, scope: Scope) -> QuerySet[Case]:
    """The cases of a scope the viewer may count: what people closed, and what is open, unless the scope says other."""
    ways = {"people": BY_PEOPLE, OPEN: ("",)}.get(scope.closed, (scope.closed,))
    return within(actor, scope).filter(closed_how__in=ways)


def within(actor: Actor, scope: Scope) -> QuerySet[Case]:
    """The same however they were closed."""
    found = countable(actor).filter(received_at__gte=scope.start, received_at__lt=scope.end)
    if scope.severity:
        found = found.filter(severity=Severity.of(scope.severity))
    if scope.team:
        found = found.filter(team__slug=scope.team)
    if scope.source:
        found = found.filter(source=None) if scope.source == NONE else found.filter(source__slug=scope.source)
    if scope.playbook:
        found = found.filter(playbook_version__playbook__slug=scope.playbook)
    return found.order_by()
