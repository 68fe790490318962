"""One line a playbook, or one a version, and one for them together: what came of its runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from triage.models import Answer, Decision, Escalation, Focus, Run
from triage.playbook_report.maths import share
from triage.playbook_report.scope import ASKED, Sample

BY_PLAYBOOK, BY_VERSION = "version__playbook__slug", "version__number"

# One sort for each line and one for all; `whole` tells the line of all.
_TIMES = """
select name, grouping(name) = 1 as whole, count(*) as timed,
       percentile_cont(array[0.5, 0.9]) within group (order by active) as both
from ({per_run}) as run group by grouping sets ((name), ())
"""


@dataclass
class Line:
    """``name`` is a slug or a version's number, ``title`` words for it. Abandoned runs count in ``runs`` and
    ``abandoned`` and nowhere else.

    ``reasons`` says why runs were abandoned. ``verdicts`` are of closed cases. Seconds are of runs with any focus kept.
    """

    name: Any
    title: str = ""
    runs: int = 0
    abandoned: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    timed: int = 0
    median_s: float | None = None
    p90_s: float | None = None
    answers: int = 0
    unknown: int = 0
    decided: int = 0
    overridden: int = 0
    escalated: int = 0
    returned: int = 0

    @property
    def closed(self) -> int:
        return self.verdicts.total()

    @property
    def unknown_rate(self) -> float | None:
        return share(self.unknown, self.answers)

    @property
    def override_rate(self) -> float | None:
        return share(self.overridden, self.decided)

    @property
    def return_rate(self) -> float | None:
        return share(self.returned, self.escalated)


def lines(sample: Sample, by: str, answers: Iterable[Mapping[str, Any]]) -> tuple[list[Line], Line]:
    """A line for each playbook (`BY_PLAYBOOK`), most runs first, or version (`BY_VERSION`), newest first; and theirs
    together. ``answers`` are rows of a name with ``answers`` and ``unknown``. 3 queries."""
    made: dict[Any, Line] = {}
    whole = Line(None)
    for name, counts in (*_outcomes(sample.runs, by), *_counted(answers), *_counted(_decisions(sample.kept, by))):
        for line in (made.setdefault(name, Line(name)), whole):
            _add(line, counts)
    for name, is_whole, timed, (median, p90) in _times(sample.kept, by):
        line = whole if is_whole else made[name]
        line.timed, line.median_s, line.p90_s = timed, median, p90
    newest_or_busiest = (lambda line: -line.name) if by == BY_VERSION else (lambda line: (-line.runs, line.name))
    return sorted(made.values(), key=newest_or_busiest), whole


def answers_by_playbook(kept: QuerySet[Run]) -> Iterable[Mapping[str, Any]]:
    """How many answers each playbook's questions got, and how many of them were *cannot tell*. One query."""
    # The section stands in the counts: as a condition of the rows it tempts the planner to start from all steps.
    given, asked = Answer.objects.filter(run__in=kept, current=True), Q(step__section__in=ASKED)
    unknown = Count("pk", filter=asked & Q(value="cannot_tell"))
    found = given.values(name=F(f"run__{BY_PLAYBOOK}")).annotate(answers=Count("pk", filter=asked), unknown=unknown)
    return found.order_by()


def _outcomes(runs: QuerySet[Run], by: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    gone = Count("pk", filter=Q(abandoned_at__isnull=False))
    rows = runs.values(by, "abandoned_reason", "case__verdict").annotate(n=Count("pk"), gone=gone).order_by()
    for row in rows:
        n, gone_too, verdict = row["n"], row["gone"], row["case__verdict"]
        counts: dict[str, Any] = {"runs": n, "abandoned": gone_too}
        if gone_too:
            counts["reasons"] = Counter({row["abandoned_reason"]: gone_too})
        if verdict and n > gone_too:
            counts["verdicts"] = Counter({verdict: n - gone_too})
        yield row[by], counts


def _decisions(kept: QuerySet[Run], by: str) -> Iterable[Mapping[str, Any]]:
    earlier = Decision.objects.filter(run=OuterRef("run"), pk__lt=OuterRef("pk"))
    returned = Escalation.objects.filter(decision=OuterRef("pk"), state=Escalation.State.RETURNED)
    found = Decision.objects.filter(run__in=kept).annotate(first=~Exists(earlier), came_back=Exists(returned))
    return (
        found.values(name=F(f"run__{by}"))
        .annotate(
            decided=Count("pk", filter=Q(first=True)),
            overridden=Count("pk", filter=Q(first=True, followed=False)),
            escalated=Count("pk", filter=Q(kind=Decision.Kind.ESCALATE)),
            returned=Count("pk", filter=Q(came_back=True)),
        )
        .order_by()
    )


def _times(kept: QuerySet[Run], by: str) -> list[tuple[Any, bool, int, list[float | None]]]:
    per_run = Focus.objects.filter(run__in=kept).values("run", name=F(f"run__{by}")).annotate(active=Sum("seconds"))
    statement, values = per_run.order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_TIMES.format(per_run=statement), values)
        return [(name, whole, timed, both or [None, None]) for name, whole, timed, both in cursor.fetchall()]


def _counted(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Any, dict[str, Any]]]:
    for row in rows:
        yield row["name"], {name: value for name, value in row.items() if name != "name"}


def _add(line: Line, counts: Mapping[str, Any]) -> None:
    for name, value in counts.items():
        setattr(line, name, getattr(line, name) + value)
