"""An alert's own ``events``: ECS-like records, flat with dotted keys or nested, or both mixed; and raw lines of a log.

Each event keeps the JSON pointer of the record it came from. Field names and values senders commonly vary are
settled here; what the subset does not know stays in the raw body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from triage.events.parsers import original
from triage.events.parsers.action_words import our_word
from triage.events.parsers.protocol import Event, Tally
from triage.events.parsers.secrets import masked
from triage.events.parsers.sources import source

ALIASES = {
    "timestamp": "@timestamp",
    "event.created": "@timestamp",
    "time": "@timestamp",
    "source.address": "source.ip",
    "client.ip": "source.ip",
    "related.user": "user.name",
    "process.executable": "process.name",
    "email.from.address": "email.from",
    "email.sender.address": "email.from",
    "email.to.address": "email.to",
}
"""Read only where the field itself is absent."""

OUTCOMES = {"success": "success", "succeeded": "success", "allowed": "success"} | dict.fromkeys(
    ("failure", "failed", "fail", "denied", "error"), "failure"
)
PREFERRED = ("authentication", "iam", "session", "process", "network", "web")
"""Which of several categories a record is filed under."""

LARGEST_SECONDS = 1e11
"""An epoch number above this is in milliseconds (seconds would be the year 5138)."""

MAX_DEPTH = 8


def parse(events: Sequence[Any], tally: Tally, *, pointer: str = "/events") -> Iterator[Event]:
    """Events of the records, those of raw lines last. Never raises; each record is told to the tally once."""
    raw_lines: list[original.Original] = []
    for index, record in enumerate(events):
        shown = str(record).encode("utf-8", "replace")
        if not isinstance(record, Mapping):
            tally.unread(index + 1, shown, "not an object")
            continue
        flat = _flat(record)
        if raw_line := original.original(index, flat):
            raw_lines.append(raw_line)
            continue
        event = _event(flat)
        if not event:
            tally.unread(index + 1, shown, "none of its fields is one we know")
            continue
        tally.read()
        event["evidence.pointer"] = f"{pointer}/{index}"
        event.setdefault("event.count", 1)
        event.setdefault("time_basis", "unstated")
        yield event
    yield from original.parse(raw_lines, tally, pointer=pointer)


def _flat(record: Mapping[Any, Any], prefix: str = "", depth: int = 0) -> dict[str, Any]:
    """Nested objects as dotted keys; dotted keys that are there already win."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and depth < MAX_DEPTH:
            for inner, found in _flat(value, name + ".", depth + 1).items():
                flat.setdefault(inner, found)
        elif value is not None:
            flat[name] = value
    for alias, name in ALIASES.items() if not prefix else ():
        if alias in flat:
            flat.setdefault(name, flat[alias])
    return flat


def _event(flat: Mapping[str, Any]) -> Event:
    event: Event = {}
    for name, read in READERS.items():
        if name in flat and (value := read(flat[name])) is not None:
            event[name] = value
    if "source.ip" in flat and (address := _text(flat["source.ip"])) is not None:
        for name, value in source(address).items():
            event.setdefault(name, value)
    if "@timestamp" in flat:
        at, basis = _instant(flat["@timestamp"])
        event |= {"@timestamp": at, "time_basis": basis}
    return _as_done_to(flat, event)


def _as_done_to(flat: Mapping[str, Any], event: Event) -> Event:
    """ECS calls ``user`` who acted and ``user.target`` whom it was done to; ``user`` is the latter with us."""
    target, target_id = _text(flat.get("user.target.name")), _text(flat.get("user.target.id"))
    if target is None:
        return event
    actor = event.get("actor.user.name") or event.pop("user.name", None)
    event.pop("user.id", None)
    done = {"user.name": target, "user.id": target_id, "actor.user.name": actor}
    return event | {name: value for name, value in done.items() if value is not None}


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any) -> str | None:
    value = _first(value)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _number(value: Any) -> int | None:
    value = _first(value)
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number < 1 << 62 else None


def _count(value: Any) -> int | None:
    number = _number(value)
    return number if number else None


def _truth(value: Any) -> bool | None:
    value = _first(value)
    return value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value).lower())


def _outcome(value: Any) -> str | None:
    text = _text(value)
    return None if text is None else OUTCOMES.get(text.lower(), "unknown")


def _category(value: Any) -> str | None:
    stated = [text for item in (value if isinstance(value, list) else [value]) if (text := _text(item))]
    for preferred in PREFERRED:
        if preferred in stated:
            return preferred
    return stated[0] if stated else None


def _action(value: Any) -> str | None:
    said = _text(value)
    return None if said is None else our_word(said)


def _instant(value: Any) -> tuple[datetime | None, str]:
    value = _first(value)
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value > LARGEST_SECONDS else value, UTC), "exact"
        at = datetime.fromisoformat(str(value))
        if at.tzinfo is None:
            return at.replace(tzinfo=UTC), "assumed_zone"
        return at.astimezone(UTC), "exact"
    except (ValueError, OverflowError, OSError):
        return None, "unreadable"


def _command(value: Any) -> str | None:
    text = _text(value)
    return None if text is None else masked(text)


TEXTS = (
    "event.code",
    "event.reason",
    "user.name",
    "user.domain",
    "user.id",
    "user.effective.name",
    "actor.user.name",
    "group.name",
    "source.domain",
    "source.geo.country_iso_code",
    "destination.ip",
    "host.name",
    "service.name",
    "process.name",
    "process.parent.name",
    "process.parent.command_line",
    "http.request.method",
    "url.path",
    "user_agent.original",
    "email.from",
    "email.to",
    "email.subject",
    "email.status",
)
NUMBERS = (
    "source.port",
    "source.as.number",
    "destination.port",
    "process.pid",
    "http.response.status_code",
    "http.response.bytes",
    "email.count",
)

READERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(TEXTS, _text),
    **dict.fromkeys(NUMBERS, _number),
    "process.command_line": _command,
    "event.action": _action,
    "event.category": _category,
    "event.outcome": _outcome,
    "event.count": _count,
    "user.exists": _truth,
}
