"""Attach evidence to a case, correct what was assumed about it, read its lines."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction

from casebook import originals
from casebook.actor import Actor
from casebook.cases.access import fetch_for
from casebook.cases.ownership import take_if_unowned
from casebook.errors import Invalid, NotAllowed, NotFound, WrongState
from casebook.journal.record import record
from casebook.line_index import Line
from casebook.models import Case, Evidence, EvidenceState
from casebook.plugins import table
from casebook.work.enqueue import enqueue

MOST_LINES = 500
MOST_TEXT = 1 << 20
"""Characters of raw lines in one answer."""


def attach(
    *,
    actor: Actor,
    ref: str,
    name: str,
    chunks: Iterable[bytes],
    kind: str = Evidence.Kind.FILE,
    format: str = "",
    timezone: str = "",
    year: int | None = None,
) -> Evidence:
    """Keep a file or paste untouched and have it read. It is durable when this returns.

    Allowed after closing, and marked so. Raises TooLarge, Invalid for an empty file or a wrong assumption.
    """
    case = fetch_for(actor, ref, may="case.work")
    _check(format, timezone, year)
    stored = originals.keep(chunks, folder_name=str(case.team_id), cap=settings.CAPS["evidence"])
    if stored.bytes == 0:
        raise Invalid("The file is empty.", errors={"file": ["empty"]})
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.work", lock=True)
        if case.is_open:
            take_if_unowned(actor, case)
        evidence = Evidence.objects.create(
            team_id=case.team_id,
            case=case,
            kind=kind,
            name=_clean(name),
            path=stored.path,
            sha256=stored.sha256,
            bytes=stored.bytes,
            forced_format=format,
            timezone=timezone,
            year=year,
            after_close=not case.is_open,
            added_by_id=actor.person_id,
        )
        Case.objects.filter(pk=case.pk).update(evidence_count=case.evidence_count + 1)
        payload = {"name": evidence.name, "bytes": evidence.bytes, "sha256": evidence.sha256}
        record(actor, "evidence.added", evidence, payload | {"after_close": evidence.after_close}, case=case)
        _read(evidence, case)
    return evidence


def correct(
    *, actor: Actor, evidence_id: int, timezone: str | None = None, year: int | None = None, format: str | None = None
) -> Evidence:
    """Correct zone, year or format, and read again. The original stays as it is."""
    _check(format or "", timezone or "", year)
    if timezone is None and year is None and format is None:
        raise Invalid("Say what to correct.", errors={"timezone": ["this, year or format"]})
    with transaction.atomic():
        evidence = fetch(actor, evidence_id, may="case.work", lock=True)
        if evidence.kind == Evidence.Kind.INLINE:
            raise WrongState("An alert's own events carry their zone; there is nothing to correct.")
        changes = {"timezone": timezone, "year": year, "forced_format": format}
        given = {name: value for name, value in changes.items() if value is not None}
        for field, value in given.items():
            setattr(evidence, field, value)
        evidence.state = EvidenceState.QUEUED
        evidence.progress = 0
        evidence.save(update_fields=[*given, "state", "progress"])
        said = ", ".join(f"{name.replace('forced_', '')} {value}" for name, value in given.items())
        record(actor, "evidence.corrected", evidence, {"name": evidence.name, "assumptions": said}, case=evidence.case)
        _read(evidence, evidence.case)
    return evidence


def fetch(actor: Actor, evidence_id: int, *, may: str = "case.read", lock: bool = False) -> Evidence:
    """The evidence, under the rights of its case."""
    found = Evidence.objects.select_related("case__team", "case__owner", "added_by")
    if lock:
        found = found.select_for_update(of=("self",))
    evidence = found.filter(pk=evidence_id, team_id__in=actor.teams("case.read")).first()
    if evidence is None:
        raise NotFound(f"There is no evidence {evidence_id} that you may see.")
    if may != "case.read" and not actor.may(may, evidence.team_id):
        raise NotAllowed("Your role may not change evidence.")
    return evidence


def raw_lines(evidence: Evidence, first: int, last: int) -> list[Line]:
    """At most 500 lines of an original, by number from 1, and no more text than a page can show."""
    if first < 1 or last < first:
        raise Invalid("Ask for lines from 1 on, 'to' not before 'from'.", errors={"from": ["must be 1 ≤ from ≤ to"]})
    if not evidence.path:
        raise WrongState("These events came inside the alert: open its raw body instead.")
    found: list[Line] = []
    left = MOST_TEXT
    for line in originals.lines(evidence.path, first, min(last, first + MOST_LINES - 1)):
        found.append(line)
        left -= len(line.text)
        if left <= 0:
            break
    return found


def _read(evidence: Evidence, case: Case) -> None:
    enqueue("evidence.read", f"evidence:{evidence.pk}", team_id=case.team_id, lane=4 - int(case.severity))


def _check(format: str, timezone: str, year: int | None) -> None:
    errors = {}
    if format and format not in table("PARSERS"):
        errors["format"] = [f"one of {', '.join(sorted(table('PARSERS')))}"]
    if timezone and timezone not in available_timezones():
        errors["timezone"] = ["an IANA name such as Europe/Berlin"]
    if year is not None and not 1970 <= year <= 2100:
        errors["year"] = ["between 1970 and 2100"]
    if errors:
        raise Invalid("Correct what is assumed about the log.", errors=errors)


def _clean(name: str) -> str:
    """The sender's name for the file, for people only: no folders, no control characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(ch for ch in last if ch.isprintable())[:255] or "unnamed"
