"""Each question of one playbook across versions, by the step's key; and the logs whose lack left some unanswered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, Exists, F, FloatField, Func, OuterRef, QuerySet, Sum, TextField, Value
from django.db.models.functions import JSONObject

from casebook.reports.sla import Percentiles
from triage.models import Answer, Decision, Focus, Run
from triage.playbook_report.maths import FEWEST, mutual_information, share
from triage.playbook_report.scope import ASKED, Sample, first_decisions

LACKED = "$[*] ? (@.detector == $steps[*].detector).missing[*]"
"""In what a decision was lacking: what the detectors bound to a step missed."""

A_LOG = "(events|records|log|trace)"
"""What is called so is a log; detectors also miss what the organisation could say of itself, such as its ranges."""


@dataclass
class Question:
    """``decided`` runs had it answered when they were decided; in ``pivotal`` of them its answer changed what was
    recommended. ``joint`` counts (answer, verdict) over closed cases. A focus is one person's time in one run;
    ``spent_s`` is all of it."""

    key: str
    text: str = ""
    section: str = ""
    answers: int = 0
    unknown: int = 0
    accepted: int = 0
    changed: int = 0
    decided: int = 0
    pivotal: int = 0
    timed: int = 0
    spent_s: int = 0
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
    def judged(self) -> int:
        """Answers of closed cases."""
        return self.joint.total()

    @property
    def gain_bits(self) -> float | None:
        """Mutual information of answer and verdict; None below `FEWEST` closed cases."""
        return mutual_information(self.joint) if self.judged >= FEWEST else None

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


def given(sample: Sample) -> list[Mapping[str, Any]]:
    """Current answers, counted by version, step, value, proposal, verdict, and whether the run was decided. One query.

    Whether *cannot tell* was accepted as unknowable makes no other answer of it: either way nobody knew.
    """
    decided = Exists(Decision.objects.filter(run=OuterRef("run")))
    return list(
        _answers(sample)
        .annotate(decided=decided)
        .values("run__version__number", "step", "value", "proposal", "run__case__verdict", "decided")
        .annotate(n=Count("pk"))
    )


def answers_by_version(answers: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The same rows as the lines of versions count them."""
    for row in answers:
        unknown = row["n"] if row["value"] == "cannot_tell" else 0
        yield {"name": row["run__version__number"], "answers": row["n"], "unknown": unknown}


def questions(sample: Sample, answers: Iterable[Mapping[str, Any]]) -> list[Question]:
    """Most often answered first, from `given` and two queries more."""
    made: dict[str, Question] = {}
    for row in answers:
        asked = sample.asked[row["step"]]
        _count(made.setdefault(asked.key, Question(asked.key, asked.text, asked.section)), row)
    for key, n in _pivotal(sample):
        if one := made.get(key):
            # An answer taken back after the decision was there when it was taken.
            one.pivotal, one.decided = n, max(one.decided, n)
    for row in _times(sample):
        if one := made.get(row["step__key"]):
            one.timed, one.spent_s, (one.median_s, one.p90_s) = row["n"], row["spent"], row["both"]
    return sorted(made.values(), key=lambda one: (-one.answers, one.text))


def lacks(sample: Sample) -> list[Lack]:
    """By log, the one most answers lacked first. One query."""
    rows = (
        with_inputs(sample.kept)
        .annotate(missing=Lacked())
        .values("missing")
        .annotate(n=Count("pk", distinct=True), runs=Count("run", distinct=True))
        .order_by("-n", "missing")
    )
    return [Lack(row["missing"], row["n"], row["runs"]) for row in rows]


def with_inputs(kept: QuerySet[Run]) -> QuerySet[Answer]:
    """Answers *cannot tell* of decided runs, joined with what the first decision rested on."""
    unknown = Answer.objects.filter(run__in=kept, current=True, step__section__in=ASKED, value="cannot_tell")
    return unknown.filter(run__decisions__in=first_decisions()).order_by()


class Lacked(Func):
    """Each log a step's detectors lacked at the decision: a row for each. Which hours of it they lacked is cut off:
    what is lacked night after night is one log."""

    function = "jsonb_path_query"
    template = "regexp_replace(%(function)s(%(expressions)s) #>> '{}', ' for .*$', '')"
    set_returning = True

    def __init__(self) -> None:
        super().__init__(
            F("run__decisions__lacking"),
            Func(Value(LACKED), template="%(expressions)s::jsonpath"),
            JSONObject(steps=F("step__bindings")),
            output_field=TextField(),
        )


def _answers(sample: Sample) -> QuerySet[Answer]:
    return Answer.objects.filter(run__in=sample.kept, current=True, step__in=list(sample.asked)).order_by()


def _count(one: Question, row: Mapping[str, Any]) -> None:
    n, proposal = row["n"], row["proposal"]
    one.answers += n
    one.unknown += n if row["value"] == "cannot_tell" else 0
    one.accepted += n if proposal == "accepted" else 0
    one.changed += n if proposal == "changed" else 0
    one.decided += n if row["decided"] else 0
    if row["run__case__verdict"]:
        one.joint[row["value"], row["run__case__verdict"]] += n


def _pivotal(sample: Sample) -> Iterable[tuple[str, int]]:
    """In how many runs the first decision names a step."""
    named = first_decisions(sample.kept).annotate(step=Func(F("pivotal"), function="unnest", output_field=TextField()))
    return named.values_list("step").annotate(n=Count("pk"))


def _times(sample: Sample) -> Iterable[Mapping[str, Any]]:
    timed = Focus.objects.filter(run__in=sample.kept, step__in=list(sample.asked)).order_by()
    percentiles = Percentiles("seconds", output_field=ArrayField(FloatField()))
    return timed.values("step__key").annotate(n=Count("pk"), spent=Sum("seconds"), both=percentiles)
