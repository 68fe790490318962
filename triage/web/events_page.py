"""`/evidence/<id>/`: the events of one file, or of one alert: filtered, drawn, a page of them.

The events are read by the evidence worker: the page writes down what is asked and shows the answer once it is there,
asking every 300 ms as uploads do. Without JavaScript the page says so, and offers to look again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from casebook import originals
from casebook.actor import Actor
from casebook.cases import evidence as evidence_verbs
from casebook.errors import Invalid
from casebook.models import Evidence
from casebook.models.choices import EvidenceState
from casebook.templatetags.casebook_time import zone_named
from casebook.web.guard import signed_in
from triage import event_views
from triage.events.asking import ENTITIES, FIELDS, Question
from triage.events.taking_away import FORMS
from triage.models import EventView, Pin
from triage.web.evidence_row import Origin, Row, row
from triage.web.finding_card import labels, log_zone
from triage.web.shapes import Shapes, shapes

TEXT_BYTES = 4096
CHIP_VALUES = 4
WIDTH_WORDS = {60: "minute", 300: "5 minutes", 900: "15 minutes", 1800: "half an hour", 3600: "hour",
               21600: "6 hours", 86400: "day", 604800: "week", 2592000: "30 days"}  # fmt: skip


@dataclass(frozen=True)
class Value:
    """One value of a field, how often it stands there, and the address narrowed to it (or freed of it, if ``on``)."""

    text: str
    count: int
    url: str
    on: bool


@dataclass(frozen=True)
class Values:
    """A field with its most frequent values; ``others`` are not shown."""

    field: str
    values: tuple[Value, ...]
    others: int
    by: str
    on: bool


@dataclass(frozen=True)
class Shown:
    """A row, and where the page is narrowed to each of its values."""

    row: Row
    only_user: str
    only_source: str
    only_outcome: str


@dataclass(frozen=True)
class EventsPage:
    """The answer as the page shows it."""

    answer: Mapping[str, Any]
    rows: tuple[Shown, ...]
    bars: list[dict[str, Any]]
    per: str
    values: tuple[Values, ...]
    shapes: Shapes | None
    before: str
    after: str
    window: tuple[datetime | None, datetime | None]


@require_safe
@signed_in("case.read")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The page, or with htmx the part that waits for the answer. Six queries."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    evidence = evidence_verbs.fetch(actor, pk)
    context: dict[str, Any] = {"evidence": evidence, "case": evidence.case, "zone": log_zone(evidence), "forms": FORMS}
    try:
        question = question_of(request.GET, log_zone(evidence))
    except Invalid as refused:
        return render(request, "triage/events.html", context | {"refused": refused}, status=422)
    context |= {"chips": list(_chips(request.GET, question)), "here": request.get_full_path(), "question": question}
    if evidence.state == EvidenceState.READY:
        view = event_views.ask(evidence.case, EventView.What.EVENTS, question.to_json(), evidence=evidence)
        context |= {"view": view, "may_pin": actor.may("case.work", evidence.team_id)}
        if view.answer is not None:
            context["page"] = _page(evidence, view.answer, question, request.GET)
    part = "#events" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"triage/events.html{part}", context)


def question_of(params: QueryDict, zone: str) -> Question:
    """What an address asks: fields by their names, ``from``, ``to``, ``by``, ``after``. A time without a zone is one as
    the log writes it. Raises Invalid."""
    where = {name: tuple(params.getlist(name)[:50]) for name in FIELDS if params.getlist(name)}
    by = params.get("by") or None
    errors: dict[str, list[str]] = {}
    if by is not None and by not in ENTITIES:
        errors["by"] = [f"one of {', '.join(ENTITIES)}"]
    after = params.get("after", "0")
    if not after.isdecimal() or len(after) > 10:
        errors["after"] = ["how many records come before"]
    times: dict[str, datetime | None] = {}
    for name in ("from", "to"):
        try:
            times[name] = _instant(params.get(name, ""), zone)
        except ValueError:
            errors[name] = ["a time, such as 2026-03-30T16:00:00Z"]
    if errors:
        raise Invalid("The address asks for something that is not there.", errors=errors)
    return Question(where, times["from"], times["to"], int(after), by)


def _instant(text: str, zone: str) -> datetime | None:
    """An aware time, None for nothing. Raises ValueError for what is none."""
    found = parse_datetime(text.replace(" ", "+") if "T" in text else text) if text else None
    if text and found is None:
        raise ValueError(text)
    return found if found is None or found.tzinfo else found.replace(tzinfo=zone_named(zone))


def _page(evidence: Evidence, answer: Mapping[str, Any], question: Question, params: QueryDict) -> EventsPage:
    zone = log_zone(evidence)
    first, last = (parse_datetime(at) if at else None for at in answer["window"])
    return EventsPage(
        answer=answer,
        rows=tuple(_linked(one, params) for one in _rows(evidence, answer["rows"], zone)),
        bars=[{"label": label, "count": bar["count"]} for bar, label in _labelled(answer["chart"], zone)],
        per=WIDTH_WORDS.get(answer["width_s"], ""),
        values=tuple(_values(one, question, params) for one in answer["values"] if one["values"]),
        shapes=_shapes(answer, zone, params),
        before=_address(params, after=None) if question.after else "",
        after=_address(params, after=str(answer["next"])) if answer["next"] else "",
        window=(first, last),
    )


def _rows(evidence: Evidence, told: list[dict[str, Any]], zone: str) -> Iterable[Row]:
    """The rows with their raw text, read from the original where each lies, and with what is pinned."""
    origin = Origin(zone, evidence.alert_id, evidence.pk, evidence.name)
    pins = dict(Pin.objects.filter(evidence=evidence).values_list("place", "id"))
    texts = iter(_texts(evidence, told))
    for event in told:
        place = {name: event.get(f"evidence.{name}") for name in ("line", "offset", "length")}
        data = {"event": event, "evidence": evidence.pk, "source": evidence.name, "text": next(texts, ""), **place}
        found = row(data, origin)
        yield row(data, origin, pin=pins.get(found.place))


def _linked(row: Row, params: QueryDict) -> Shown:
    """Pressing a value asks for it alone, by the field that states it."""

    def only(*fields: str) -> str:
        name = next((field for field in fields if row.event.get(field) not in (None, "")), "")
        return _address(params, after=None, **{name: str(row.event[name])}) if name else ""

    return Shown(
        row,
        only_user=only("user.name", "actor.user.name"),
        only_source=only("source.ip", "source.host"),
        only_outcome=only("http.response.status_code", "event.action"),
    )


def _texts(evidence: Evidence, told: list[dict[str, Any]]) -> Iterable[str]:
    if not evidence.path or not all("evidence.offset" in event for event in told):
        return ()
    places = [(event["evidence.offset"], min(event["evidence.length"], TEXT_BYTES)) for event in told]
    return originals.pieces(evidence.path, places)


def _labelled(chart: list[dict[str, Any]], zone: str) -> Iterable[tuple[dict[str, Any], str]]:
    return zip(chart, labels(chart, zone), strict=True)


def _values(told: Mapping[str, Any], question: Question, params: QueryDict) -> Values:
    name = told["field"]
    chosen = question.where.get(name, ())
    values = tuple(
        Value(text, count, _address(params, after=None, **{name: None if text in chosen else text}), text in chosen)
        for text, count in told["values"]
    )
    by = _address(params, after=None, by=name) if name in ENTITIES else ""
    return Values(name, values, told["others"], by, question.by == name)


def _shapes(answer: Mapping[str, Any], zone: str, params: QueryDict) -> Shapes | None:
    if not answer["by"] or not answer["by"]["entities"]:
        return None
    name = answer["by"]["field"]
    entities = [{**one, "chart": [bar["count"] for bar in one["chart"]]} for one in answer["by"]["entities"]]
    urls = [_address(params, after=None, by=None, **{name: one["value"]}) for one in entities]
    return shapes(name, entities, others=answer["by"]["others"], labels=labels(answer["chart"], zone), urls=urls)


def _chips(params: QueryDict, question: Question) -> Iterable[dict[str, str]]:
    """What narrows, each with the address without it."""
    for name, values in question.where.items():
        text = f"{name} {', '.join(values[:CHIP_VALUES])}{' …' if len(values) > CHIP_VALUES else ''}"
        yield {"text": text, "without": _address(params, after=None, **{name: None})}
    for name, at in (("from", question.since), ("to", question.until)):
        if at is not None:
            text = f"{name} {at:%Y-%m-%d %H:%M:%S} {at.tzname()}"
            yield {"text": text, "without": _address(params, after=None, **{name: None})}


def _address(params: QueryDict, **changes: str | None) -> str:
    copy = params.copy()
    for name, value in changes.items():
        copy.pop(name, None)
        if value is not None:
            copy[name] = value
    return f"?{copy.urlencode()}"
