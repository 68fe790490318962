"""What answers *cannot tell* of decided runs lacked, counted; the same rows as the playbook report's missing logs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Count, F, Max, Q
from django.db.models.functions import TruncWeek

from triage.models import Answer
from triage.playbook_report.behind import lacked
from triage.playbook_report.maths import share
from triage.playbook_report.questions import A_LOG, Lacked, with_inputs
from triage.playbook_report.scope import ASKED, Sample

PARTS: Mapping[str, Any] = {
    "playbook": F("run__version__playbook__slug"),
    "team": F("run__team__slug"),
    "week": TruncWeek("run__started_at", tzinfo=UTC),
}
"""Every answer belongs to one of each, so counts of them add up."""
QUESTIONS = 15

_LOG = re.compile(A_LOG)


@dataclass
class Gap:
    """``answers`` were *cannot tell* for want of it, in ``runs`` runs; of them ``given_up`` were accepted as
    unknowable."""

    name: str
    answers: int = 0
    given_up: int = 0
    runs: int = 0
    title: str = ""

    @property
    def given_up_rate(self) -> float | None:
        return share(self.given_up, self.answers)


@dataclass
class Week:
    """``of`` answers were given in the runs of a week; ``lacking`` of them lacked a log."""

    start: date
    of: int = 0
    unknown: int = 0
    unknowable: int = 0
    lacking: int = 0

    @property
    def rate(self) -> float | None:
        return share(self.lacking, self.of)


def is_log(name: str) -> bool:
    """Whether what lacked is a log; else it is something the organisation could say of itself."""
    return bool(_LOG.search(name))


def by_log(sample: Sample) -> list[Mapping[str, Any]]:
    """One row for each log, playbook, team and week. One query."""
    found = with_inputs(sample.kept).annotate(missing=Lacked(), **PARTS)
    return list(found.values("missing", *PARTS).annotate(**_counts()).order_by())


def of_any_log(sample: Sample) -> list[Mapping[str, Any]]:
    """One row for each playbook, team and week: answers that lacked a log, whichever. One query."""
    found = with_inputs(sample.kept).annotate(lacked=lacked(), **PARTS).filter(lacked=True)
    return list(found.values(*PARTS).annotate(**_counts()).order_by())


def given(sample: Sample) -> list[Mapping[str, Any]]:
    """All answers to questions and indicators by week. One query."""
    found = Answer.objects.filter(run__in=sample.kept, current=True, step__section__in=ASKED)
    counts = {
        "of": Count("pk"),
        "unknown": Count("pk", filter=Q(value="cannot_tell")),
        "unknowable": Count("pk", filter=Q(unknowable=True)),
    }
    return list(found.annotate(week=PARTS["week"]).values("week").annotate(**counts).order_by())


def questions(sample: Sample, log: str) -> list[Mapping[str, Any]]:
    """The questions that lacked a log most often: ``key``, ``text``, ``playbook``, counts. One query."""
    found = with_inputs(sample.kept).annotate(lacked=lacked(log), playbook=PARTS["playbook"]).filter(lacked=True)
    rows = found.values("playbook", key=F("step__key")).annotate(text=Max("step__text"), **_counts())
    return list(rows.order_by("-answers", "playbook", "key")[:QUESTIONS])  # type: ignore[misc]


def summed(rows: Iterable[Mapping[str, Any]], by: str) -> list[Gap]:
    """Rows added up by one part, the largest first."""
    found: dict[str, Gap] = {}
    for row in rows:
        _add(found.setdefault(row[by], Gap(row[by])), row)
    return sorted(found.values(), key=lambda gap: (-gap.answers, gap.name))


def whole(rows: Iterable[Mapping[str, Any]]) -> Gap:
    gap = Gap("")
    for row in rows:
        _add(gap, row)
    return gap


def weeks(answers: Iterable[Mapping[str, Any]], lacking: Iterable[Mapping[str, Any]]) -> list[Week]:
    """Every week with a run that was answered, in order."""
    found: dict[datetime, Week] = {}
    for row in answers:
        week = found.setdefault(row["week"], Week(row["week"].date()))
        week.of, week.unknown, week.unknowable = row["of"], row["unknown"], row["unknowable"]
    for row in lacking:
        if there := found.get(row["week"]):
            there.lacking += row["answers"]
    return [found[start] for start in sorted(found)]


def _counts() -> dict[str, Count]:
    return {
        "answers": Count("pk", distinct=True),
        "given_up": Count("pk", distinct=True, filter=Q(unknowable=True)),
        "runs": Count("run", distinct=True),
    }


def _add(gap: Gap, row: Mapping[str, Any]) -> None:
    gap.answers += row["answers"]
    gap.given_up += row["given_up"]
    gap.runs += row["runs"]
