"""What a suppression would have swallowed: the same tests intake applies, run over alerts that are stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now

from casebook.actor import Actor
from casebook.errors import Invalid, NotAllowed, NotFound
from casebook.intake.canonical import Value
from casebook.intake.prepare import SEVERITY, Item
from casebook.intake.silence import READ, WRITE
from casebook.intake.suppress import compiled, faults
from casebook.models import Alert, AlertObservable, Source

DAYS, MOST_DAYS = 7, 90
NEWEST = 5
MOST = 50_000
"""So many alerts are looked at, the newest first: a preview answers while one types."""
BATCH = 2_000
_COLUMNS = ("id", "severity", "rule_id", "rule_name", "title", "techniques", "count")


@dataclass
class Swallowed:
    """Of the alerts ``looked_at`` so many would have opened no case, having come ``times`` times; ``newest`` of them.
    ``more``: there are older ones in these days that were not looked at."""

    looked_at: int = 0
    alerts: int = 0
    times: int = 0
    newest: list[Alert] = field(default_factory=list)
    more: bool = False


def preview(
    *, actor: Actor, team_id: int, match: Mapping[str, Any], source_slug: str = "", days: int = DAYS
) -> Swallowed:
    """The alerts of a team's last ``days`` by a match that is not in force. Nothing is changed.

    Raises Invalid naming every wrong field, NotFound for another team's source, NotAllowed for a role that sees no
    suppressions.
    """
    if not (actor.may(READ, team_id) or actor.may(WRITE, team_id)):
        raise NotAllowed("Your role does not see what is silenced.")
    wrong = faults(match)
    if not 1 <= days <= MOST_DAYS:
        wrong["days"] = [f"1 to {MOST_DAYS}"]
    if wrong:
        raise Invalid.of(wrong)
    rows = _alerts(team_id, match, source_slug, days)
    found = Swallowed()
    ids: list[int] = []
    for row in _holding(_looked_at(rows, found), match):
        found.alerts += 1
        found.times += row["count"]
        ids += [row["id"]] if len(ids) < NEWEST else []
    found.newest = list(Alert.objects.filter(pk__in=ids).select_related("source", "case").order_by("-pk"))
    return found


def _alerts(team_id: int, match: Mapping[str, Any], source_slug: str, days: int) -> QuerySet[Alert]:
    rows = Alert.objects.filter(team_id=team_id, received_at__gte=Now() - timedelta(days=days)).order_by("-id")
    if "severity_at_most" in match:
        rows = rows.filter(severity__lte=SEVERITY[match["severity_at_most"]])
    if source_slug:
        source = Source.objects.filter(team_id=team_id, slug=source_slug).first()
        if source is None:
            raise NotFound("There is no such source of this team.")
        rows = rows.filter(source=source)
    return rows


def _looked_at(rows: QuerySet[Alert], found: Swallowed) -> Iterator[list[dict[str, Any]]]:
    """Batches of rows, counted as they go by."""
    reading = rows.values(*_COLUMNS)[: MOST + 1].iterator(BATCH)
    while batch := list(islice(reading, BATCH)):
        found.more = found.looked_at + len(batch) > MOST
        batch = batch[: MOST - found.looked_at]
        found.looked_at += len(batch)
        yield batch


def _holding(batches: Iterable[list[dict[str, Any]]], match: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows a match holds for. What the alerts' own rows tell comes first: observables are read for few."""
    about = {name: value for name, value in match.items() if name == "observables"}
    tests, of_observables = compiled({k: v for k, v in match.items() if k not in about}), compiled(about)
    for batch in batches:
        held = [row for row in batch if all(test(_item(row, [])) for test in tests)]
        named = _observables([row["id"] for row in held]) if about else {}
        yield from (row for row in held if all(test(_item(row, named.get(row["id"], []))) for test in of_observables))


def _item(row: Mapping[str, Any], observables: list[tuple[Value, str]]) -> Item:
    return Item(0, dict(row), observables, row["techniques"])


def _observables(alert_ids: list[int]) -> dict[int, list[tuple[Value, str]]]:
    links = AlertObservable.objects.filter(alert_id__in=alert_ids).order_by()
    names = ("alert_id", "observable__type", "observable__value", "observable__key", "role")
    found: dict[int, list[tuple[Value, str]]] = {}
    for alert_id, kind, value, key, role in links.values_list(*names):
        found.setdefault(alert_id, []).append((Value(kind, value, key), role))
    return found
