"""The cases behind one count of the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, JSONObject

from casebook.actor import Actor
from casebook.errors import Invalid, NotAllowed
from casebook.models import Case
from triage.models import Answer, Escalation, Run
from triage.playbook_report.lines import ASKED
from triage.playbook_report.questions import LACKED, with_inputs
from triage.playbook_report.scope import Scope, first_decisions, may_open, runs

LACKED_ONE = f"{LACKED} ? (@ == $log)"


@dataclass(frozen=True)
class Figure:
    """``name`` is one of `FIGURES`; ``of`` narrows it: a step's key, a verdict or a log."""

    name: str
    of: str = ""


def read_figure(params: Mapping[str, str]) -> Figure:
    """Raises Invalid by field."""
    name, of = params.get("figure") or "runs", params.get("of", "")
    if name not in FIGURES:
        errors = {"figure": [f"one of {', '.join(FIGURES)}"]}
        raise Invalid("There is no such figure; see errors.", errors=errors)
    return Figure(name, of.replace("\0", ""))


def behind(actor: Actor, scope: Scope, figure: Figure) -> QuerySet[Case]:
    """The cases a figure counted runs of. Raises NotAllowed for who may count them and not read them."""
    if not may_open(actor):
        raise NotAllowed("Your role counts cases and does not read them.")
    found = FIGURES[figure.name](runs(actor, scope), figure.of)
    return Case.objects.filter(pk__in=found.order_by().values("case")).select_related("team", "owner")


def _kept(found: QuerySet[Run]) -> QuerySet[Run]:
    return found.filter(abandoned_at=None)


def _closed(found: QuerySet[Run], of: str) -> QuerySet[Run]:
    return _kept(found).filter(case__verdict=of) if of else _kept(found).exclude(case__verdict="")


def _answered(**how: str) -> Callable[[QuerySet[Run], str], QuerySet[Run]]:
    def narrowed(found: QuerySet[Run], of: str) -> QuerySet[Run]:
        given = Answer.objects.filter(run=OuterRef("pk"), current=True, step__section__in=ASKED, **how)
        return _kept(found).filter(Exists(given.filter(step__key=of) if of else given))

    return narrowed


def _decided(found: QuerySet[Run], condition: Q) -> QuerySet[Run]:
    return found.filter(pk__in=first_decisions(_kept(found)).filter(condition).values("run"))


def _pivotal(found: QuerySet[Run], of: str) -> QuerySet[Run]:
    return _answered()(_decided(found, Q(pivotal__contains=[of])), of)


def _escalated(**how: str) -> Callable[[QuerySet[Run], str], QuerySet[Run]]:
    def narrowed(found: QuerySet[Run], of: str) -> QuerySet[Run]:
        return _kept(found).filter(pk__in=Escalation.objects.filter(**how).values("decision__run"))

    return narrowed


def _lacking(found: QuerySet[Run], of: str) -> QuerySet[Run]:
    lacked = Func(
        F("run__decisions__inputs"),
        Func(Value(LACKED_ONE), template="%(expressions)s::jsonpath"),
        JSONObject(steps=F("step__bindings"), log=Cast(Value(of), TextField())),
        function="jsonb_path_exists",
        output_field=BooleanField(),
    )
    return found.filter(pk__in=with_inputs(found).annotate(lacked=lacked).filter(lacked=True).values("run"))


FIGURES: dict[str, Callable[[QuerySet[Run], str], QuerySet[Run]]] = {
    "runs": lambda found, of: found,
    "abandoned": lambda found, of: found.filter(abandoned_at__isnull=False),
    "closed": _closed,
    "answered": _answered(),
    "unknown": _answered(value="cannot_tell"),
    "accepted": _answered(proposal="accepted"),
    "changed": _answered(proposal="changed"),
    "decided": lambda found, of: _decided(found, Q()),
    "overridden": lambda found, of: _decided(found, Q(followed=False)),
    "pivotal": _pivotal,
    "escalated": _escalated(),
    "returned": _escalated(state=Escalation.State.RETURNED),
    "lacking": _lacking,
}
