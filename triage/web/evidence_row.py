"""One record of the evidence as a row of a table: who, from where, how it went, and where its raw line is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.utils.dateparse import parse_datetime

TOLD = re.compile(r"(?:Accepted|Failed) [\w/-]+|[Ii]nvalid user|authentication failure|COMMAND=\S+")
AUTHENTICATION = "authentication"
OUTCOMES = {"success": "accepted", "failure": "failed"}
DETAILS = {"command": "Command", "request": "Request", "mail": "Mail", "object": "Object"}
"""What a record can tell beyond who and how, and the head of its column."""

MARKED = ("user.name", "source.ip", "url.path")
"""Whose values are marked in the raw line."""


@dataclass(frozen=True)
class Origin:
    """Where a piece of evidence came from: the zone its lines are written in, and the alert that carried it."""

    zone: str
    alert: int | None
    id: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Row:
    """One record. ``lines`` is the address of its raw lines, or of the alert that carried it; ``zone`` is its log's.

    ``detail`` is the command, request or mail it tells of, ``tells`` which of these. ``place`` names the record within
    its evidence; ``pin`` is the pin that puts it on the timeline.
    """

    at: datetime | None
    zone: str
    user: str
    source: str
    outcome: str
    command: str
    line: int | None
    text: str
    file: str
    lines: str
    in_place: bool
    hit: bool
    detail: str = ""
    tells: str = ""
    evidence: int | None = None
    pointer: str = ""
    pin: int | None = None
    event: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """As `triage.models.Pin` names it."""
        return self.pointer or f"line {self.line}"


def row(data: Mapping[str, Any], origin: Origin, *, hit: bool = False, pin: int | None = None) -> Row:
    """A row of `triage.detectors.protocol.EvidenceRow` as JSON."""
    event, line = data["event"], data["line"]
    stamp = event.get("@timestamp")
    tells, detail = _detail(event)
    return Row(
        at=parse_datetime(stamp) if stamp else None,
        zone=origin.zone,
        user=str(event.get("user.name") or event.get("actor.user.name") or ""),
        source=str(event.get("source.ip") or event.get("source.host") or event.get("source.domain") or ""),
        outcome=outcome(event),
        command=str(event.get("process.command_line") or ""),
        line=line,
        text=data["text"],
        file=data["source"],
        lines=_address(data, origin),
        in_place=bool(data["evidence"] and line and origin.alert is None),
        hit=hit,
        detail=detail,
        tells=tells,
        evidence=data["evidence"],
        pointer=str(event.get("evidence.pointer") or ""),
        pin=pin,
        event=event,
    )


def outcome(event: Mapping[str, Any]) -> str:
    """``failed``, ``accepted, password``, ``sudo as root``, ``404``."""
    if (status := event.get("http.response.status_code")) is not None:
        return str(status)
    ended = str(event.get("event.outcome")) if event.get("event.category", AUTHENTICATION) == AUTHENTICATION else ""
    said = OUTCOMES.get(ended, str(event.get("event.action") or "").replace("_", " "))
    if (taken := event.get("user.effective.name")) and event.get("process.command_line"):
        refused = f", refused: {event['event.reason']}" if event.get("event.reason") else ""
        return f"{said} as {taken}{refused}"
    how = event.get("event.code") if ended == "success" else None
    repeats = event.get("event.count") or 1
    return f"{said}{f', {how}' if how else ''}{f' ×{repeats}' if repeats > 1 else ''}"


def pieces(text: str, values: Iterable[str] = ()) -> list[tuple[str, bool]]:
    """A raw line cut where it names one of ``values`` or says how it went: ``[(text, marked)]``."""
    wanted = "|".join(re.escape(value) for value in sorted(filter(None, values), key=len, reverse=True))
    pattern = re.compile(rf"{TOLD.pattern}|(?<![\w.])(?:{wanted})(?!\w)" if wanted else TOLD.pattern)
    found, at = [], 0
    for match in pattern.finditer(text):
        found += [(text[at : match.start()], False), (match.group(), True)]
        at = match.end()
    return [piece for piece in [*found, (text[at:], False)] if piece[0]]


def _detail(event: Mapping[str, Any]) -> tuple[str, str]:
    """What a record tells beyond who and how: which of `DETAILS`, and the words."""
    if command := event.get("process.command_line"):
        return "command", str(command)
    if path := event.get("url.path"):
        query = f"?{event['url.query']}" if event.get("url.query") else ""
        return "request", f"{event.get('http.request.method') or ''} {path}{query}".strip()
    if event.get("email.from") or event.get("email.subject"):
        sender, to, subject = (event.get(f"email.{name}") or "" for name in ("from", "to", "subject"))
        return "mail", f"{sender} → {to} {subject}".strip()
    ran = event.get("process.name") if event.get("event.category") == "process" else None
    named = event.get("winlog.object") or event.get("group.name") or ran
    return ("object", str(named)) if named else ("", "")


def _address(data: Mapping[str, Any], origin: Origin) -> str:
    """Where the raw record is read, with what to mark in it; of one inside a longer line, where it begins."""
    if origin.alert is not None:
        return f"/alerts/{origin.alert}/raw/"
    if not data["evidence"] or not data["line"]:
        return ""
    inside = [("at", data["offset"]), ("for", data["length"])] if data["event"].get("evidence.pointer") else []
    named = [data["event"].get(name) for name in MARKED]
    query = urlencode([("line", data["line"]), *inside, *(("mark", value) for value in named if value)])
    return f"/evidence/{data['evidence']}/lines/?{query}"
