"""Events of a third-party log, checked on the way: recognised, wholly understood, each pointing at its bytes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from tests.logs import sample
from tests.triage.events.reading_formats import read_path
from triage.events.parsers.protocol import Event


def events_of(name: str, format: str) -> list[Event]:
    path = sample(name)
    found, events, tally = read_path(path)
    assert found == format
    assert tally.not_understood == 0, tally.samples
    check_places(path, events)
    return events


def check_places(path: Path, events: list[Event]) -> None:
    """Each event's bytes are in the file, on its line."""
    raw = path.read_bytes()
    starts = [0]
    for line in raw.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    for event in events:
        number, offset = event["evidence.line"], event["evidence.offset"]
        assert starts[number - 1] <= offset < starts[number]
        assert raw[offset : offset + event["evidence.length"]].strip()


def counts(events: list[Event], name: str) -> Counter[Any]:
    return Counter(event.get(name) for event in events)
