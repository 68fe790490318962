"""The playbook's containment steps as acts that fit this case: with targets where targets are known, else by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, QuerySet
from django.db.models.functions import JSONObject

from automation.connectors.opening import offering
from automation.containment import around
from automation.containment.guard_rails import Rail, check
from automation.containment.kinds import KINDS, Kind
from automation.containment.reach import of_targets
from automation.limits import limit
from automation.models import Action, Connector
from casebook.actor import Actor
from casebook.models import Case, CaseObservable, Step
from casebook.models.choices import Section

MOST_PER_STEP = 10


@dataclass(frozen=True)
class Offer:
    """``target`` empty: nothing here can do it, so it is done by hand and noted on the case.

    ``may_ask``: this viewer may ask for it and no guard rail stops it.
    """

    step_id: int
    step: str
    kind: str = ""
    title: str = ""
    target: str = ""
    connector: str = ""
    where: str = ""
    expires_in_s: int | None = None
    undo_text: str = ""
    undoable: bool = False
    reach: list[str] = field(default_factory=list)
    rails: list[Rail] = field(default_factory=list)
    passed: bool = False
    needs_lead: bool = False
    may_ask: bool = False

    @property
    def tripped(self) -> list[Rail]:
        return [rail for rail in self.rails if not rail.passed]

    @property
    def rails_passed(self) -> int:
        return sum(rail.passed for rail in self.rails)


def for_case(actor: Actor, case: Case) -> list[Offer]:
    """A fixed number of queries, whatever the case holds. What is asked for or in force is not offered again."""
    if not actor.may("action.read", case.team_id):
        return []
    known = _known(case)
    if not known.steps:
        return []
    steps, targets, connectors, taken = known
    wanted = [(step, kind, row, target) for step in steps for kind, row, target in _fitting(step, targets, connectors)]
    wanted = [one for one in wanted if (one[1].name, one[3]) not in taken]
    reach = of_targets(case, [(kind.name, target) for _, kind, _, target in wanted])
    team = around.load(case.team_id)
    may_ask = case.is_open and actor.may("action.request", case.team_id)
    made: dict[int, list[Offer]] = {}
    for step, kind, row, target in wanted:
        offer = _offer(step, kind, row, target, reach[kind.name, target], team, may_ask)
        made.setdefault(step.pk, []).append(offer)
    return [offer for step in steps for offer in made.get(step.pk) or _by_hand(step, targets)]


class _Known(NamedTuple):
    """Containment steps in order, targets as (type, role, value), connectors, what is under way as (kind, target)."""

    steps: list[Step]
    targets: list[tuple[str, str, str]]
    connectors: list[Connector]
    taken: set[tuple[str, str]]


def _known(case: Case) -> _Known:
    """All of it in one statement: the page that shows offers has few queries to spend."""
    steps = Step.objects.filter(version=case.playbook_version_id, section=Section.CONTAINMENT).order_by("position")
    connectors = Connector.objects.filter(team=case.team_id, enabled=True)
    links = CaseObservable.objects.filter(case=case.pk).order_by("-count", "id")
    under_way = Action.objects.filter(team=case.team_id, ended_at=None).order_by()
    row = (
        Case.objects.filter(pk=case.pk)
        .annotate(
            o_steps=_rows(steps, id="id", text="text", options="options"),
            o_connectors=_rows(
                connectors, id="id", slug="slug", name="name", kind="kind", settings="settings", enabled="enabled"
            ),
            o_targets=_rows(links, type="observable__type", role="role", value="observable__value"),
            o_taken=_rows(under_way, kind="kind", target="target"),
        )
        .values("o_steps", "o_connectors", "o_targets", "o_taken")
        .get()
    )
    return _Known(
        steps=[Step(**one) for one in row["o_steps"]],
        targets=[(one["type"], one["role"], one["value"]) for one in row["o_targets"]],
        connectors=[Connector(team_id=case.team_id, **one) for one in row["o_connectors"]],
        taken={(one["kind"], one["target"]) for one in row["o_taken"]},
    )


def _rows(found: QuerySet[Any], **paths: str) -> ArraySubquery:
    return ArraySubquery(found.values(as_json=JSONObject(**{name: F(path) for name, path in paths.items()})))


def _fitting(
    step: Step, targets: list[tuple[str, str, str]], connectors: list[Connector]
) -> list[tuple[Kind, Connector, str]]:
    kind = KINDS.get(str(step.options.get("action", "")))
    if kind is None:
        return []
    rows = offering(connectors, kind.name)
    types = [one for one in step.options.get("targets") or kind.target_types if one in kind.target_types]
    values = dict.fromkeys(value for type_, role, value in targets if type_ in types and role in kind.roles)
    return [(kind, rows[0], value) for value in list(values)[:MOST_PER_STEP]] if rows else []


def _offer(
    step: Step, kind: Kind, row: Connector, target: str, reach: list[str], team: around.AroundTeam, may_ask: bool
) -> Offer:
    verdict = check(kind.name, target, team.of(kind.name, [row]))
    return Offer(
        step_id=step.pk,
        step=step.text,
        kind=kind.name,
        title=kind.title(verdict.target),
        target=verdict.target,
        connector=row.slug,
        where=row.name,
        expires_in_s=int(limit("EXPIRY_S")) if kind.undoable else None,
        undo_text=kind.undo_text,
        undoable=kind.undoable,
        reach=reach,
        rails=list(verdict.rails),
        passed=verdict.passed,
        needs_lead=verdict.needs_lead,
        may_ask=may_ask and verdict.passed,
    )


def _by_hand(step: Step, targets: list[tuple[str, str, str]]) -> list[Offer]:
    """A step nothing here does; one whose targets are all dealt with is not listed as work to do by hand."""
    kind = KINDS.get(str(step.options.get("action", "")))
    if kind is not None and any(type_ in kind.target_types and role in kind.roles for type_, role, _ in targets):
        return []
    return [Offer(step_id=step.pk, step=step.text)]
