"""The instant of a log line, what it had to assume, and what is wrong with a log's clock.

A syslog stamp names neither year nor zone. Both are assumptions: a person states them, or we take the year in which
no line lies after the file was received, and UTC. Nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS = {name: number for number, name in enumerate(NAMES, start=1)}

ROLLOVER_MONTHS = 6
"""A month that falls by more than this is a new year; one that rises by more is a late line of the old one."""

BACKWARDS = timedelta(minutes=1)
"""Syslog writers interleave; only a larger step back is a defect."""

SAME_MINUTE_HOURS = 5
"""As many different hours must share one minute value before we call the minutes rewritten."""

Instant = tuple[datetime | None, str]
"""UTC, or None where the date does not exist; and the `time_basis`."""


@dataclass(slots=True)
class Defects:
    """What is wrong with the times of a log; counting rule 6 asks for it before any rate is stated."""

    impossible: int = 0
    backwards: int = 0
    ambiguous: int = 0
    future: int = 0
    hours: set[datetime] = field(default_factory=set)
    minutes: set[int] = field(default_factory=set)

    @property
    def same_minute(self) -> int | None:
        """The one minute value all lines share, when that cannot be chance."""
        return next(iter(self.minutes)) if len(self.minutes) == 1 and len(self.hours) >= SAME_MINUTE_HOURS else None


class Clock:
    """Turns the stamps of one log, read in order, into instants."""

    def __init__(
        self,
        *,
        zone: str = "UTC",
        zone_stated: bool = False,
        year: int | None = None,
        year_stated: bool = False,
        received_at: datetime | None = None,
    ) -> None:
        """``year`` is that of the first line. Raises zoneinfo.ZoneInfoNotFoundError or ValueError for a bad zone."""
        self.zone = ZoneInfo(zone)
        self.first_year = self.year = year
        self.defects = Defects()
        self.named_zone = self.named_year = True
        self.ordered = True
        """Whether lines are written as things happen; False for an export, whose order says nothing of its clock."""
        self._zone_stated, self._year_stated = zone_stated, year_stated
        self._limit = received_at + timedelta(days=1) if received_at else None
        self._month: int | None = None
        self._last: datetime | None = None
        self._hours: dict[tuple[int, int, int, int], datetime | None] = {}
        self._basis = self._syslog_basis()

    def syslog(self, month: str, day: str, clock: str) -> Instant | None:
        """``Mar 30 16:01:36``. None when it is no such stamp; (None, "impossible_date") when there is no such day."""
        number = MONTHS.get(month)
        try:
            if number is None or len(clock) < 8 or clock[2] != ":" or clock[5] != ":":
                return None
            hour, minute, second, day_number = int(clock[:2]), int(clock[3:5]), int(clock[6:8]), int(day)
        except ValueError:
            return None
        if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second <= 60 and 1 <= day_number <= 31):
            return None
        self.named_zone = self.named_year = False
        start = self._hour(self._year_of(number), number, day_number, hour)
        if start is None:
            self.defects.impossible += 1
            return None, "impossible_date"
        self._note(start, minute)
        at = start + timedelta(seconds=minute * 60 + second)
        self._check_order(at)
        return at, self._basis

    def iso(self, stamp: str) -> Instant | None:
        """RFC 3339, with or without an offset. None when it is no such stamp."""
        try:
            at = datetime.fromisoformat(stamp)
            if at.tzinfo is None:
                self.named_zone = False
                at, basis = at.replace(tzinfo=self.zone), "stated" if self._zone_stated else "assumed_zone"
            else:
                basis = "exact"
            at = at.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        self._note(at.replace(minute=0, second=0, microsecond=0), at.minute)
        self._check_order(at)
        return at, basis

    @property
    def month(self) -> int | None:
        """The month of the last line that named no year."""
        return self._month

    @property
    def last(self) -> datetime | None:
        """The instant of the last line that has one."""
        return self._last

    @property
    def limit(self) -> datetime | None:
        """Where the future begins: a day after the log was received."""
        return self._limit

    @property
    def syslog_basis(self) -> str:
        """The `time_basis` of a stamp without year and zone."""
        return self._basis

    def hour(self, year: int, month: int, day: int, hour: int) -> datetime | None:
        """The UTC start of a local hour; None where there is no such day."""
        return self._hour(year, month, day, hour)

    def turned(self, *, year: int, month: int) -> None:
        """Many lines without a year were read at once, the last of this month and, as it turned out, of this year."""
        self.named_zone = self.named_year = False
        self.year, self._month = year, month

    def passed(self, *, last: datetime, backwards: int, future: int, minutes: set[int], hours: set[datetime]) -> None:
        """Many instants were read at once; what is wrong with them was counted, the step to the first included."""
        self.defects.backwards += backwards if self.ordered else 0
        self.defects.future += future
        if len(self.defects.minutes) < 2:
            self.defects.minutes |= minutes
            self.defects.hours |= hours
        self._last = last

    def sentences(self) -> list[str]:
        """What was assumed about the log's times and what is wrong with them, for people. Ask after reading."""
        found = self.defects
        said = []
        if not self.named_year and self.first_year is not None:
            how = "as stated" if self._year_stated else "assumed from the day the file was received"
            said.append(f"The lines name no year: {self.first_year}, {how}.")
        if not self.named_zone:
            how = "as stated" if self._zone_stated else "assumed"
            said.append(f"The lines name no time zone: {self.zone.key}, {how}.")
        if found.impossible:
            said.append(f"{found.impossible} lines carry a date that does not exist in their year and have no time.")
        if found.same_minute is not None:
            said.append(f"Every line has the minute {found.same_minute:02d}: rates by the minute cannot be stated.")
        if found.backwards:
            said.append(f"Time runs backwards by more than a minute at {found.backwards} places.")
        if found.ambiguous:
            said.append(f"{found.ambiguous} hours occur twice when clocks go back: read as the first of the two.")
        if found.future:
            said.append(f"{found.future} lines lie after the day the file was received.")
        return said

    def _syslog_basis(self) -> str:
        assumed = [name for name, stated in (("year", self._year_stated), ("zone", self._zone_stated)) if not stated]
        return "assumed_" + "_and_".join(assumed) if assumed else "stated"

    def _year_of(self, month: int) -> int:
        if self.year is None:
            raise ValueError("a log without years needs one assumed: see assumed_year")
        if self._month is not None:
            self.year += turn(self._month, month)
        self._month = month
        return self.year

    def _hour(self, year: int, month: int, day: int, hour: int) -> datetime | None:
        """The UTC start of a local hour. Cached: a log has thousands of lines for each of its hours."""
        key = (year, month, day, hour)
        if key not in self._hours:
            try:
                local = datetime(year, month, day, hour, tzinfo=self.zone)
                self._hours[key] = local.astimezone(UTC)
                self.defects.ambiguous += local.utcoffset() != local.replace(fold=1).utcoffset()
            except (ValueError, OverflowError):
                self._hours[key] = None
        return self._hours[key]

    def _note(self, hour: datetime, minute: int) -> None:
        if len(self.defects.minutes) < 2:
            self.defects.minutes.add(minute)
            self.defects.hours.add(hour)

    def _check_order(self, at: datetime) -> None:
        if self.ordered and self._last is not None and at < self._last - BACKWARDS:
            self.defects.backwards += 1
        if self._limit is not None and at > self._limit:
            self.defects.future += 1
        self._last = at


def turn(before: int, now: int) -> int:
    """Years to add when a yearless log goes from one month to the next: 1, -1 (a late line) or 0."""
    if now < before - ROLLOVER_MONTHS:
        return 1
    return -1 if now > before + ROLLOVER_MONTHS else 0


def assumed_year(months: Iterable[int], received_at: datetime) -> int:
    """The year of a log's first line, taken so that its last month is not after the month it was received in."""
    turns, last = 0, None
    for month in months:
        turns += turn(last, month) if last is not None else 0
        last = month
    if last is None:
        return received_at.year
    return (received_at.year if last <= received_at.month else received_at.year - 1) - turns
