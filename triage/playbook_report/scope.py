"""Which runs the report is about, and who may see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from casebook.actor import Actor
from casebook.errors import Invalid, NotAllowed, NotFound
from casebook.models import PlaybookVersion, Step, Team
from casebook.playbooks.access import visible
from casebook.reports.of_playbooks import counted_teams
from casebook.reports.scope import read_scope
from triage.models import Decision, Run

FILTERS = ("from", "to", "playbook", "version", "team")
ASKED = ("question", "indicator")
"""Sections whose steps have answers that a recommendation rests on."""
LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Scope:
    """Runs started from ``start`` up to, not including, ``end``. An empty ``playbook`` or ``team`` and version 0 match
    all; a version is one of a playbook."""

    start: datetime
    end: datetime
    playbook: str = ""
    version: int = 0
    team: str = ""

    def query(self, **more: str) -> str:
        """The query string that gives the same report, with more parameters, or with other values of its own."""
        values = {"from": self.start.isoformat(), "to": self.end.isoformat(), "playbook": self.playbook}
        values |= {"version": str(self.version or ""), "team": self.team}
        return urlencode({name: value for name, value in (values | more).items() if value})


@dataclass(frozen=True)
class Asked:
    """A step whose answers a recommendation rests on, as its version has it."""

    key: str
    text: str
    section: str


@dataclass(frozen=True)
class Sample:
    """What a scope comes to for one viewer: its ``runs``, abandoned ones included; the ``teams`` one may choose from,
    none where there is one; of a playbook that is asked for its ``versions``, newest first, and what they ask, by the
    step's number."""

    runs: QuerySet[Run]
    teams: tuple[Team, ...] = ()
    versions: tuple[PlaybookVersion, ...] = ()
    asked: Mapping[int, Asked] = field(default_factory=dict)

    @property
    def kept(self) -> QuerySet[Run]:
        """The runs that came to something, or still may."""
        return self.runs.filter(abandoned_at=None)


def read(params: Mapping[str, str], now: datetime) -> Scope:
    """The scope a query string asks for; by default the last thirty days. Raises Invalid by field."""
    period = read_scope({name: params[name] for name in ("from", "to") if name in params}, now)
    number, playbook, team = (params.get(name, "").replace("\0", "") for name in ("version", "playbook", "team"))
    if number and not (number.isascii() and number.isdecimal() and 0 < int(number[:11]) <= LARGEST):
        raise Invalid("There is no such version; see errors.", errors={"version": ["a number from 1"]})
    if number and not playbook:
        raise Invalid("A version of which playbook? See errors.", errors={"version": ["goes with a playbook"]})
    return Scope(period.start, period.end, playbook, int(number or 0), team)


def sample(actor: Actor, scope: Scope) -> Sample:
    """The runs a viewer may count. Two queries at most.

    Teams, versions and steps are found first and stand in conditions as numbers: told a slug, the planner takes the
    runs of one busy playbook for a thirtieth of what they are, and joins them one by one.
    Raises NotAllowed, Invalid for a team one may not count, NotFound for a playbook or version one cannot see.
    """
    allowed, teams = _allowed(actor), _teams(actor, scope)
    chosen = {team.pk for team in teams if team.slug == scope.team} if scope.team else allowed
    found = Run.objects.filter(team_id__in=chosen, started_at__gte=scope.start, started_at__lt=scope.end)
    if not scope.playbook:
        return Sample(found, teams)
    versions = tuple(_versions(actor, scope.playbook))
    wanted = [one for one in versions if scope.version in (0, one.number)]
    if not wanted:
        raise NotFound(f"There is no such {'version' if versions else 'playbook'} that you may see.")
    asked = {step["pk"]: Asked(step["key"], step["text"], step["section"]) for one in wanted for step in one.asked}
    return Sample(found.filter(version_id__in=[one.pk for one in wanted]), teams, versions, asked)


def _versions(actor: Actor, slug: str) -> QuerySet[Any]:
    """Each with what it asks, as ``asked``."""
    steps = Step.objects.filter(version=OuterRef("pk"), section__in=ASKED).order_by()
    said = steps.values_list(JSONObject(pk="pk", key="key", text="text", section="section"))
    found = visible(actor).filter(playbook__slug=slug).defer("card", "cells").order_by("-number")
    return found.annotate(asked=ArraySubquery(said))


def may_open(actor: Actor) -> bool:
    """Whether every case the actor counts is also one they may read; else counts lead nowhere."""
    return _allowed(actor) <= actor.teams("case.read")


def first_decisions(kept: QuerySet[Run] | None = None) -> QuerySet[Decision]:
    """The decision each run led to, of all runs by default. Later ones are Tier 2's, on its own investigation."""
    earlier = Decision.objects.filter(run=OuterRef("run"), pk__lt=OuterRef("pk"))
    found = Decision.objects.filter(~Exists(earlier), run__isnull=False).order_by()
    return found if kept is None else found.filter(run__in=kept)


def _allowed(actor: Actor) -> frozenset[int]:
    if found := counted_teams(actor):
        return found
    raise NotAllowed("Your role has no playbook report.")


def _teams(actor: Actor, scope: Scope) -> tuple[Team, ...]:
    allowed = _allowed(actor)
    if len(allowed) == 1 and not scope.team:
        return ()
    found = tuple(Team.objects.filter(pk__in=allowed).order_by("name"))
    if scope.team and scope.team not in {team.slug for team in found}:
        raise Invalid("There is no such team; see errors.", errors={"team": ["a team whose runs you may count"]})
    return found
