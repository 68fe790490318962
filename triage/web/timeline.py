"""`/cases/<ref>/timeline/`: a case drawn: what happened when, who had to do with whom, and all of it as a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from casebook.actor import Actor
from casebook.cases.access import fetch_for
from casebook.models import Alert, Case, Evidence
from casebook.models.alert import AlertObservable
from casebook.models.choices import EvidenceState
from casebook.sla.words import span_words
from casebook.templatetags.casebook_time import instant_words
from casebook.web.guard import actor_of, signed_in
from triage import event_views
from triage.models import EventView
from triage.timeline import telling
from triage.timeline.graph import NODE_HEIGHT, NODE_WIDTH, Edge, Graph, graph
from triage.timeline.marks import LANES, Happening, Picture, picture
from triage.web import story
from triage.web.beside import Beside
from triage.web.beside import read as read_beside
from triage.web.finding_card import origins

ALERTS_TOLD = 50
NAMED_MOST = 300


@dataclass(frozen=True)
class Told:
    """An entry of the story with the id of its row."""

    entry: story.Entry
    anchor: str


@dataclass(frozen=True)
class TimelinePage:
    """The whole page's data. ``kinds`` are the lanes that can be left out: (key, name, address, on)."""

    days: list[tuple[Any, list[Told]]]
    picture: Picture | None
    graph: Graph | None
    ties: list[tuple[Edge, datetime | None, datetime | None]]
    waiting: bool
    failed: str
    ties_left_out: int
    kinds: list[tuple[str, str, str, bool]]
    node_width: float = NODE_WIDTH
    node_height: float = NODE_HEIGHT


@require_safe
@signed_in("case.read")
def show(request: HttpRequest, ref: str) -> HttpResponse:
    """The page, or with htmx the entity graph once its events were counted. Nine queries."""
    actor: Actor = actor_of(request)
    case = fetch_for(actor, ref)
    beside = read_beside(actor, case, events=True)
    only = request.GET.get("only", "")
    context = {"case": case, "page": _page(case, beside, only), "may_pin": actor.may("case.work", case.team_id)}
    part = "#graph" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"triage/timeline.html{part}", context)


def _page(case: Case, beside: Beside, only: str) -> TimelinePage:
    found = story.entries(beside.story, beside.findings, beside.pins, origins(beside.evidence))
    found = sorted([*found, *_alerts(case)], key=lambda entry: entry.at)
    lanes = {entry.lane for entry in found}
    chosen = [one for one in found if only not in dict(LANES) or one.lane == only]
    told = [Told(entry, f"e{number}") for number, entry in enumerate(chosen, start=1)]
    view = _ties(case, beside)
    ties: dict[str, Any] = (view.answer or {}) if view is not None else {}
    drawn = graph(
        [*telling.of_alerts(_named(case)), *telling.of_events(ties.get("ties", ()))],
        about=[telling.entity_of(one.type, one.value, one.roles[0]) for one in beside.observables],
    )
    return TimelinePage(
        days=_by_day(told),
        picture=picture(map(_happening, (one for one in told if one.entry.lane)), words=_words, span=_span),
        graph=drawn,
        ties=[(edge, _instant(edge.first), _instant(edge.last)) for edge in _telling(drawn)],
        waiting=view is not None and view.state == EventView.State.WAITING,
        failed=view.error if view is not None and view.state == EventView.State.FAILED else "",
        ties_left_out=ties.get("left_out", 0),
        kinds=[(key, name, f"?{urlencode({'only': key})}" if key != only else "?", key == only)
               for key, name in LANES if key in lanes],
    )  # fmt: skip


def _telling(drawn: Graph | None) -> list[Edge]:
    """The ties of the table, the most frequent first."""
    return sorted(drawn.edges, key=lambda edge: -edge.count) if drawn else []


def _instant(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


def _by_day(told: Iterable[Told]) -> list[tuple[Any, list[Told]]]:
    days: dict[Any, list[Told]] = {}
    for one in told:
        days.setdefault(timezone.localtime(one.entry.at).date(), []).append(one)
    return list(days.items())


def _happening(one: Told) -> Happening:
    entry = one.entry
    return Happening(entry.lane, entry.at, entry.text, one.anchor, entry.strong, entry.pin is not None)


def _alerts(case: Case) -> Iterable[story.Entry]:
    """What the SIEM says happened, when it says it did; when an alert arrived the journal tells."""
    for one in Alert.objects.filter(case=case).order_by("-id")[:ALERTS_TOLD]:
        at = one.detected_at or one.first_event_at
        if at is not None:
            times = f", sent {one.count} times" if one.count > 1 else ""
            yield story.Entry(at, f"alert: {one.title}{times}", kind="alert", where="raw", url=f"/alerts/{one.pk}/raw/")


def _named(case: Case) -> Iterable[telling.Named]:
    """What the alerts name, alerts of one title together."""
    links = AlertObservable.objects.filter(alert__case=case)
    grouped = links.values_list("alert__title", "observable__type", "observable__value", "role")
    counted = grouped.annotate(alerts=Count("alert")).order_by("-alerts", "alert__title", "observable__value")
    return [telling.Named(*row) for row in counted[:NAMED_MOST]]


def _ties(case: Case, beside: Beside) -> EventView | None:
    """Who had to do with whom by the events, asked of the evidence worker. The findings' digests cover all that the
    answer rests on: events, what the case is about, its window."""
    if not any(one.state == EvidenceState.READY for one in Evidence.objects.filter(case=case).only("state")):
        return None
    basis = sorted(one.data.get("input_digest", "") for one in beside.findings)
    return event_views.ask(case, EventView.What.TIES, {"basis": basis})


def _words(at: datetime) -> str:
    return instant_words(timezone.localtime(at), "minute")


def _span(gap: Any) -> str:
    return span_words(gap.total_seconds())
