"""What stands beside a case on its page, in one statement: observables, clocks, related cases, story, tasks, and more.

A page may cost twelve queries whatever it shows. The lists here are small and capped, so that PostgreSQL hands them
over as JSON along with one row of the case, instead of a round trip for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from casebook.actor import Actor
from casebook.journal.timeline import Line
from casebook.journal.verbs import VERBS, sentence
from casebook.models import Case, CaseObservable, Clock, Evidence, Installation, Journal
from casebook.models.choices import State
from casebook.sla.measures import CLOCKED
from casebook.sla.read import ClockView
from casebook.sla.read import view as clock_view
from triage.models import Decision, Escalation, Finding, Pin, Task
from triage.related import SAME_OBSERVABLE, SAME_TECHNIQUE, TELLING

STORY_MOST = 200
OBSERVABLES_MOST = 60
RELATED_MOST = 12
TASKS_MOST = 100
INSTANTS = (
    "at",
    "due_at",
    "stopped_at",
    "breached_at",
    "started_at",
    "received_at",
    "ended_at",
    "answered_at",
    "made_at",
)
QUIET = (
    "clock.started", "clock.stopped", "clock.paused", "clock.resumed", "finding.changed", "findings.computed",
    "run.started", "evidence.pinned", "evidence.unpinned",
)  # fmt: skip
"""Entries that other lines of the same story say better."""


@dataclass(frozen=True)
class Seen:
    """An observable of the case. ``roles`` and in how many of its alerts it stands."""

    id: int
    type: str
    value: str
    roles: tuple[str, ...]
    count: int


@dataclass
class Related:
    """Another case of the team, and what ties it to this one."""

    id: int
    title: str
    state: str
    verdict: str
    received_at: datetime
    shared: list[str]

    @property
    def ref(self) -> str:
        return f"CB-{self.id}"


class Row(dict[str, Any]):
    """One JSON row with its instants read; templates and views name its keys."""


class Beside(NamedTuple):
    """Everything beside the run. ``story`` is newest first, ``transfers`` newest first, ``tasks`` in order;
    ``decided`` what closed the case, with the recommendation as it stood (``said``, ``criteria``).

    ``pins`` are by their time. ``config_epoch`` rides along for who reads tables in memory (`casebook.epoch`).
    """

    source: str
    observables: list[Seen]
    clocks: list[ClockView]
    related: list[Related]
    story: list[Line]
    tasks: list[Row]
    transfers: list[Row]
    decided: Row | None
    colleagues: list[str]
    pins: list[Row]
    findings: list[Finding]
    evidence: list[Evidence]
    config_epoch: int


def read(actor: Actor, case: Case, *, events: bool = False) -> Beside:
    """One query, for a case the actor was allowed to fetch. ``events`` asks for findings and evidence too."""
    found = Case.objects.filter(pk=case.pk).annotate(
        b_observables=_rows(_observables(case), "role", "count", id="observable_id", type="observable__type",
                            value="observable__value"),
        b_clocks=_rows(Clock.objects.filter(case=case.pk).order_by("id"), *_CLOCK),
        b_shared=_rows(_sharing(case), "case_id", *_OTHER_LINK, type="observable__type", value="observable__value"),
        b_alike=_rows(_alike(case), "id", "title", "state", "verdict", "received_at"),
        b_story=_rows(_story(case), "id", "at", "verb", "actor_name", "payload"),
        b_tasks=_rows(Task.objects.filter(case=case.pk).order_by("id")[:TASKS_MOST], *_TASK, owner="owner__username"),
        b_transfers=_rows(_transfers(case), *_TRANSFER, by="by__username", answered_by="answered_by__username"),
        b_decided=_rows(_closing(case), *_DECIDED, by="by__username", said="record__recommendation",
                        criteria="record__criteria"),
        b_colleagues=ArraySubquery(_colleagues(case)),
        b_pins=_rows(Pin.objects.filter(case=case.pk).order_by("at", "id"), *_PIN, by="by__username"),
        b_epoch=Subquery(Installation.objects.filter(pk=1).values("config_epoch")),
    )  # fmt: skip
    if events:
        found = found.annotate(
            b_findings=_rows(Finding.objects.filter(case=case.pk), "id", "detector", "scope", "answer", "data"),
            b_evidence=_rows(
                Evidence.objects.filter(case=case.pk), "id", "name", "alert_id", "timezone", "assumptions"
            ),
        )
    row = found.values("source__name", *(name for name in found.query.annotations)).get()
    now = timezone.now()
    return Beside(
        source=row["source__name"] or "",
        observables=_seen(row["b_observables"]),
        clocks=_clocks(case, row["b_clocks"], now),
        related=_related(row["b_shared"], row["b_alike"]),
        story=[_line(_read(one)) for one in row["b_story"]],
        tasks=[_read(one) for one in row["b_tasks"]],
        transfers=[_read(one) for one in row["b_transfers"]],
        decided=next(map(_read, row["b_decided"]), None),
        colleagues=row["b_colleagues"],
        pins=[_read(one) for one in row["b_pins"]],
        findings=[Finding(**one) for one in row.get("b_findings", ())],
        evidence=[Evidence(**one) for one in row.get("b_evidence", ())],
        config_epoch=row["b_epoch"],
    )


# --- what is asked ------------------------------------------------------------------------------------------------

_CLOCK = ("measure", "target_s", "state", "started_at", "due_at", "stopped_at", "breached_at", "segments")
_OTHER_LINK = ("case__title", "case__state", "case__verdict", "case__received_at")
_TASK = ("id", "title", "state", "due_at", "outcome", "revision", "ended_at", "step_id")
_TRANSFER = (
    "id", "state", "handover", "generated", "at", "answered_at", "return_reason", "return_question",
)  # fmt: skip
_PIN = ("id", "evidence_id", "place", "line", "offset", "length", "pointer", "at", "event", "text", "note", "made_at")
_DECIDED = ("verdict", "reason", "followed", "overridden", "at")


def _rows(found: QuerySet[Any], *names: str, **renamed: str) -> ArraySubquery:
    wanted = {name: F(name) for name in names} | {name: F(path) for name, path in renamed.items()}
    return ArraySubquery(found.values(as_json=JSONObject(**wanted)))


def _observables(case: Case) -> QuerySet[CaseObservable]:
    return CaseObservable.objects.filter(case=case.pk).order_by("id")[:OBSERVABLES_MOST]


def _sharing(case: Case) -> QuerySet[CaseObservable]:
    """Links of other cases to an observable of this one. Observables are a team's own, so these cases are too."""
    near = (case.received_at - SAME_OBSERVABLE, case.received_at + SAME_OBSERVABLE)
    mine = CaseObservable.objects.filter(case=case.pk, observable__type__in=TELLING).values("observable")
    links = CaseObservable.objects.filter(observable__in=mine, case__received_at__range=near)
    return links.exclude(case=case.pk).order_by("-case_id", "id")[: RELATED_MOST * 10]


