"""Windows events as JSON, in the layouts shippers write: flat (NXLog, Log Analytics), Winlogbeat and Elastic Agent
(``winlog.event_data``), and the event's own XML as JSON (``Event.System`` and ``Event.EventData``).

``@timestamp`` and ``TimeCreated`` are UTC; NXLog's ``EventTime`` is the clock of the host and is used only where there
is no better: its zone is an assumption, shown and correctable like any.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triage.events.parsers.fields import dig, number, objects, text
from triage.events.parsers.protocol import Event
from triage.events.parsers.record_format import RecordFormat
from triage.events.parsers.windows_attempts import counted_once
from triage.events.parsers.windows_events import Told
from triage.events.parsers.windows_events import event as event_of
from triage.events.timestamps import Clock

UTC_TIMES = ("@timestamp", "TimeCreated", "TimeGenerated", "SystemTime")
HOSTS = ("Hostname", "Computer", "ComputerName", "MachineName", "host")
NO_CHANNEL = {"Microsoft-Windows-Security-Auditing", "Microsoft-Windows-Sysmon", "Service Control Manager"}


def mine(record: Mapping[str, Any]) -> bool:
    return _system(record) is not None or _beats(record) is not None or _flat_code(record) is not None


def event(record: Mapping[str, Any], clock: Clock) -> Event | str:
    told = _of_xml(record) or _of_beats(record) or _of_flat(record)
    return "no event id" if told is None else event_of(told, clock)


def _flat_code(record: Mapping[str, Any]) -> int | None:
    code = number(record.get("EventID"))
    known = "Channel" in record or "Computer" in record or record.get("SourceName") in NO_CHANNEL
    return code if code is not None and known else None


def _of_flat(record: Mapping[str, Any]) -> Told | None:
    code = _flat_code(record)
    if code is None:
        return None
    at = next((record[key] for key in UTC_TIMES if text(record.get(key))), None)
    return Told(
        code=code,
        channel=text(record.get("Channel")) or "",
        provider=text(record.get("SourceName")) or text(record.get("EventSourceName")) or "",
        host=next((record[key] for key in HOSTS if text(record.get(key))), None),
        at=record.get("EventTime") if at is None else at,
        utc=at is not None,
        data=record,
    )


def _beats(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The part Winlogbeat writes, also in its dotted and its old spelling."""
    found = record.get("winlog")
    if isinstance(found, Mapping) and number(found.get("event_id")) is not None:
        return found
    if number(record.get("winlog.event_id")) is not None:
        return {key.removeprefix("winlog."): value for key, value in record.items() if key.startswith("winlog.")}
    if "event_data" in record and number(record.get("event_id")) is not None:
        return record
    return None


def _of_beats(record: Mapping[str, Any]) -> Told | None:
    found = _beats(record)
    if found is None:
        return None
    data = found.get("event_data")
    if not isinstance(data, Mapping):
        data = {key.removeprefix("event_data."): value for key, value in found.items() if key.startswith("event_data.")}
    stated_outcome = dig(record, "event", "outcome") or record.get("event.outcome")
    return Told(
        code=number(found.get("event_id")) or 0,
        channel=text(found.get("channel")) or text(found.get("log_name")) or "",
        provider=text(found.get("provider_name")) or text(found.get("source_name")) or "",
        host=found.get("computer_name") or dig(record, "host", "name") or record.get("host.name"),
        at=record.get("@timestamp"),
        utc=True,
        data={**data, "outcome": stated_outcome},
    )


def _system(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    found = dig(record, "Event", "System") or record.get("System")
    return found if isinstance(found, Mapping) and _value(found.get("EventID")) is not None else None


def _of_xml(record: Mapping[str, Any]) -> Told | None:
    system = _system(record)
    if system is None:
        return None
    inside = dig(record, "Event", "EventData") or record.get("EventData")
    return Told(
        code=number(_value(system.get("EventID"))) or 0,
        channel=text(_value(system.get("Channel"))) or "",
        provider=text(_attribute(system.get("Provider"), "Name")) or "",
        host=_value(system.get("Computer")),
        at=_attribute(system.get("TimeCreated"), "SystemTime") or record.get("@timestamp"),
        utc=True,
        data={"Keywords": _value(system.get("Keywords")), **_data(inside)},
    )


def _data(inside: Any) -> dict[str, Any]:
    """Named data: keys of an object, or a list of ``{"@Name": …, "#text": …}``."""
    if not isinstance(inside, Mapping):
        return {}
    listed = objects(inside.get("Data"))
    if listed:
        return {str(_attribute(one, "Name")): one.get("#text") for one in listed}
    return {str(key): _value(value) for key, value in inside.items()}


def _value(element: Any) -> Any:
    """An element's text, whether or not it has attributes."""
    return element.get("#text") if isinstance(element, Mapping) else element


def _attribute(element: Any, key: str) -> Any:
    """An XML attribute in the three spellings converters use."""
    if not isinstance(element, Mapping):
        return element
    attributes = element.get("#attributes")
    inside = attributes.get(key) if isinstance(attributes, Mapping) else None
    return inside or element.get(f"@{key}") or element.get(key)


PARSER = RecordFormat(
    format="windows_json",
    version=2,
    title="Windows events (JSON: NXLog, Winlogbeat, Event.System)",
    kinds=("authentication", "configuration", "file", "host", "iam", "network", "process", "session"),
    mine=mine,
    event=event,
    recount=counted_once,
)
