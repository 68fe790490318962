"""A moment out of whatever a vendor writes for one. Pure, and no clock is read.

RFC 3339 with any number of decimals and ``+0000``; seconds, milli-, micro- and nanoseconds since 1970, as number or
text; ``Sep 21 2020 10:11:12``, ``21/Sep/2020:10:11:12 +0200``, ``Mon, 21 Sep 2020 10:11:12 GMT``, ``9/21/2020 1:02
PM``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from casebook.intake.adapters.texts import absent
from casebook.intake.envelope import EARLIEST, LATEST


class Moment(NamedTuple):
    """``at`` is in UTC, or None where nothing was said or it is no time; ``assumed`` is a sentence, or ``""``."""

    at: datetime | None
    assumed: str = ""


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_SECOND = Decimal(10**8)
"""An epoch number below this (March 1973) is a counter or a placeholder."""

UNITS = ((Decimal(10**11), 10**6), (Decimal(10**14), 10**3), (Decimal(10**17), 1))
"""Numbers below are seconds, milliseconds, microseconds; above, nanoseconds. (bound, microseconds in one)."""

LONGEST = 80
"""Characters of the longest text that is looked at."""

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, start=1)}
_NUMBER = re.compile(r"\d{1,20}(?:\.\d{1,12})?")
_CLOCK = r"(?P<h>\d{1,2}):(?P<mi>\d\d)(?::(?P<s>\d\d)(?:[.,](?P<f>\d+))?)?(?:\s*(?P<half>[AaPp])[Mm])?"
_ZONE = r"\s*(?P<zone>[Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)?"
_WEEKDAY, _NAME, _YEAR, _DAY = (
    r"(?:[A-Za-z]{3,9},? )?",
    r"(?P<mon>[A-Za-z]{3})[a-z]*",
    r"(?P<y>\d{4})",
    r"(?P<d>\d{1,2})",
)
_SHAPES = (
    re.compile(rf"{_YEAR}[-/](?P<mo>\d\d)[-/](?P<d>\d\d)(?:[Tt ]\s*{_CLOCK})?{_ZONE}"),
    re.compile(rf"{_WEEKDAY}{_NAME} +{_DAY},? +{_YEAR}(?:,? +(?:@ )?{_CLOCK})?{_ZONE}"),
    re.compile(rf"{_WEEKDAY}{_DAY}[ /-]{_NAME}[ /-]{_YEAR}(?:[ :]{_CLOCK})?{_ZONE}"),
    re.compile(rf"(?P<us>\d{{1,2}})/(?P<eu>\d{{1,2}})/{_YEAR}(?:,? +{_CLOCK})?{_ZONE}"),
)


def moment(value: Any, name: str, *, zone: str = "") -> Moment:
    """The moment ``value`` says; ``name`` is the vendor's name for it, said in the sentence. ``zone`` (IANA) is that of
    times which carry none; "" is UTC, assumed."""
    if isinstance(value, list):
        value = value[0] if value else None
    if value is None or (isinstance(value, str) and absent(value)):
        return Moment(None)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return _no_time(name, type(value).__name__)
    said = str(value).strip()
    if len(said) > LONGEST:
        return _no_time(name, said)
    found = _epoch(said, value) or _calendar(said, name, zone)
    if found is None or found.at is None or not EARLIEST <= found.at < LATEST:
        return _no_time(name, said)
    return found


def _no_time(name: str, said: str) -> Moment:
    return Moment(None, f"{name} is not a time we can read ({said[:40]!r}): left out.")


def _epoch(said: str, value: Any) -> Moment | None:
    if isinstance(value, str) and not _NUMBER.fullmatch(said):
        return None
    try:
        number = Decimal(said)
        if not number.is_finite() or number < FIRST_SECOND:
            return None
        factor = next((Decimal(each) for bound, each in UNITS if number < bound), Decimal("0.001"))
        return Moment(EPOCH + timedelta(microseconds=int(number * factor)))
    except (InvalidOperation, OverflowError):
        return None


def _calendar(said: str, name: str, zone: str) -> Moment | None:
    part = next((match.groupdict() for shape in _SHAPES if (match := shape.fullmatch(said))), None)
    if part is None:
        return None
    assumed = []
    try:
        month, day, unsure = _month_and_day(part)
        at = datetime(int(part["y"]), month, day) + _clock(part)  # noqa: DTZ001 - the zone follows
        known = _zone(part["zone"])
        if known is None:
            known, sentence = _zone_of_source(name, zone)
            assumed.append(sentence)
        at = at.replace(tzinfo=known).astimezone(UTC)
    except (ValueError, OverflowError, KeyError):
        return None
    if unsure:
        assumed.append(f"{name} ({said}) may be read in two ways: the month was taken to come first.")
    return Moment(at, " ".join(assumed))


def _month_and_day(part: dict[str, str]) -> tuple[int, int, bool]:
    """Month, day, and whether they may be the other way round."""
    if "us" in part:
        first, second = int(part["us"]), int(part["eu"])
        return (second, first, False) if first > 12 else (first, second, second <= 12 and first != second)
    month = int(part["mo"]) if "mo" in part else _MONTHS[part["mon"].lower()]
    return month, int(part["d"]), False


def _clock(part: dict[str, str]) -> timedelta:
    """Time of day; a second 60 is the next minute's first."""
    if not part["h"]:
        return timedelta(0)
    hour, minute, second = int(part["h"]), int(part["mi"]), int(part["s"] or 0)
    if part["half"]:
        hour = hour % 12 + (12 if part["half"] in "Pp" else 0)
    if hour > 23 or minute > 59 or second > 60:
        raise ValueError("no such time of day")
    micro = int((part["f"] or "0")[:6].ljust(6, "0"))
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)


def _zone(said: str | None) -> tzinfo | None:
    if not said:
        return None
    if said.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = said[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if said[0] == "-" else offset)


@lru_cache(maxsize=64)
def _zone_of_source(name: str, zone: str) -> tuple[tzinfo, str]:
    """The zone of times that carry none, and the sentence that says so."""
    if not zone:
        return UTC, f"{name} carries no time zone: read as UTC."
    try:
        return ZoneInfo(zone), f"{name} carries no time zone: read as {zone}, as set for this source."
    except (ValueError, OSError, KeyError):
        return UTC, f"{name} carries no time zone, and the source's zone {zone[:60]!r} does not exist: read as UTC."
