"""Each question of one playbook across versions, by the step's key; and the logs whose lack left some unanswered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, Count, F, FloatField, Func, JSONField, Max, Q, QuerySet, Value, When
from django.db.models.functions import JSONObject

from casebook.reports.sla import Percentiles
from triage.models import Answer, Focus, Run
from triage.playbook_report.lines import ASKED
from triage.playbook_report.maths import FEWEST, mutual_information, share
from triage.playbook_report.scope import first_decisions

LACKED = '$.findings[*] ? (@.answer == "cannot_tell" && @.detector == $steps[*].detector).missing[*]'
"""In a decision's inputs: what the detectors bound to a step lacked."""


@dataclass
class Question:
    """``decided`` runs had it answered when they were decided; in ``pivotal`` of them its answer changed what was
    recommended. ``joint`` counts (answer, verdict) over closed cases. A focus is one person's time in one run."""

    key: str
    text: str = ""
    answers: int = 0
    unknown: int = 0
    accepted: int = 0
    changed: int = 0
    decided: int = 0
    pivotal: int = 0
    timed: int = 0
    median_s: float | None = None
    p90_s: float | None = None
    joint: Counter[tuple[Hashable, Hashable]] = field(default_factory=Counter)

    @property
    def unknown_rate(self) -> float | None:
        return share(self.unknown, self.answers)

    @property
    def changed_rate(self) -> float | None:
        return share(self.changed, self.accepted + self.changed)

    @property
    def pivotal_share(self) -> float | None:
        return share(self.pivotal, self.decided)

    @property
    def gain_bits(self) -> float | None:
        """Mutual information of answer and verdict; None below `FEWEST` closed cases."""
        return mutual_information(self.joint) if self.joint.total() >= FEWEST else None

    @property
    def idle(self) -> bool:
        """Decided often enough to judge, and it never changed anything."""
        return self.decided >= FEWEST and not self.pivotal


@dataclass(frozen=True)
class Lack:
    """A kind of log, how many answers *cannot tell* lacked it, and in how many runs."""

    missing: str
    answers: int
    runs: int


def questions(found: QuerySet[Run]) -> list[Question]:
    """Most often answered first. Three queries."""
    kept = found.filter(abandoned_at=None)
    made: dict[str, Question] = {}
    for row in _given(kept):
        _count(made.setdefault(row["step__key"], Question(row["step__key"])), row)
    for row in _decided(kept):
        one = made[row["step__key"]]
        one.decided, one.pivotal = row["decided"], row["pivotal"]
    for row in _times(kept):
        if row["step__key"] in made:
            one = made[row["step__key"]]
            one.timed, (one.median_s, one.p90_s) = row["n"], row["both"]
    return sorted(made.values(), key=lambda one: (-one.answers, one.text))


def lacks(found: QuerySet[Run]) -> list[Lack]:
    """By log, the one most answers lacked first. One query."""
    rows = (
        with_inputs(found)
        .annotate(missing=Lacked())
        .values("missing")
        .annotate(n=Count("pk", distinct=True), runs=Count("run", distinct=True))
        .order_by("-n", "missing")
    )
    return [Lack(row["missing"], row["n"], row["runs"]) for row in rows]


def with_inputs(found: QuerySet[Run]) -> QuerySet[Answer]:
    """Answers *cannot tell* of decided runs, joined with what the first decision rested on."""
    kept = found.filter(abandoned_at=None)
    return _asked(kept).filter(value="cannot_tell", run__decisions__in=first_decisions())


class Lacked(Func):
    """Each log a step's detectors lacked at the decision: a row for each."""

    function = "jsonb_path_query"
    set_returning = True

    def __init__(self) -> None:
        super().__init__(
            F("run__decisions__inputs"),
            Func(Value(LACKED), template="%(expressions)s::jsonpath"),
            JSONObject(steps=F("step__bindings")),
            output_field=JSONField(),
        )


def _asked(kept: QuerySet[Run]) -> QuerySet[Answer]:
    return Answer.objects.filter(run__in=kept, current=True, step__section__in=ASKED).order_by()


def _given(kept: QuerySet[Run]) -> Iterable[Mapping[str, Any]]:
    # Whether *cannot tell* was accepted as unknowable makes no other answer of it: either way nobody knew.
    return (
        _asked(kept)
        .values("step__key", "value", "proposal", "run__case__verdict")
        .annotate(n=Count("pk"), text=Max("step__text"))
    )


def _count(one: Question, row: Mapping[str, Any]) -> None:
    n, proposal = row["n"], row["proposal"]
    one.text = max(one.text, row["text"])
    one.answers += n
    one.unknown += n if row["value"] == "cannot_tell" else 0
    one.accepted += n if proposal == "accepted" else 0
    one.changed += n if proposal == "changed" else 0
    if row["run__case__verdict"]:
        one.joint[row["value"], row["run__case__verdict"]] += n


def _decided(kept: QuerySet[Run]) -> Iterable[Mapping[str, Any]]:
    hit = Q(run__decisions__pivotal__contains=[F("step__key")])
    return (
        _asked(kept)
        .filter(run__decisions__in=first_decisions())
        .values("step__key")
        .annotate(decided=Count("pk"), pivotal=Count(Case(When(hit, then="pk"))))
    )


def _times(kept: QuerySet[Run]) -> Iterable[Mapping[str, Any]]:
    timed = Focus.objects.filter(run__in=kept, step__isnull=False).order_by()
    percentiles = Percentiles("seconds", output_field=ArrayField(FloatField()))
    return timed.values("step__key").annotate(n=Count("pk"), both=percentiles)
