"""What records state, read as the schema wants it: text, numbers, addresses, instants. Nothing here raises, whatever
the value; what cannot be read as asked is None."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from triage.events.parsers.protocol import Event
from triage.events.parsers.sources import source
from triage.events.timestamps import Clock

LONGEST_TEXT = 32_768
"""Characters of a value that are kept: as long as the longest Windows command line. The original has the rest."""

LARGEST_SECONDS = 1e11
"""An epoch number above this is in milliseconds (seconds would be the year 5138)."""

NOTHING = frozenset({"", "-", "null", "NULL", "N/A", "unknown", "Unknown", "None"})

EPOCH = re.compile(r"\d{9,13}(?:\.\d{1,9})?$")
AMERICAN = re.compile(
    r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4}),? (?P<hour>\d{1,2}):(?P<rest>\d\d:\d\d(?:\.\d{1,9})?)"
    r" ?(?P<half>[AaPp][Mm])?$"
)
ADDRESS_PORT = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.%\w]+)\]|(?P<v4>\d+\.\d+\.\d+\.\d+))(?::(?P<port>\d{1,5}))?$")


def text(value: Any) -> str | None:
    """A stated value; None for what senders write instead of one."""
    found = None if value is None else name(value)
    return None if found is None or found in NOTHING else found


def name(value: Any) -> str | None:
    """As `text`, but an empty string and a dash stay: both are names somebody may have tried."""
    if isinstance(value, str):
        found = value.strip()[:LONGEST_TEXT]
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = str(value)
    else:
        return None
    return found if found.isascii() else found.encode("utf-8", "replace").decode()


def number(value: Any) -> int | None:
    """A whole number, also as text or in hexadecimal (``0x1d60``)."""
    if value is None or isinstance(value, bool):
        return None
    try:
        found = int(value[:20], 16 if value[:2] in ("0x", "0X") else 10) if isinstance(value, str) else int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if 0 <= found < 1 << 62 else None


def dig(record: Any, *path: str) -> Any:
    """The value under nested keys; None where one is missing."""
    for key in path:
        if not isinstance(record, Mapping):
            return None
        record = record.get(key)
    return record


def first(value: Any) -> Any:
    """A value, or the first of a list of them."""
    return (value[0] if value else None) if isinstance(value, list) else value


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list of them; nothing for anything else."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def origin(address: Any, port: Any = None) -> Event:
    """``source.ip`` or ``source.domain``, also from ``192.0.2.7:51234`` and ``[2001:db8::7]:51234``."""
    stated = text(address)
    if stated is None:
        return {}
    if (found := ADDRESS_PORT.match(stated)) and (found["v6"] or found["port"]):
        stated, port = found["v6"] or found["v4"], found["port"] or port
    event = source(stated)
    at = number(port)
    return event | {"source.port": at} if event and at else event


def when(clock: Clock, value: Any, *, utc: bool = False) -> Event | None:
    """``@timestamp`` and ``time_basis`` of a stamp or epoch number; None when it is neither. ``utc`` is for senders
    whose stamps name no zone and are documented to be UTC."""
    stamp = _epoch(value)
    if stamp is None:
        stamp = value.strip() if isinstance(value, str) else ""
        if utc and stamp and not _zoned(stamp):
            stamp += "Z"
    instant = clock.iso(stamp[:40]) if len(stamp) > 9 else None
    return None if instant is None else {"@timestamp": instant[0], "time_basis": instant[1]}


def american(stamp: str) -> str:
    """``3/12/2021 1:48:14 PM`` as ISO 8601, for programs that are known to write so; anything else as it is."""
    found = AMERICAN.match(stamp.strip())
    if found is None:
        return stamp
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].lower() == "pm" else 0)
    return f"{found['year']}-{int(found['month']):02d}-{int(found['day']):02d}T{hour:02d}:{found['rest']}"


def stated(**values: Any) -> Event:
    """Keyword arguments as an event: ``user__name`` is ``user.name``, and None is left out."""
    return {_dotted(key): value for key, value in values.items() if value is not None}


@lru_cache(maxsize=512)
def _dotted(key: str) -> str:
    return key.replace("__", ".")


def _epoch(value: Any) -> str | None:
    if isinstance(value, bool) or not (
        isinstance(value, int | float) or (isinstance(value, str) and EPOCH.match(value))
    ):
        return None
    try:
        seconds = float(value)
        return datetime.fromtimestamp(seconds / 1000 if seconds > LARGEST_SECONDS else seconds, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def _zoned(stamp: str) -> bool:
    return stamp[-1] in "Zz" or (stamp[-6:-5] in ("+", "-") and len(stamp) > 16)
