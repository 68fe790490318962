"""Reads a text as one of the formats that ship, as the evidence worker would, without its process."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from triage.events.detect_format import detect_format
from triage.events.lines import HEAD_BYTES, MARK, head, lines
from triage.events.parsers.protocol import Event, Line, Parser, Tally
from triage.events.registry import PARSERS
from triage.events.timestamps import Clock


@cache
def parser(name: str) -> Parser:
    module, _, attribute = PARSERS[name].rpartition(".")
    found: Parser = getattr(import_module(module), attribute)
    return found


@cache
def parsers() -> tuple[Parser, ...]:
    return tuple(parser(name) for name in PARSERS)


def split(raw: bytes) -> list[Line]:
    """The lines of bytes, as `triage.events.lines` finds them in a file."""
    told, at = [], len(MARK) if raw.startswith(MARK) else 0
    body = raw[at:]
    for number, line in enumerate(body.removesuffix(b"\n").split(b"\n"), start=1):
        told.append((number, at, line.rstrip(b"\r")))
        at += len(line) + 1
    return told


def read(name: str, text: str | bytes, *, zone: str = "UTC") -> tuple[list[Event], Tally]:
    """Events and tally of a text given as the format."""
    raw = text.encode() if isinstance(text, str) else text
    tally = Tally()
    return list(parser(name).parse(split(raw), Clock(zone=zone, year=2026), tally)), tally


def read_path(path: Path) -> tuple[str | None, list[Event], Tally]:
    """A file by the format its content shows."""
    found = detect_format(head(path), parsers()).format
    tally = Tally()
    if found is None:
        return None, [], tally
    chosen = parser(found)
    told = lines(path, getattr(chosen, "longest_line", 1 << 20))
    return found, list(chosen.parse(told, Clock(year=2026), tally)), tally


def recognised(text: str | bytes) -> str | None:
    raw = text.encode() if isinstance(text, str) else text
    return detect_format(raw[:HEAD_BYTES], parsers()).format


def ndjson(records: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def picked(event: Event, names: Iterable[str]) -> dict[str, Any]:
    return {name: event.get(name) for name in names}
