"""The whole report of telemetry gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casebook.actor import Actor
from casebook.models import PlaybookVersion
from triage.playbook_report.scope import Sample, Scope, read, sample
from triage.telemetry_report import gaps
from triage.telemetry_report.gaps import Gap, Week

FILTERS = ("from", "to", "playbook", "team", "log")
FORMULAS = {
    "answers": "answers “cannot tell” to questions and indicators of decided runs, where a detector bound to the"
    " question could not tell at the first decision, and named this log",
    "given_up": "those of them that were accepted as unknowable",
    "unknowable": "all answers accepted as unknowable, for want of a log or for another reason",
    "rate": "answers that lacked a log / answers given in the runs of that week; an answer may lack several logs",
}


@dataclass(frozen=True)
class TelemetryReport:
    """``whole`` is what lacked any log, or the ``log`` asked for; ``logs`` and what else lacked are by name, the other
    parts by playbook, team, week and question. ``unknowable`` counts answers."""

    scope: Scope
    log: str
    sample: Sample
    whole: Gap
    answers: int
    unknown: int
    unknowable: int
    logs: list[Gap]
    others: list[Gap]
    playbooks: list[Gap]
    teams: list[Gap]
    weeks: list[Week]
    questions: list[Mapping[str, Any]]


def read_asked(params: Mapping[str, str], now: datetime) -> tuple[Scope, str]:
    """The scope a query string asks for, and the log it narrows to. Raises Invalid by field."""
    wanted = {name: params[name] for name in FILTERS if name in params and name != "log"}
    return read(wanted, now), params.get("log", "").replace("\0", "")


def report(actor: Actor, scope: Scope, log: str = "") -> TelemetryReport:
    """What a viewer may see. Raises NotAllowed, Invalid, and NotFound for a playbook one cannot see."""
    found = sample(actor, scope)
    named, given = gaps.by_log(found), gaps.given(found)
    rows = [row for row in named if row["missing"] == log] if log else gaps.of_any_log(found)
    by_name = gaps.summed(named, "missing")
    playbooks = gaps.summed(rows, "playbook")
    _entitle(playbooks)
    return TelemetryReport(
        scope=scope,
        log=log,
        sample=found,
        whole=gaps.whole(rows),
        answers=sum(row["of"] for row in given),
        unknown=sum(row["unknown"] for row in given),
        unknowable=sum(row["unknowable"] for row in given),
        logs=[one for one in by_name if gaps.is_log(one.name)],
        others=[one for one in by_name if not gaps.is_log(one.name)],
        playbooks=playbooks,
        teams=gaps.summed(rows, "team"),
        weeks=gaps.weeks(given, rows),
        questions=gaps.questions(found, log),
    )


def _entitle(playbooks: list[Gap]) -> None:
    """A playbook is called what its newest version is that is no draft."""
    named = PlaybookVersion.objects.filter(playbook__slug__in=[one.name for one in playbooks])
    newest = named.exclude(state=PlaybookVersion.State.DRAFT).order_by("playbook_id", "-number").distinct("playbook_id")
    titles = dict(newest.values_list("playbook__slug", "name"))
    for one in playbooks:
        one.title = titles.get(one.name, "")