def _alike(case: Case) -> QuerySet[Case]:
    near = (case.received_at - SAME_TECHNIQUE, case.received_at + SAME_TECHNIQUE)
    found = Case.objects.filter(team_id=case.team_id, techniques__overlap=case.techniques or [""])
    return found.filter(received_at__range=near).exclude(pk=case.pk).order_by("-received_at")[:RELATED_MOST]


def _story(case: Case) -> QuerySet[Journal]:
    return Journal.objects.filter(case_id=case.pk).exclude(verb__in=QUIET).order_by("-id")[:STORY_MOST]


def _transfers(case: Case) -> QuerySet[Escalation]:
    return Escalation.objects.filter(case=case.pk).order_by("-id")[:20]


def _closing(case: Case) -> QuerySet[Decision]:
    """The decision a closed case was closed by; none while it is open, or where it was closed in bulk."""
    closing = Decision.objects.filter(case=case.pk, kind=Decision.Kind.CLOSE, case__state=State.CLOSED)
    return closing.order_by("-id")[:1]


def _colleagues(case: Case) -> QuerySet[Any, Any]:
    """Who may be given work of this case."""
    works = Q(memberships__team_id=case.team_id, memberships__role__in=("l1", "t2", "lead"), is_active=True)
    people: QuerySet[Any] = get_user_model().objects.filter(works)
    return people.order_by("username").distinct().values("username")


# --- what came ----------------------------------------------------------------------------------------------------


def _read(row: dict[str, Any]) -> Row:
    return Row({name: parse_datetime(value) if name in INSTANTS and value else value for name, value in row.items()})


def _clocks(case: Case, rows: list[dict[str, Any]], now: datetime) -> list[ClockView]:
    """In the order of a case's life, whatever order their rows were written in."""
    shown = [clock_view(Clock(case_id=case.pk, **_read(one)), now) for one in rows]
    return sorted(shown, key=lambda one: CLOCKED.index(one.measure))


def _seen(rows: list[dict[str, Any]]) -> list[Seen]:
    merged: dict[int, Seen] = {}
    for row in rows:
        before = merged.get(row["id"])
        roles = (*(before.roles if before else ()), row["role"])
        count = max(row["count"], before.count if before else 0)
        merged[row["id"]] = Seen(row["id"], row["type"], row["value"], roles, count)
    return sorted(merged.values(), key=lambda one: ("source" not in one.roles, "target" not in one.roles, one.id))


def _related(shared: list[dict[str, Any]], alike: list[dict[str, Any]]) -> list[Related]:
    """What shares an observable first, then what was opened for the same technique that day."""
    found: dict[int, Related] = {}
    for row in shared:
        at = parse_datetime(row["case__received_at"])
        assert at is not None  # PostgreSQL wrote it
        known = found.setdefault(
            row["case_id"],
            Related(row["case_id"], row["case__title"], row["case__state"], row["case__verdict"], at, []),
        )
        said = f"{row['type'].replace('_', ' ')} {row['value']}"
        if said not in known.shared:
            known.shared.append(said)
    for one in map(_read, alike):
        found.setdefault(one["id"], Related(**one, shared=[]))
    return list(found.values())[:RELATED_MOST]


def _line(row: Row) -> Line:
    verb, payload = row["verb"], row["payload"]
    kind = VERBS[verb].kind if verb in VERBS else "other"
    text = sentence(verb, row["actor_name"], payload)
    return Line(row["id"], row["at"], verb, kind, row["actor_name"], text, payload)
