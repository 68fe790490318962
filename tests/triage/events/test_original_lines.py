"""Raw lines of a log inside an alert (``event.original``) are read as the log they come from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.events.parsers.inline import parse
from triage.events.parsers.protocol import Tally

FAILED = "sshd[80]: Failed password for deploy from 203.0.113.90 port 40021 ssh2"
CREATED = "2026-01-01T00:02:11+00:00"


def read(*records: Any) -> tuple[list[dict[str, Any]], Tally]:
    tally = Tally()
    return list(parse(records, tally)), tally


def line(text: str, **more: str) -> dict[str, str]:
    return {"event.original": text, "event.created": CREATED} | {f"event.{name}": value for name, value in more.items()}


def test_lines_become_events_and_point_at_their_records() -> None:
    events, tally = read(line(f"Jan  1 00:02:00 web-07 {FAILED}"), line(f"Jan  1 00:02:05 web-07 {FAILED}"))
    assert [(event["event.outcome"], event["user.name"], event["source.ip"]) for event in events] == [
        ("failure", "deploy", "203.0.113.90")
    ] * 2
    assert [event["evidence.pointer"] for event in events] == ["/events/0", "/events/1"]
    assert "evidence.line" not in events[0]
    assert (tally.understood, tally.not_understood) == (2, 0)


@pytest.mark.parametrize(
    ("stamp", "zone", "at", "basis"),
    [
        ("Jan  1 00:02:00", "", datetime(2026, 1, 1, 0, 2, tzinfo=UTC), "assumed_year_and_zone"),
        ("Dec 31 23:59:59", "", datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), "assumed_year_and_zone"),
        ("Jan  1 01:02:00", "Europe/Vienna", datetime(2026, 1, 1, 0, 2, tzinfo=UTC), "assumed_year"),
        ("Jan  1 00:02:00", "Mars/Olympus", datetime(2026, 1, 1, 0, 2, tzinfo=UTC), "assumed_year_and_zone"),
        ("2026-01-01T01:02:00+01:00", "", datetime(2026, 1, 1, 0, 2, tzinfo=UTC), "exact"),
    ],
)
def test_the_year_is_that_of_the_day_the_siem_had_the_line(stamp: str, zone: str, at: datetime, basis: str) -> None:
    ([event], _) = read(line(f"{stamp} web-07 {FAILED}", **({"timezone": zone} if zone else {})))
    assert (event["@timestamp"], event["time_basis"]) == (at, basis)


def test_without_a_day_to_assume_the_year_from_the_time_stays_open() -> None:
    ([event], _) = read({"event.original": f"Jan  1 00:02:00 web-07 {FAILED}"})
    assert (event["@timestamp"], event["time_basis"]) == (None, "unreadable")


def test_a_record_that_says_what_happened_is_believed_before_its_line() -> None:
    record = line(f"Jan  1 00:02:00 web-07 {FAILED}", category="authentication", outcome="success") | {
        "user.name": "ann"
    }
    ([event], _) = read(record)
    assert (event["user.name"], event["event.outcome"]) == ("ann", "success")


def test_lines_in_no_format_we_read_are_counted_with_their_text() -> None:
    events, tally = read(line("File '/etc/cron.d/backup' modified"), {"user.name": "ann"})
    assert [event["user.name"] for event in events] == ["ann"]
    assert (tally.understood, tally.not_understood) == (1, 1)
    assert tally.samples == [
        {"line": 1, "text": "File '/etc/cron.d/backup' modified", "reason": "its raw line is in no log format we read"}
    ]


@given(st.lists(st.fixed_dictionaries({"event.original": st.text(max_size=60), "event.created": st.text(max_size=12)})))
def test_any_lines_are_counted_once_and_never_raise(records: list[dict[str, str]]) -> None:
    _, tally = read(*records, line(f"Jan  1 00:02:00 web-07 {FAILED}"))
    assert tally.lines == len(records) + 1
