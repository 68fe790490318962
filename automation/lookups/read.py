"""A case's lookups as pages, the API and the decision read them: one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from automation.enrichers.protocol import LISTED, NOT_LISTED, Found
from automation.lookups.chips import Chip, chips
from automation.lookups.plugins import enricher
from automation.models import Lookup
from casebook.models import Case

# What a chip shows first: what was found, what could not be asked, what is on no list, what is on its way.
_ORDER = {"listed": 0, "known_infrastructure": 1, "limited": 2, "error": 2, "not_listed": 3, None: 4}


@dataclass(frozen=True)
class Shown:
    """One lookup, told from one case. ``result`` None: it is still on its way."""

    id: int
    enricher: str
    title: str
    type: str
    value: str
    state: str
    result: str | None
    summary: str
    score: int | None
    list_date: date | None
    link: str
    at: datetime | None
    hits: list[dict[str, Any]]

    @property
    def chips(self) -> list[Chip]:
        return chips(title=self.title, state=self.state, result=self.result, summary=self.summary, hits=self.hits)


def of_case(case: Case) -> list[Shown]:
    """Every lookup of the case's observables, the telling ones first. The case was fetched for whoever reads."""
    rows = (
        Lookup.objects.filter(observable__case_links__case=case, team_id=case.team_id)
        .select_related("observable")
        .distinct()
    )
    shown = [_shown(row, case) for row in rows]
    return sorted(shown, key=lambda one: (one.type, one.value, _ORDER.get(one.result, 4), one.enricher))


def _shown(row: Lookup, case: Case) -> Shown:
    plugin = enricher(row.enricher)
    told = Found(row.result or "", row.summary, row.score, row.hits, row.list_date, row.link)
    if plugin is not None and row.result in (LISTED, NOT_LISTED):
        told = plugin.told_of(told, type=row.observable.type, case_id=case.pk)
    return Shown(
        id=row.pk,
        enricher=row.enricher,
        title=plugin.title if plugin else row.enricher,
        type=row.observable.type,
        value=row.observable.value,
        state="waiting" if row.state == "new" else row.state,
        result=told.result or None,
        summary=told.summary,
        score=told.score,
        list_date=told.list_date,
        link=told.link,
        at=row.at,
        hits=told.hits,
    )
