"""The cases behind one count of the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, JSONObject

from casebook.actor import Actor
from casebook.errors import Invalid, NotAllowed
from casebook.models import Case, Step
from triage.models import Answer, Escalation, Focus, Run
from triage.playbook_report.questions import A_LOG, LACKED, with_inputs
from triage.playbook_report.scope import ASKED, Scope, first_decisions, may_open, sample

LACKED_ONE = f"{LACKED} ? (@ == $log || @ starts with $hours_of_it)"
LACKED_LOG = f'{LACKED} ? (@ like_regex "{A_LOG}")'


@dataclass(frozen=True)
class Figure:
    """``name`` is one of `FIGURES`; ``of`` narrows it: a step's key, a verdict or a log. A figure of what a log's lack
    left open can be narrowed to one ``step`` as well, by its key."""

    name: str
    of: str = ""
    step: str = ""

    @property
    def means(self) -> str:
        return FIGURES[self.name].means


def read_figure(params: Mapping[str, str]) -> Figure:
    """Raises Invalid by field."""
    name, of = params.get("figure") or "runs", params.get("of", "")
    if name not in FIGURES:
        errors = {"figure": [f"one of {', '.join(FIGURES)}"]}
        raise Invalid("There is no such figure; see errors.", errors=errors)
    return Figure(name, of.replace("\0", ""), params.get("step", "").replace("\0", ""))


def behind(actor: Actor, scope: Scope, figure: Figure) -> QuerySet[Case]:
    """The cases a figure counted runs of. Raises NotAllowed for who may count them and not read them."""
    if not may_open(actor):
        raise NotAllowed("Your role counts cases and does not read them.")
    counted, runs = FIGURES[figure.name], sample(actor, scope).runs
    at = {"step": figure.step} if figure.step and counted.by_step else {}
    found = counted.narrow(runs, figure.of, **at)
    return Case.objects.filter(pk__in=found.order_by().values("case")).select_related("team", "owner")


def narrowed_to(scope: Scope, figure: Figure) -> str:
    """What ``of`` narrows a figure to, in words: a question's text, a verdict, a log."""
    step = Step.objects.filter(version__playbook__slug=scope.playbook, key=figure.of).order_by("-pk").first()
    return step.text if step else figure.of.replace("_", " ")


def _kept(found: QuerySet[Run]) -> QuerySet[Run]:
    return found.filter(abandoned_at=None)


def _closed(found: QuerySet[Run], of: str) -> QuerySet[Run]:
    return _kept(found).filter(case__verdict=of) if of else _kept(found).exclude(case__verdict="")


def _answered(**how: Any) -> Callable[[QuerySet[Run], str], QuerySet[Run]]:
    def narrowed(found: QuerySet[Run], of: str) -> QuerySet[Run]:
        given = Answer.objects.filter(run=OuterRef("pk"), current=True, step__section__in=ASKED, **how)
        return _kept(found).filter(Exists(given.filter(step__key=of) if of else given))

    return narrowed


def _judged(found: QuerySet[Run], of: str) -> QuerySet[Run]:
    return _answered()(_closed(found, ""), of)


def _timed(found: QuerySet[Run], of: str) -> QuerySet[Run]:
    spent = Focus.objects.filter(run=OuterRef("pk"))
    return _kept(found).filter(Exists(spent.filter(step__key=of) if of else spent))


def _answered_and_decided(found: QuerySet[Run], of: str) -> QuerySet[Run]:
    return _answered()(_decided(found, Q()), of) if of else _decided(found, Q())


def _decided(found: QuerySet[Run], condition: Q) -> QuerySet[Run]:
    return found.filter(pk__in=first_decisions(_kept(found)).filter(condition).values("run"))


def _pivotal(found: QuerySet[Run], of: str) -> QuerySet[Run]:
    return _decided(found, Q(pivotal__contains=[of]) if of else Q(pivotal__len__gt=0))


def _escalated(**how: str) -> Callable[[QuerySet[Run], str], QuerySet[Run]]:
    def narrowed(found: QuerySet[Run], of: str) -> QuerySet[Run]:
        return _kept(found).filter(pk__in=Escalation.objects.filter(**how).values("decision__run"))

    return narrowed


def lacked(of: str = "") -> Func:
    """Whether an answer of `with_inputs` lacked this log; any log for none."""
    return Func(
        F("run__decisions__lacking"),
        Func(Value(LACKED_ONE if of else LACKED_LOG), template="%(expressions)s::jsonpath"),
        JSONObject(
            steps=F("step__bindings"),
            log=Cast(Value(of), TextField()),
            hours_of_it=Cast(Value(f"{of} for "), TextField()),
        ),
        function="jsonb_path_exists",
        output_field=BooleanField(),
    )


def _lacking(**how: Any) -> Callable[..., QuerySet[Run]]:
    def narrowed(found: QuerySet[Run], of: str, step: str = "") -> QuerySet[Run]:
        at = how | ({"step__key": step} if step else {})
        answers = with_inputs(_kept(found)).filter(**at).annotate(lacked=lacked(of)).filter(lacked=True)
        return found.filter(pk__in=answers.values("run"))

    return narrowed


@dataclass(frozen=True)
class Counted:
    """What a figure counts runs for, in words, and the same as a narrowing of runs."""

    means: str
    narrow: Callable[..., QuerySet[Run]]
    by_step: bool = False


FIGURES: dict[str, Counted] = {
    "runs": Counted("a run was started", lambda found, of: found),
    "abandoned": Counted("the run was abandoned", lambda found, of: found.filter(abandoned_at__isnull=False)),
    "closed": Counted("closed", _closed),
    "timed": Counted("somebody's active time was kept", _timed),
    "answered": Counted("answered", _answered()),
    "unknown": Counted("answered “cannot tell”", _answered(value="cannot_tell")),
    "accepted": Counted("the proposal was taken", _answered(proposal="accepted")),
    "changed": Counted("the answer is not the proposal", _answered(proposal="changed")),
    "proposed": Counted("answered with a proposal at hand", _answered(proposal__in=("accepted", "changed"))),
    "judged": Counted("answered, and the case is closed", _judged),
    "decided": Counted("decided", _answered_and_decided),
    "overridden": Counted("decided against the recommendation", lambda found, of: _decided(found, Q(followed=False))),
    "pivotal": Counted("the answer changed what was recommended", _pivotal),
    "escalated": Counted("handed over to Tier 2", _escalated()),
    "returned": Counted("returned by Tier 2", _escalated(state=Escalation.State.RETURNED)),
    "lacking": Counted("“cannot tell” for want of a log", _lacking(), by_step=True),
    "given_up": Counted("accepted as unknowable for want of a log", _lacking(unknowable=True), by_step=True),
    "unknowable": Counted("accepted as unknowable", _answered(unknowable=True)),
}
