"""What a case's page and the API show of log systems and fetches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from automation.fetch import saved
from automation.fetch.about import About, Left
from automation.models import LogFetch, SavedSearch
from casebook.models import Case

SHOWN = 20


@dataclass(frozen=True)
class Ready:
    """A saved search with the case filled in: to copy, to follow, or to have run."""

    search: SavedSearch
    query: str
    link: str
    left_out: tuple[Left, ...]
    named: bool

    @property
    def system(self) -> str:
        return self.search.system.name


def ready(case: Case, about: About, kinds: Iterable[str] = ()) -> list[Ready]:
    """The searches of the case's team, of systems that are switched on; of ``kinds`` only, where there are any."""
    rows = SavedSearch.objects.select_related("system").filter(system__team=case.team_id, system__enabled=True)
    wanted = tuple(kinds)
    found = rows.filter(kind__in=wanted) if wanted else rows
    return [_ready(one, about) for one in found.order_by("system__name", "kind", "pk")]


def of_case(case: Case) -> list[LogFetch]:
    """The newest fetches of a case."""
    rows = LogFetch.objects.filter(case=case).select_related("asked_by", "evidence", "system")
    return list(rows.order_by("-pk")[:SHOWN])


def _ready(search: SavedSearch, about: About) -> Ready:
    filled = saved.filled(search.system, search.template, search.language, about)
    link = saved.link(search.system, filled.text, search.language, about)
    return Ready(search, filled.text, link, filled.left_out, filled.named)
