"""Records of an alert that carry the raw line of a log (ECS ``event.original``) and not what it says: the lines are
read as the log they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from triage.events.detect_format import ENOUGH
from triage.events.parsers.protocol import Event, Line, Parser, Tally
from triage.events.registry import PARSERS
from triage.events.timestamps import Clock, assumed_year

PLACE = ("evidence.line", "evidence.offset", "evidence.length")
"""Where a line stands in a file; a record has its pointer instead."""

LEAP_YEAR = 2000
"""Stands in where no year can be assumed; such times are not told."""


class Original(NamedTuple):
    """One raw line: the place of its record among the alert's, and when the SIEM had it (its year is assumed from
    that) and the zone it states, where it does."""

    place: int
    text: str
    created: datetime | None
    zone: str


def original(place: int, flat: Mapping[str, Any]) -> Original | None:
    """The raw line of a record; None where the record says itself what happened, or carries none."""
    text, zone = flat.get("event.original"), flat.get("event.timezone")
    if not isinstance(text, str) or not text.strip() or "event.category" in flat:
        return None
    return Original(place, text, _instant(flat.get("event.created")), zone if isinstance(zone, str) else "")


def unrepeated(records: Sequence[Any], told: Counter[str]) -> list[Any]:
    """The records, with None in the place of each whose raw line an earlier alert has quoted: rules that count quote
    what rules before them have quoted. ``told`` is how often each line is known so far, and is brought up to date; a
    line that one alert quotes twice was written twice."""
    here: Counter[str] = Counter()
    kept: list[Any] = []
    for record in records:
        line = record.get("event.original") if isinstance(record, Mapping) else None
        if isinstance(line, str):
            here[line] += 1
            if here[line] <= told[line]:
                record = None
        kept.append(record)
    told |= here
    return kept


def parse(records: Sequence[Original], tally: Tally, *, pointer: str) -> Iterator[Event]:
    """The events of the lines, in the format most of them are in; each line is told to the tally once."""
    lines: list[Line] = [(one.place + 1, 0, one.text.encode("utf-8", "replace")) for one in records]
    parser = _parser([raw for _, _, raw in lines])
    if parser is None:
        for number, _, raw in lines:
            tally.unread(number, raw, "its raw line is in no log format we read")
        return
    dated = any(one.created for one in records)
    for event in parser.parse(lines, _clock(parser, records, lines), tally):
        number = event["evidence.line"]
        event = {name: value for name, value in event.items() if name not in PLACE}
        if not dated and event.get("time_basis", "").startswith("assumed_year"):
            event |= {"@timestamp": None, "time_basis": "unreadable"}
        yield event | {"evidence.pointer": f"{pointer}/{number - 1}"}


def _parser(lines: Sequence[bytes]) -> Parser | None:
    scored = [(parser.recognises(lines), parser.format, parser) for parser in _parsers()] if lines else []
    score, _, parser = max(scored, key=lambda one: one[:2], default=(0.0, "", None))
    return parser if score >= ENOUGH else None


@lru_cache(maxsize=1)
def _parsers() -> tuple[Parser, ...]:
    """Loaded the first time an alert carries raw lines."""
    paths = (path.rpartition(".") for path in PARSERS.values())
    return tuple(getattr(import_module(module), name) for module, _, name in paths)


def _clock(parser: Parser, records: Sequence[Original], lines: Sequence[Line]) -> Clock:
    created = next((one.created for one in reversed(records) if one.created), None)
    zone = next((one.zone for one in records if one.zone and _exists(one.zone)), "")
    year = assumed_year(parser.months(lines), created) if created else LEAP_YEAR
    return Clock(zone=zone or "UTC", zone_stated=bool(zone), year=year, received_at=created)


def _exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _instant(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
