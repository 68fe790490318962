"""The timeline of Tier 2's page: events of the log, people and actions in one, oldest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils import timezone

from casebook.journal.timeline import Line
from triage.models import Finding
from triage.web.evidence_table import Origin, Row, table

TELLING = ("yes", "partly")
STRONG = ("case.escalated", "case.accepted", "case.returned", "case.closed", "action.verified", "action.applied")
ANSWERING = ("step.answered", "step.done")


@dataclass(frozen=True)
class Entry:
    """One line. ``zone`` is the log's, for an event; ``where`` and ``url`` name its raw line."""

    at: datetime
    text: str
    strong: bool = False
    zone: str = ""
    where: str = ""
    url: str = ""
    kind: str = "event"


@dataclass(frozen=True)
class Day:
    day: date
    entries: list[Entry]


def days(lines: Iterable[Line], findings: Iterable[Finding], origins: dict[int | str, Origin]) -> list[Day]:
    """By day in the viewer's zone. ``lines`` may come in any order."""
    told = [*_events(findings, origins), *_people(sorted(lines, key=lambda line: (line.at, line.id)))]
    ordered = sorted(told, key=lambda entry: entry.at)
    by_day = groupby(ordered, key=lambda entry: timezone.localtime(entry.at).date())
    return [Day(day, list(entries)) for day, entries in by_day]


def _events(findings: Iterable[Finding], origins: dict[int | str, Origin]) -> Iterable[Entry]:
    """What the log says happened: where each telling finding begins, what it turns on, and what was run afterwards."""
    seen: set[tuple[str, int | None]] = set()
    for finding in findings:
        if finding.scope != "case" or finding.answer not in TELLING:
            continue
        shown = table(finding.data, origins, whole=True)
        rows = shown.rows if shown else ()
        for row in [*rows[:1], *(row for row in rows if row.hit or row.command)]:
            if row.at is not None and (row.file, row.line) not in seen:
                seen.add((row.file, row.line))
                yield _event(row, first=row is rows[0])


def _event(row: Row, *, first: bool) -> Entry:
    assert row.at is not None  # asked by the caller
    whom = f" for {row.user}" if row.user else ""
    whence = f" from {row.source}" if row.source else ""
    if row.command:
        taken = row.outcome.removeprefix("sudo") if row.outcome.startswith("sudo as") else ""
        text = f"{row.user} ran {row.command}{taken}"
    else:
        what = "failed login" if row.outcome.startswith("failed") else row.outcome or "record"
        text = f"{'first ' if first and not row.hit else ''}{what}{whom}{whence}"
    where = f"{row.file} {row.line or ''}".strip()
    return Entry(row.at, text, strong=row.hit, zone=row.zone, where=where, url=row.lines)


def _people(lines: list[Line]) -> Iterable[Entry]:
    """Journal lines; a run of answers by one person is one line that counts them."""
    lines = [line for line in lines if not _said_elsewhere(line)]
    for (actor, answering), group in groupby(lines, key=lambda line: (line.actor, line.verb in ANSWERING)):
        run = list(group)
        if answering and len(run) > 1:
            yield Entry(run[-1].at, f"{actor} answered {len(run)} steps", kind="answer")
            continue
        for line in run:
            yield Entry(line.at, line.text, strong=line.verb in STRONG, kind=line.kind)


def _said_elsewhere(line: Line) -> bool:
    """What another part of the page says: first answers of detectors, look-ups without a hit, the playbook's tasks."""
    told = line.payload
    if line.verb == "finding.changed":
        return told.get("before") in (None, "cannot_tell") or told.get("scope") == "elsewhere"
    if line.verb == "lookup.finished":
        return told.get("result") != "listed"
    return line.verb == "task.added" and bool(told.get("step"))
