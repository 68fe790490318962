"""Windows events as text over many lines: Splunk's classic form, a time, ``Key=Value`` lines and the rendered message.

The message names the same field in several sections (*Account Name* of the subject, of the new logon), so a field is
its section and its key. The time is the host's own and names no zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from triage.events.parsers.fields import american, number, text
from triage.events.parsers.protocol import Event, Line, Tally
from triage.events.parsers.record import Record
from triage.events.parsers.record_format import RecordFormat
from triage.events.parsers.windows_attempts import counted_once
from triage.events.parsers.windows_events import Told
from triage.events.parsers.windows_events import event as event_of
from triage.events.timestamps import Clock

MOST_LINES = 1_000
STAMP = re.compile(
    rb"\s*(\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d(?:\.\d+)?(?: [AP]M)?|\d{4}-\d\d-\d\d[T ][\d:.,+Z-]+)\s*$"
)
KEY_VALUE = re.compile(r"(?P<key>[A-Za-z]\w*)=(?P<value>.*)$")
FIELD = re.compile(r"(?P<indent>\s*)(?P<key>[A-Z][\w ()/-]{1,40}):(?:\s+(?P<value>.*))?$")
TASK_ACTION = re.compile(r"\s*<(?:Command|Arguments)>")
"""The lines of a task's definition (XML over many lines) that say what it runs."""
PROPERTY = re.compile(r"\s*(\{[0-9A-Fa-f-]{36}\})\s*$")
"""A line of the list of properties that were accessed in the directory."""

TARGETS = (
    "New Logon",
    "Account For Which Logon Failed",
    "Account Whose Credentials Were Used",
    "Account Information",
    "Target Account",
    "New Account",
    "Account That Was Locked Out",
    "User",
    "Target Subject",
)
ACCOUNT = {"Security ID": "UserSid", "Account Name": "UserName", "Account Domain": "DomainName"}
NAMES: dict[tuple[str, str], str] = {
    **{("Subject", key): f"Subject{name}" for key, name in ACCOUNT.items()},
    **{(section, key): f"Target{name}" for section in TARGETS for key, name in ACCOUNT.items()},
    ("Member", "Security ID"): "MemberSid",
    ("Member", "Account Name"): "MemberName",
    ("Group", "Group Name"): "TargetUserName",
    ("Group", "Account Name"): "TargetUserName",
}
BY_KEY = {
    "Logon Type": "LogonType",
    "Failure Reason": "FailureReason",
    "Status": "Status",
    "Sub Status": "SubStatus",
    "Failure Code": "Status",
    "Result Code": "Status",
    "Error Code": "Status",
    "Logon Account": "TargetUserName",
    "Source Workstation": "Workstation",
    "Workstation Name": "WorkstationName",
    "Source Network Address": "IpAddress",
    "Client Address": "IpAddress",
    "Source Address": "IpAddress",
    "Source Port": "IpPort",
    "Client Port": "IpPort",
    "Process Name": "ProcessName",
    "Caller Process Name": "ProcessName",
    "Process ID": "ProcessId",
    "Caller Process ID": "ProcessId",
    "New Process ID": "NewProcessId",
    "New Process Name": "NewProcessName",
    "Creator Process Name": "ParentProcessName",
    "Process Command Line": "CommandLine",
    "Service Name": "ServiceName",
    "Service File Name": "ServiceFileName",
    "Task Name": "TaskName",
    "Ticket Encryption Type": "TicketEncryptionType",
    "Share Name": "ShareName",
    "Relative Target Name": "RelativeTargetName",
    "Object Name": "ObjectName",
    "Access Mask": "AccessMask",
    "Properties": "Properties",
    "Application Name": "Application",
    "Destination Address": "DestAddress",
    "Destination Port": "DestPort",
}
"""Keys that mean the same in every section."""


@dataclass(slots=True)
class _Block:
    """The lines of one event so far."""

    number: int
    offset: int
    stamp: str
    lines: int = 1
    end: int = 0
    section: str = ""
    message: bool = False
    value: dict[str, Any] = field(default_factory=dict)

    def add(self, line: str) -> None:
        if not self.message and (pair := KEY_VALUE.match(line)):
            self.value.setdefault(pair["key"], pair["value"].strip())
            self.message = pair["key"] == "Message"
        elif TASK_ACTION.match(line):
            self.value["TaskContent"] = self.value.get("TaskContent", "") + line.strip()
        elif self.message and (listed := PROPERTY.match(line)):
            self.value["Properties"] = f"{self.value.get('Properties', '')} {listed[1]}".strip()
        elif self.message and (found := FIELD.match(line)):
            self._said(found["key"], (found["value"] or "").strip(), bool(found["indent"]))

    def _said(self, key: str, value: str, indented: bool) -> None:
        if not value and not indented:
            self.section = key
            return
        name = NAMES.get((self.section, key)) if indented else None
        name = name or BY_KEY.get(key)
        if name:
            self.value.setdefault(name, value)


class WindowsText(RecordFormat):
    """The parser: blocks of lines for records."""

    def plausible(self, head: Sequence[bytes]) -> bool:
        return any(STAMP.match(raw) for raw in head)

    def source(self, lines: Iterable[Line], tally: Tally) -> Iterator[Record]:
        block: _Block | None = None
        for place, offset, raw in lines:
            stamp = STAMP.match(raw)
            if block is not None and (stamp or block.lines >= MOST_LINES):
                yield _record(block)
                block = None
            if stamp:
                block = _Block(place, offset, stamp[1].decode(), end=offset + len(raw), value={})
            elif block is None:
                if raw.strip():
                    tally.unread(place, raw, "outside an event: no line with its time before it")
                else:
                    tally.read()
            else:
                block.lines += 1
                if raw.strip():
                    block.end = offset + len(raw)
                    block.add(raw.decode("utf-8", "replace"))
        if block is not None:
            yield _record(block)


def mine(record: Mapping[str, Any]) -> bool:
    return "EventCode" in record and bool({"LogName", "SourceName", "ComputerName"} & record.keys())


def event(record: Mapping[str, Any], clock: Clock) -> Event | str:
    code = number(record.get("EventCode"))
    if code is None:
        return "EventCode is no number"
    told = Told(
        code=code,
        channel=text(record.get("LogName")) or "",
        provider=text(record.get("SourceName")) or "",
        host=record.get("ComputerName"),
        at=american(record["_time"]),
        utc=False,
        data=record,
    )
    return event_of(told, clock)


def _record(block: _Block) -> Record:
    value = block.value | {"_time": block.stamp}
    raw = " ".join(f"{key}={value[key]}" for key in list(value)[:6]).encode()
    return Record(block.number, block.offset, block.end - block.offset, None, block.lines, value, raw)


PARSER = WindowsText(
    format="windows_text",
    version=2,
    title="Windows events (text, as Splunk shows them)",
    kinds=("authentication", "configuration", "iam", "process", "session"),
    mine=mine,
    event=event,
    recount=counted_once,
)
