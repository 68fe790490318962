"""Which runs the report is about, and who may see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet

from casebook.actor import Actor
from casebook.errors import Invalid, NotAllowed, NotFound
from casebook.playbooks.access import visible
from casebook.reports.scope import read_scope
from triage.models import Decision, Run

FILTERS = ("from", "to", "playbook", "version")
LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Scope:
    """Runs started from ``start`` up to, not including, ``end``. An empty ``playbook`` and version 0 match all."""

    start: datetime
    end: datetime
    playbook: str = ""
    version: int = 0

    def query(self, **more: str) -> str:
        """The query string that gives the same report, with more parameters, or with other values of its own."""
        values = {"from": self.start.isoformat(), "to": self.end.isoformat(), "playbook": self.playbook}
        values["version"] = str(self.version or "")
        return urlencode({name: value for name, value in (values | more).items() if value})


def read(params: Mapping[str, str], now: datetime) -> Scope:
    """The scope a query string asks for; by default the last thirty days. Raises Invalid by field."""
    period = read_scope({name: params[name] for name in ("from", "to") if name in params}, now)
    number = params.get("version", "")
    if number and not (number.isascii() and number.isdecimal() and 0 < int(number[:11]) <= LARGEST):
        raise Invalid("There is no such version; see errors.", errors={"version": ["a number from 1"]})
    return Scope(period.start, period.end, params.get("playbook", ""), int(number or 0))


def teams(actor: Actor) -> frozenset[int]:
    """Whose runs an actor may count. Raises NotAllowed for none: who reports on own cases only does not see others'."""
    found = actor.teams("report.read") | actor.teams("report.playbook")
    if not found:
        raise NotAllowed("Your role has no playbook report.")
    return found


def may_open(actor: Actor) -> bool:
    """Whether every case the actor counts is also one they may read; else counts lead nowhere."""
    return teams(actor) <= actor.teams("case.read")


def runs(actor: Actor, scope: Scope) -> QuerySet[Run]:
    """The runs of a scope, abandoned ones included. Raises NotAllowed, and NotFound for a playbook one cannot see."""
    found = Run.objects.filter(team_id__in=teams(actor), started_at__gte=scope.start, started_at__lt=scope.end)
    if scope.playbook:
        if not visible(actor).filter(playbook__slug=scope.playbook).exists():
            raise NotFound("There is no such playbook that you may see.")
        found = found.filter(version__playbook__slug=scope.playbook)
    return found.filter(version__number=scope.version) if scope.version else found


def first_decisions(kept: QuerySet[Run] | None = None) -> QuerySet[Decision]:
    """The decision each run led to, of all runs by default. Later ones are Tier 2's, on its own investigation."""
    earlier = Decision.objects.filter(run=OuterRef("run"), pk__lt=OuterRef("pk"))
    found = Decision.objects.filter(~Exists(earlier), run__isnull=False).order_by()
    return found if kept is None else found.filter(run__in=kept)
