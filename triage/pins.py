"""Records of the evidence put on the timeline of their case, and taken off again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime

from casebook import originals
from casebook.actor import Actor
from casebook.cases import evidence as evidence_verbs
from casebook.cases.access import fetch_for
from casebook.errors import Invalid, NotFound
from casebook.journal.record import record
from casebook.models import Case, Evidence
from triage.models import EventView, Finding, Pin

LONGEST_TEXT = 4096
LONGEST_NOTE = 500
LONGEST_POINTER = 180
MOST = 200
"""Pins of a case: a timeline is a choice."""

VIEWS_SEARCHED = 20
SHOWN = 160


def pin(*, actor: Actor, evidence_id: int, line: int | None = None, pointer: str = "", note: str = "") -> Pin:
    """Put one record on the timeline: a line of a file, or a JSON record by its pointer. Twice is once.

    Its time and what it says come from what was read of it, never from whoever asks; a line that no detector and no
    page has shown as an event has no time of its own. Allowed after closing, and marked so. Raises Invalid, NotFound.
    """
    _check(line, pointer, note)
    with transaction.atomic():
        evidence = evidence_verbs.fetch(actor, evidence_id, may="case.work")
        case = fetch_for(actor, evidence.case.ref, may="case.work", lock=True)
        place = pointer or f"line {line}"
        known = Pin.objects.filter(case=case, evidence=evidence, place=place).first()
        if known is not None:
            return known
        if Pin.objects.filter(case=case).count() >= MOST:
            raise Invalid(f"At most {MOST} records are pinned to a case.", errors={"line": ["too many pins"]})
        found = _record(evidence, line, pointer)
        event = {name: value for name, value in found["event"].items() if not name.startswith("evidence.")}
        made = Pin.objects.create(
            team_id=case.team_id,
            case=case,
            evidence=evidence,
            place=place,
            line=found["line"],
            offset=found["offset"],
            length=found["length"],
            pointer=pointer,
            at=parse_datetime(event.get("@timestamp") or ""),
            event=event,
            text=found["text"][:LONGEST_TEXT],
            note=note.strip(),
            by_id=actor.person_id,
        )
        record(actor, "evidence.pinned", made, _payload(made, evidence, case), case=case)
        return made


def unpin(*, actor: Actor, pin_id: int) -> Pin:
    """Take a record off the timeline: the undo of `pin`. Raises NotFound."""
    with transaction.atomic():
        mine = Pin.objects.filter(team_id__in=actor.teams("case.read"))
        found = mine.select_related("case", "evidence").filter(pk=pin_id).first()
        if found is None:
            raise NotFound(f"There is no pin {pin_id} that you may see.")
        case = fetch_for(actor, found.case.ref, may="case.work", lock=True)
        if not Pin.objects.filter(pk=pin_id, case=case).delete()[0]:
            raise NotFound(f"There is no pin {pin_id} any more.")
        record(actor, "evidence.unpinned", f"pin:{pin_id}", _payload(found, found.evidence, case), case=case)
        return found


def of_case(case: Case) -> list[Pin]:
    """By their time, those without one last."""
    return list(Pin.objects.filter(case=case).select_related("evidence", "by").order_by("at", "id"))


def _check(line: int | None, pointer: str, note: str) -> None:
    if (line is None) == (not pointer):
        raise Invalid("Name a line or a pointer.", errors={"line": ["this, or pointer"]})
    if line is not None and not 1 <= line < 1 << 40:
        raise Invalid("Lines are counted from 1.", errors={"line": ["a number from 1"]})
    if len(pointer) > LONGEST_POINTER:
        raise Invalid("That is no pointer.", errors={"pointer": [f"at most {LONGEST_POINTER} characters"]})
    if len(note) > LONGEST_NOTE:
        raise Invalid("The note is too long.", errors={"note": [f"at most {LONGEST_NOTE} characters"]})


def _record(evidence: Evidence, line: int | None, pointer: str) -> dict[str, Any]:
    """What is known of the record: ``event``, ``text``, ``offset``, ``length``. Raises Invalid where there is none."""
    for row in _known(evidence):
        if row["pointer"] == pointer if pointer else row["line"] == line and not row["pointer"]:
            return row | {"text": row["text"] or _raw(evidence, row)}
    if line is None or not evidence.path:
        raise Invalid("There is no such record.", errors={"pointer": ["nothing there that anybody has been shown"]})
    found = evidence_verbs.raw_lines(evidence, line, line)
    if not found:
        raise Invalid("There is no such line.", errors={"line": [f"{evidence.name} has {evidence.lines} lines"]})
    return {"event": {}, "text": found[0].text, "line": line, "offset": None, "length": None}


def _known(evidence: Evidence) -> Iterable[dict[str, Any]]:
    """Every record of the evidence that a finding rests on, then those that somebody has looked at."""
    for finding in Finding.objects.filter(case=evidence.case_id).only("data"):
        for row in finding.data.get("evidence", ()):
            if row["evidence"] == evidence.pk:
                pointer = row["event"].get("evidence.pointer")
                yield {
                    **{name: row[name] for name in ("line", "offset", "length", "text", "event")},
                    "pointer": pointer,
                }
    views = EventView.objects.filter(evidence=evidence, what=EventView.What.EVENTS, state=EventView.State.READY)
    for view in views.order_by("-id")[:VIEWS_SEARCHED]:
        yield from (_of_view(row) for row in (view.answer or {}).get("rows", ()))


def _of_view(row: Mapping[str, Any]) -> dict[str, Any]:
    place = {name: row.get(f"evidence.{name}") for name in ("line", "offset", "length", "pointer")}
    return {"event": dict(row), "text": "", **place}


def _raw(evidence: Evidence, row: Mapping[str, Any]) -> str:
    """The bytes the record was read from, where they lie in a file."""
    if not evidence.path or row["offset"] is None or row["length"] is None:
        return ""
    return next(originals.pieces(evidence.path, [(row["offset"], min(row["length"], LONGEST_TEXT))]))


def _payload(pin: Pin, evidence: Evidence, case: Case) -> dict[str, Any]:
    """What the journal keeps: enough to find the record again when the pin is gone."""
    return {
        "where": f"{evidence.name} {pin.place}",
        "text_text": f": {pin.text[:SHOWN]}" if pin.text else "",
        "evidence": evidence.pk,
        "sha256": evidence.sha256,
        "line": pin.line,
        "offset": pin.offset,
        "pointer": pin.pointer,
        "note": pin.note,
        "after_close": not case.is_open,
    }
