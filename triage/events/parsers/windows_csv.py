"""Windows events as CSV: rows of Sentinel's SecurityEvent table and exports with the same names, times in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triage.events.parsers.fields import american, number, text
from triage.events.parsers.protocol import Event
from triage.events.parsers.record_format import CsvFormat
from triage.events.parsers.windows_attempts import counted_once
from triage.events.parsers.windows_events import Told
from triage.events.parsers.windows_events import event as event_of
from triage.events.timestamps import Clock

TIMES = ("TimeGenerated", "TimeGenerated [UTC]", "TimeCreated", "EventTime")
LOCAL = "EventTime"
NAMES = {"Process": "ProcessName", "FileName": "ProcessName"}


def mine(row: Mapping[str, Any]) -> bool:
    return "EventID" in row and any(time in row for time in TIMES) and ("Computer" in row or "TargetUserName" in row)


def event(row: Mapping[str, Any], clock: Clock) -> Event | str:
    code = number(row.get("EventID"))
    if code is None:
        return f"EventID is no number: {str(row.get('EventID'))[:40]}"
    stamp = next(time for time in TIMES if time in row)
    told = Told(
        code=code,
        channel=text(row.get("Channel")) or "Security",
        provider=text(row.get("EventSourceName")) or "",
        host=row.get("Computer"),
        at=american(str(row[stamp])),
        utc=stamp != LOCAL,
        data={**row, **{ours: row[theirs] for theirs, ours in NAMES.items() if theirs in row and ours not in row}},
    )
    return event_of(told, clock)


PARSER = CsvFormat(
    format="windows_csv",
    version=2,
    title="Windows events (CSV: Sentinel SecurityEvent)",
    kinds=("authentication", "configuration", "iam", "process", "session"),
    mine=mine,
    event=event,
    recount=counted_once,
)
