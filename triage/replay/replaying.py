"""Decide past cases again by another version, from what was kept with each decision. Nothing is written.

The same version over the same cases comes to the same on every day: the inputs are stored, and the engine has no
clock, network or chance in it. `Report.digest` says so in one line.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from casebook.models import PlaybookVersion
from casebook.playbooks import library
from triage.engine.inputs import from_json
from triage.engine.types import StepView
from triage.facts import step_view
from triage.models import Decision
from triage.replay.choice import Choice, decisions
from triage.replay.outcome import Outcome, decided, fits, recorded

CHUNK = 250
MOST_KEPT = 1000
"""Changes told one by one; all are counted."""
MOST_NAMED = 50
"""Cases named behind each count."""

Row = dict[str, Any]
Told = Callable[[int, int, "Report"], None]


@dataclass
class Report:
    """What a replay came to so far. ``matrix`` counts (from, to); ``unkept`` were decided before inputs were kept.

    ``nearer`` and ``further`` count the changed ones whose verdict the new recommendation fits and the old did not, and
    the other way about. ``running`` is the digest so far, over (case, label) in order: two replays with one digest
    came to the same in every case.
    """

    version: PlaybookVersion
    evidence: bool = True
    cases: int = 0
    unkept: int = 0
    nearer: int = 0
    further: int = 0
    matrix: Counter[tuple[str, str]] = field(default_factory=Counter)
    named: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    changes: list[Row] = field(default_factory=list)
    running: Any = field(default_factory=hashlib.sha256)

    @property
    def changed(self) -> int:
        return sum(count for (before, after), count in self.matrix.items() if before != after)

    def to_json(self) -> Row:
        version = self.version
        named = {"slug": version.playbook.slug, "version": version.number, "state": version.state}
        matrix = [
            {"from": cell[0], "to": cell[1], "cases": n, "named": self.named[cell]}
            for cell, n in sorted(self.matrix.items())
        ]
        return {
            "playbook": named | {"revision": version.revision, "sha256": version.sha256},
            "cases": self.cases,
            "changed": self.changed,
            "unkept": self.unkept,
            "nearer": self.nearer,
            "further": self.further,
            "matrix": matrix,
            "changes": self.changes,
            "digest": self.running.hexdigest(),
        }


def replay(version: PlaybookVersion, choice: Choice, *, evidence: bool = True, told: Told | None = None) -> Report:
    """The report, cases in order. ``told`` hears of progress after every chunk and may stop it by raising.

    ``evidence`` says whether a because may quote events: not to somebody who may not read the cases.
    """
    report = Report(version, evidence)
    steps = [step_view(step) for step in library.steps(version)]
    chosen = list(decisions(choice).values_list("pk", flat=True))
    for start in range(0, len(chosen), CHUNK):
        for row in _rows(chosen[start : start + CHUNK]):
            _judge(report, steps, row)
        if told is not None:
            told(min(start + CHUNK, len(chosen)), len(chosen), report)
    return report


def _rows(pks: list[int]) -> Iterator[Row]:
    wanted = ("case_id", "at", "kind", "verdict", "followed", "inputs", "record__recommendation", "record__criteria")
    yield from Decision.objects.filter(pk__in=pks).order_by("case_id").values(*wanted, *_FOLLOWED)


_FOLLOWED = ("run__version__playbook__slug", "run__version__number", "case__verdict")


def _judge(report: Report, steps: list[StepView], row: Row) -> None:
    if not row["inputs"]:
        report.unkept += 1
        return
    before = recorded(row["record__recommendation"], row["record__criteria"])
    after = decided(from_json(row["inputs"]).decide(steps), steps)
    report.cases += 1
    _count(report, row, before, after)
    if before.label != after.label and len(report.changes) < MOST_KEPT:
        report.changes.append(_change(row, before, after, evidence=report.evidence))


def _count(report: Report, row: Row, before: Outcome, after: Outcome) -> None:
    cell = (before.label, after.label)
    report.matrix[cell] += 1
    report.running.update(f"{row['case_id']} {after.label}\n".encode())
    named = report.named.setdefault(cell, [])
    if len(named) < MOST_NAMED:
        named.append(f"CB-{row['case_id']}")
    fitted, fitting = fits(before, row["case__verdict"]), fits(after, row["case__verdict"])
    report.nearer += fitting is True and fitted is False
    report.further += fitting is False and fitted is True


def _change(row: Row, before: Outcome, after: Outcome, *, evidence: bool) -> Row:
    return {
        "case": f"CB-{row['case_id']}",
        "decided_at": row["at"].isoformat(),
        "done": row["verdict"] or row["kind"],
        "verdict": row["case__verdict"] or None,
        "followed": {"slug": row[_FOLLOWED[0]], "version": row[_FOLLOWED[1]]},
        "from": before.to_json(evidence=evidence),
        "to": after.to_json(evidence=evidence),
    }
