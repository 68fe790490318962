"""The story of a case: events of the log, people and actions in one, oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.utils import timezone

from casebook.journal.timeline import Line
from triage.models import Finding
from triage.web.evidence_row import Origin, Row, row
from triage.web.evidence_table import table

TELLING = ("yes", "partly")
STRONG = ("case.escalated", "case.accepted", "case.returned", "case.closed", "action.verified", "action.applied")
ANSWERING = ("step.answered", "step.done")
LANES = {
    "event": "event", "alert": "alert", "evidence": "analysis", "answer": "analysis", "lookup": "analysis",
    "case": "decision", "decision": "decision", "action": "action",
}  # fmt: skip
"""The lane of `triage.timeline.marks` an entry's kind is drawn in; clocks and settings are told, not drawn."""

LONGEST = 200


@dataclass(frozen=True)
class Part:
    """A piece of an entry; ``step`` is the step it opens."""

    text: str
    step: int | None = None


@dataclass(frozen=True)
class Entry:
    """One line. ``zone`` is the log's, for an event; ``where`` and ``url`` name its raw line.

    ``parts`` stand in place of the text where pieces of it open something. ``pin`` is the pin that put it here.
    """

    at: datetime
    text: str
    strong: bool = False
    zone: str = ""
    where: str = ""
    url: str = ""
    kind: str = "event"
    cause: str = ""
    parts: tuple[Part, ...] = ()
    pin: int | None = None
    note: str = ""
    raw: str = ""

    @property
    def lane(self) -> str:
        return LANES.get(self.kind, "")


@dataclass(frozen=True)
class Day:
    day: date
    entries: list[Entry]


Pins = Iterable[Mapping[str, Any]]
"""As `triage.web.beside` reads them."""


def days(
    lines: Iterable[Line], findings: Iterable[Finding], pins: Pins, origins: Mapping[int | str, Origin]
) -> list[Day]:
    """By day in the viewer's zone. ``lines`` may come in any order."""
    return by_day(entries(lines, findings, pins, origins))


def by_day(found: Iterable[Entry]) -> list[Day]:
    grouped = groupby(found, key=lambda entry: timezone.localtime(entry.at).date())
    return [Day(day, list(of_day)) for day, of_day in grouped]


def entries(
    lines: Iterable[Line], findings: Iterable[Finding], pins: Pins, origins: Mapping[int | str, Origin]
) -> list[Entry]:
    """Everything there is to tell, oldest first; what somebody pinned is told once, as pinned."""
    pinned = list(_pinned(pins, origins))
    seen = {(one.where, one.at) for one in pinned}
    events = [one for one in _events(findings, origins) if (one.where, one.at) not in seen]
    people = _people(sorted(lines, key=lambda line: (line.at, line.id)))
    return sorted([*pinned, *events, *people], key=lambda entry: entry.at)


def _pinned(pins: Pins, origins: Mapping[int | str, Origin]) -> Iterable[Entry]:
    """What somebody put on the timeline, at its own time; a line that has none stands where it was pinned."""
    for pin in pins:
        origin = origins.get(pin["evidence_id"]) or Origin("UTC", None)
        shown = row({**pin, "evidence": pin["evidence_id"], "source": origin.name}, origin)
        told = {"pin": pin["id"], "note": pin["note"], "where": _where(shown), "url": shown.lines, "raw": pin["text"]}
        if shown.at is None:
            yield Entry(pin["made_at"], f"{pin['by']} pinned a line: {pin['text'][:LONGEST]}", kind="evidence", **told)
        else:
            yield Entry(shown.at, _said(shown), strong=True, zone=shown.zone, **told)


def _events(findings: Iterable[Finding], origins: Mapping[int | str, Origin]) -> Iterable[Entry]:
    """What the log says happened: where each telling finding begins, what it turns on, and what was run afterwards."""
    seen: set[tuple[str, int | None, str]] = set()
    for finding in findings:
        if finding.scope != "case" or finding.answer not in TELLING:
            continue
        shown = table(finding.data, origins, whole=True)
        rows = shown.rows if shown else ()
        for one in [*rows[:1], *(other for other in rows if other.hit or other.command)]:
            if one.at is not None and (one.file, one.line, one.pointer) not in seen:
                seen.add((one.file, one.line, one.pointer))
                yield _event(one, first=one is rows[0])


def _event(row: Row, *, first: bool) -> Entry:
    assert row.at is not None  # asked by the caller
    begins = "first " if first and not row.hit and not row.command else ""
    told = begins + _said(row)
    return Entry(row.at, told, strong=row.hit, zone=row.zone, where=_where(row), url=row.lines, raw=row.text)


def _said(row: Row) -> str:
    """A record in a few words: who did what, from where."""
    if row.command:
        taken = row.outcome.removeprefix("sudo") if row.outcome.startswith("sudo as") else ""
        return f"{row.user} ran {row.command}{taken}"
    whom = f" for {row.user}" if row.user else ""
    whence = f" from {row.source}" if row.source else ""
    what = "failed login" if row.outcome.startswith("failed") else row.outcome or "record"
    detail = f": {row.detail[:LONGEST]}" if row.detail else ""
    return f"{what}{whom}{whence}{detail}"


def _where(row: Row) -> str:
    return f"{row.file} {row.pointer or row.line or ''}".strip()


def _people(lines: list[Line]) -> Iterable[Entry]:
    """Journal lines; a run of answers by one person is one line that counts them."""
    lines = [line for line in lines if not _said_elsewhere(line)]
    for (actor, answering), group in groupby(lines, key=lambda line: (line.actor, line.verb in ANSWERING)):
        run = list(group)
        if answering and len(run) > 1:
            yield Entry(run[-1].at, f"{actor} answered {len(run)} steps", kind="answer")
            continue
        for line in run:
            yield Entry(line.at, line.text, strong=line.verb in STRONG, kind=line.kind,
                        cause=line.payload.get("cause", ""), parts=parts(line))  # fmt: skip


def parts(line: Line) -> tuple[Part, ...]:
    """The pieces of an entry that tells what the evidence turned, each with the step it opens; else none."""
    turns = line.payload.get("turns") if line.verb == "answers.changed" else None
    return tuple(Part(one["text"], one["step"]) for one in turns or () if one["text"])


def _said_elsewhere(line: Line) -> bool:
    """What another part of the page says: look-ups without a hit, the playbook's tasks."""
    if line.verb == "lookup.finished":
        return line.payload.get("result") != "listed"
    return line.verb == "task.added" and bool(line.payload.get("step"))
