"""One login, told twice: by the machine that was logged in to (4624, 4625) and by the domain controller that checked
the credentials (4768, 4771, 4776). The machine's record counts; the controller's is kept and counts for nothing.

They belong together by user, within two seconds, from the same workstation where both name one. A record of the
controller may come first, so it waits for the end of what can still concern it. Where only the controller tells of a
login, its record counts.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from triage.events.parsers.protocol import Event

MEMBER = frozenset({"4624", "4625"})
CONTROLLER = frozenset({"4768", "4771", "4776"})
REACH_S = 2
WAITING_AT_MOST = 20_000
REMEMBERED_AT_MOST = 100_000
STATIONS_AT_MOST = 16

TOLD_TWICE = "told by the domain controller; the machine's own record of this login counts"

Key = tuple[str, str, datetime]
"""User, outcome, second."""


class Logins(NamedTuple):
    """What machines told within one second: how many by workstation, and how many a controller's code has claimed."""

    counted: Counter[str]
    claimed: Counter[tuple[str, str]]


def counted_once(events: Iterator[Event]) -> Iterator[Event]:
    """The same events; a controller's record of a login that a machine tells too has ``event.count`` 0."""
    waiting: deque[Event] = deque()
    known: OrderedDict[Key, Logins] = OrderedDict()
    for event in events:
        code = event["event.code"]
        if code in CONTROLLER and event["event.category"] == "authentication" and event["@timestamp"]:
            waiting.append(event)
            if len(waiting) > WAITING_AT_MOST:
                yield _settled(waiting.popleft(), known)
            continue
        if code in MEMBER and event["@timestamp"]:
            _remember(event, known)
        yield event
    for event in waiting:
        yield _settled(event, known)


def _remember(event: Event, known: OrderedDict[Key, Logins]) -> None:
    key = _key(event, 0)
    if key not in known:
        known[key] = Logins(Counter(), Counter())
        if len(known) > REMEMBERED_AT_MOST:
            known.popitem(last=False)
    known[key].counted[_station(event)] += 1


def _settled(event: Event, known: OrderedDict[Key, Logins]) -> Event:
    """The controller's record, as an attempt of its own or as told twice."""
    code, own = event["event.code"], _station(event)
    for seconds in (0, -1, 1, -REACH_S, REACH_S):
        logins = known.get(_key(event, seconds))
        if logins is None:
            continue
        named = (own, "") if own else list(logins.counted)[:STATIONS_AT_MOST]
        for station in named:
            if logins.counted[station] > logins.claimed[station, code]:
                logins.claimed[station, code] += 1
                return event | {"event.count": 0, "event.outcome": "unknown", "event.reason": TOLD_TWICE}
    return event


def _key(event: Event, seconds: int) -> Key:
    at: datetime = event["@timestamp"]
    return (
        str(event.get("user.name", "")).lower(),
        event["event.outcome"],
        at.replace(microsecond=0) + timedelta(seconds=seconds) if MIN < at < MAX else at,
    )


def _station(event: Event) -> str:
    return str(event.get("source.host", "")).lower()


MIN = datetime.fromisoformat("0002-01-01T00:00:00+00:00")
MAX = datetime.fromisoformat("9998-01-01T00:00:00+00:00")
