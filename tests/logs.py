"""Logs for tests: our own demo log always, third-party samples where they are at hand."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from triage.demo.log import DemoLog, demo_log
from triage.events.lines import lines
from triage.events.parsers.protocol import Event, Tally
from triage.events.parsers.sshd import PARSER
from triage.events.timestamps import Clock

SAMPLES = Path(os.environ.get("CASEBOOK_SAMPLES", Path(__file__).resolve().parents[2] / "shared" / "samples"))
START = datetime(2026, 11, 17, tzinfo=UTC)
RECEIVED = datetime(2026, 11, 24, 8, tzinfo=UTC)


def sample(name: str) -> Path:
    """A third-party file, or a skip that says what to set."""
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"sample {name} is not here: set CASEBOOK_SAMPLES to the folder that holds it")
    return path


@cache
def demo() -> DemoLog:
    return demo_log(start=START)


def parsed(text: str | bytes, *, year: int = 2026, zone: str = "UTC") -> tuple[list[Event], Tally]:
    """Events of a text given as sshd syslog."""
    raw = text.encode() if isinstance(text, str) else text
    told, at = [], 0
    for number, line in enumerate(raw.split(b"\n"), start=1):
        told.append((number, at, line))
        at += len(line) + 1
    tally = Tally()
    return list(PARSER.parse(told, Clock(zone=zone, year=year), tally)), tally


def parsed_file(path: Path, *, year: int) -> tuple[list[Event], Tally]:
    tally = Tally()
    return list(PARSER.parse(lines(path), Clock(year=year), tally)), tally
