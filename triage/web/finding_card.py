"""One detector's finding as the workbench shows it: its table, its pictures, and the ways from it into the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.dateparse import parse_datetime

from casebook.models import Case, Evidence
from casebook.templatetags.casebook_time import instant_words, zone_named
from triage.events.taking_away import FORMS
from triage.models import Finding
from triage.run_view import StepLine
from triage.web.evidence_row import Origin, pieces
from triage.web.evidence_table import FILTERS, Pins, Table, table
from triage.web.shapes import Shapes, of_rows, shapes

OPENABLE = {"ip": "ip", "user": "user", "host": "host", "domain": "domain"}
FIELDS = {"user": "user.name", "ip": "source.ip", "host": "host.name"}
"""What a finding's entities are called in the log."""

ENTITIES_ASKED = 8
COMPARED = ("user", "source")
"""What small multiples compare, the first that there are several of."""


@dataclass(frozen=True)
class Shown:
    """How tables are asked for: unfolded, narrowed to values, and where the same page without or with them is.

    ``here`` is the address of the step with what narrows it, for links that add to it.
    """

    whole: bool = False
    only: Mapping[str, str] = field(default_factory=dict)
    here: str = ""
    bare: str = ""

    @property
    def chips(self) -> list[tuple[str, str, str]]:
        """(column, value, the address without it) of all that narrows."""
        return [(name, value, self.without(name)) for name, value in self.only.items() if value]

    def without(self, name: str) -> str:
        rest = [(key, value) for key, value in self.only.items() if value and key != name]
        return self.bare + (f"&{urlencode(rest)}" if rest else "")

    def narrowed(self, name: str, value: str) -> str:
        rest = [(key, one) for key, one in self.only.items() if one and key != name]
        return f"{self.bare}&{urlencode([*rest, (name, value)])}"


@dataclass(frozen=True)
class InLog:
    """All records of a finding's entities in one file, on that file's own page."""

    name: str
    url: str
    by: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FindingCard:
    """One detector's finding with its table and pictures."""

    finding: Finding
    deciding: bool
    table: Table | None
    bars: list[dict[str, Any]]
    bars_caption: str
    hit_pieces: list[tuple[str, bool]]
    window: tuple[datetime | None, datetime | None]
    zone: str
    shapes: Shapes | None = None
    logs: tuple[InLog, ...] = ()
    exports: tuple[tuple[str, str], ...] = ()

    @property
    def data(self) -> dict[str, Any]:
        return dict(self.finding.data)


@dataclass(frozen=True)
class Elsewhere:
    """What the log shows beyond this case, with the address of a new case about it."""

    finding: Finding
    open_url: str


def finding_card(
    row: Finding, line: StepLine, found: Mapping[int | str, Origin], shown: Shown, pins: Pins
) -> FindingCard:
    """The card of one finding of a step. ``found`` are the case's evidence by id and by name."""
    data = row.data
    rows = table(data, found, whole=shown.whole, only=shown.only, pins=pins)
    hit = rows.hit if rows else None
    first, last = data["window"]
    zone = next((one.zone for one in rows.kept), "") if rows else ""
    zone = zone or next((found[name].zone for name in data["sources"] if name in found), "UTC")
    chart = data["figures"].get("chart") or ()
    return FindingCard(
        finding=row,
        deciding=line.deciding(row.detector),
        table=rows,
        bars=bars(chart, zone),
        bars_caption=data["figures"].get("chart_caption") or f"attempts over time, {zone}",
        hit_pieces=pieces(hit.text, [hit.user, hit.source]) if hit and hit.text else [],
        window=(parse_datetime(first) if first else None, parse_datetime(last) if last else None),
        zone=zone,
        shapes=_shapes(rows, chart, zone, shown) if rows else None,
        logs=tuple(_logs(data, found)),
        exports=tuple((form, f"/cases/CB-{row.case_id}/findings/{row.detector}/{form}/") for form in FORMS)
        if rows
        else (),
    )


def elsewhere(case: Case, row: Finding) -> Elsewhere:
    """The address of the form for a new case, with what the finding names filled in."""
    entities = row.data.get("entities", {})
    fields: list[tuple[str, str]] = [("title", row.sentence[:200]), ("techniques", ", ".join(case.techniques))]
    for kind, values in entities.items():
        for value in values[:3] if kind in OPENABLE else ():
            role = "source" if kind == "ip" else "target"
            fields += [("type", OPENABLE[kind]), ("value", value), ("role", role)]
    return Elsewhere(row, f"/cases/new/?{urlencode(fields)}")


def bars(chart: Iterable[Mapping[str, Any]], zone: str) -> list[dict[str, Any]]:
    """A finding's chart as the picture takes it: labels in the log's zone like its rows, the telling bars marked."""
    return [
        {"label": label, "count": bar["count"], "tone": "warn" if bar.get("hit") else ""}
        for bar, label in zip(chart, labels(chart, zone), strict=True)
    ]


def labels(chart: Iterable[Mapping[str, Any]], zone: str) -> list[str]:
    """When each bar of a chart begins, as the log writes it."""
    times = [(bar["from"], parse_datetime(bar["from"])) for bar in chart]
    return [instant_words(at.astimezone(zone_named(zone)), "minute") if at else text for text, at in times]


def origins(evidence: Iterable[Evidence]) -> dict[int | str, Origin]:
    """By id, and by name: the rows of an alert's own events once carried no id."""
    found: dict[int | str, Origin] = {}
    for one in evidence:
        found[one.pk] = found[one.name] = Origin(log_zone(one), one.alert_id, one.pk, one.name)
    return found


def log_zone(evidence: Evidence) -> str:
    """The zone a log's lines are written in: what a person said, else what was assumed."""
    return evidence.timezone or evidence.assumptions.get("timezone") or "UTC"


def _shapes(rows: Table, chart: Sequence[Mapping[str, Any]], zone: str, shown: Shown) -> Shapes | None:
    """Several users side by side, else several sources; only where every record is kept, or the picture would lie."""
    if not rows.complete or not chart:
        return None
    for name in COMPARED:
        if entities := of_rows(rows.kept, chart, name):
            urls = [shown.narrowed(name, one["value"]) for one in entities]
            return shapes(name, entities, others=0, labels=labels(chart, zone), urls=urls)
    return None


def _logs(data: Mapping[str, Any], found: Mapping[int | str, Origin]) -> Iterable[InLog]:
    """The finding's entities in each log it looked at, over the window it looked at."""
    entities = [
        (FIELDS[kind], value)
        for kind, values in data.get("entities", {}).items()
        if kind in FIELDS
        for value in values[:ENTITIES_ASKED]
    ]
    first, last = data["window"]
    window = [(name, at) for name, at in (("from", first), ("to", last and _after(last))) if at]
    for name in data["sources"]:
        if (origin := found.get(name)) is not None and origin.id is not None:
            url = f"/evidence/{origin.id}/?{urlencode([*entities, *window])}"
            by = tuple((kind, f"{url}&by={FIELDS[kind]}") for kind in FIELDS if kind in data.get("entities", {}))
            yield InLog(name, url, by)


def _after(last: str) -> str:
    """The window of a page is half-open, a finding's is not: one second later holds its last record."""
    at = parse_datetime(last)
    return (at.replace(microsecond=0) + timedelta(seconds=1)).isoformat() if at else last


def asked(params: Mapping[str, str]) -> dict[str, str]:
    """What of an address narrows tables."""
    return {name: params[name][:200] for name in FILTERS if params.get(name)}
