"""How findings put numbers, names and times into plain English. Times are UTC and say so once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

NAMES_SHOWN = 3


def plural(count: int, noun: str, many: str | None = None) -> str:
    """``1 failed login``, ``1,042 failed logins``."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def user(name: str | None) -> str:
    """A user name as shown: the empty name is a value of its own."""
    if name is None:
        return "(no name)"
    return name if name else "(empty name)"


def listed(names: Sequence[str], shown: int = NAMES_SHOWN) -> str:
    """``a, b and c``; ``a, b, c and 7 more``."""
    if len(names) > shown:
        return f"{', '.join(names[:shown])} and {len(names) - shown} more"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def at(when: datetime | None, *, seconds: bool = False, day_of: datetime | None = None) -> str:
    """``30 Mar 16:01 UTC``; only ``16:01 UTC`` where ``day_of`` has already named the day."""
    if when is None:
        return "an unknown time"
    when = when.astimezone(UTC)
    day = "" if day_of and day_of.astimezone(UTC).date() == when.date() else f"{when.day} {when:%b} "
    return f"{day}{when:%H:%M:%S} UTC" if seconds else f"{day}{when:%H:%M} UTC"


def span(first: datetime | None, last: datetime | None) -> str:
    """``30 Mar 15:54–16:01 UTC``, over days ``27 Mar 13:08 – 20 Apr 14:14 UTC``; an open end is said."""
    if first is None or last is None:
        return f"until {at(last)}" if first is None else f"from {at(first)}"
    first, last = first.astimezone(UTC), last.astimezone(UTC)
    if first.date() == last.date():
        return f"{first.day} {first:%b %H:%M}–{last:%H:%M} UTC"
    form = "%b %Y %H:%M" if first.year != last.year else "%b %H:%M"
    return f"{first.day} {first:{form}} – {last.day} {last:{form}} UTC"


def between(first: datetime | None, last: datetime | None) -> str:
    """``between 15:54 and 16:01 UTC on 30 Mar``; nothing where no time is known."""
    if first is None or last is None:
        return ""
    if first == last:
        return f" at {at(first)}"
    first, last = first.astimezone(UTC), last.astimezone(UTC)
    if first.date() == last.date():
        if f"{first:%H:%M}" == f"{last:%H:%M}":
            return f" at {at(first)}"
        return f" between {first:%H:%M} and {last:%H:%M} UTC on {first.day} {first:%b}"
    return f" between {at(first).removesuffix(' UTC')} and {at(last)}"


def duration(seconds: int) -> str:
    """``20 min``, ``120 s``, ``24 h``: as thresholds are commonly written."""
    if seconds % 3600 == 0:
        return f"{seconds // 3600} h"
    return f"{seconds // 60} min" if seconds % 60 == 0 and seconds > 120 else f"{seconds} s"


def rfc3339(when: datetime | None) -> str | None:
    """An instant for machines."""
    return None if when is None else when.astimezone(UTC).isoformat().replace("+00:00", "Z")
