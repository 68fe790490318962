"""Web access logs of Apache and nginx: common and combined, with or without a virtual host before and fields behind.

A line is split at its quotes, which is quick; servers that escape a quote (``\\"``) are split at the others only, and a
request that holds bare quotes is put together again up to the status. A last quote that is missing is no defect: the
part it would have closed is the rest of the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import polars as pl

from triage.events.parsers import combined_frames
from triage.events.parsers.fields import LONGEST_TEXT
from triage.events.parsers.protocol import Event, Line, Tally
from triage.events.parsers.sources import source
from triage.events.timestamps import MONTHS, Clock, Instant

HEAD = re.compile(
    r"(?:(?P<site>[^\s:]+:\d{1,5}) )?(?P<client>\S{1,255}) \S+ (?P<user>\S.*?) "
    r"\[(?P<stamp>\d{1,2}/\w{3}/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?)\] $"
)
STATUS = re.compile(r" (?P<status>\d{3}) (?P<bytes>\d{1,18}|-)(?: |$)")
REQUEST = re.compile(r"(?P<method>[A-Za-z_-]{1,20}) (?P<target>\S.*?)(?: HTTP/\d(?:\.\d)?)?$", re.DOTALL)
ESCAPED = re.compile(r'(?<!\\)"')
ABSOLUTE = re.compile(r"https?://(?P<host>[^/?#\s]+)(?P<rest>.*)$", re.IGNORECASE | re.DOTALL)

REMEMBERED = 512
"""Requests up to this length are read once: a site is asked for the same few things over and over."""


class Parts(NamedTuple):
    """A line as its quotes divide it."""

    head: re.Match[str]
    request: str
    status: str
    bytes: str
    agent: str


class Combined:
    """The parser of ``access.log``."""

    format = "web_combined"
    version = 1
    title = "Web access log (Apache and nginx, common or combined)"
    kinds: tuple[str, ...] = ("web",)
    columns = combined_frames.COLUMNS

    def recognises(self, head: Sequence[bytes]) -> float:
        found = [_parts(raw.decode("utf-8", "replace")) is not None for raw in head]
        return sum(found) / len(found) if found else 0.0

    def months(self, lines: Iterable[Line]) -> Iterator[int]:
        """Lines name their year."""
        return iter(())

    def parse(self, lines: Iterable[Line], clock: Clock, tally: Tally) -> Iterator[Event]:
        for number, offset, raw in lines:
            text = raw.decode("utf-8", "replace")
            parts = _parts(text)
            if parts is None:
                if text.strip():
                    tally.unread(number, raw, "no line of a web access log (client, time, request, status)")
                else:
                    tally.read()
                continue
            instant = _instant(parts.head["stamp"], clock)
            if instant is None:
                tally.unread(number, raw, f"no such time: {parts.head['stamp']}")
                continue
            tally.read()
            event = _event(parts, instant)
            event["evidence.line"], event["evidence.offset"], event["evidence.length"] = number, offset, len(raw)
            yield event

    def frames(
        self, path: Path, clock: Clock, tally: Tally, progress: Callable[[float], None]
    ) -> Iterator[pl.DataFrame]:
        """What `parse` says of a whole file, in bulk: a frame of events for some thousands of lines."""
        return combined_frames.frames(path, clock, tally, progress, parse=self.parse, read_stamp=_instant)


def _parts(text: str) -> Parts | None:
    pieces = ESCAPED.split(text) if '\\"' in text else text.split('"')
    if len(pieces) < 3:
        return None
    head = HEAD.match(pieces[0])
    if head is None:
        return None
    for at in range(2, min(len(pieces), 64)):
        if found := STATUS.match(pieces[at]):
            request = pieces[1] if at == 2 else '"'.join(pieces[1:at])
            agent = pieces[at + 3] if len(pieces) > at + 3 else ""
            return Parts(head, request, found["status"], found["bytes"], agent)
    return None


def _event(parts: Parts, instant: Instant) -> Event:
    head = parts.head
    status = int(parts.status)
    event: Event = {
        "@timestamp": instant[0],
        "time_basis": instant[1],
        "event.category": "web",
        "event.action": "http_request",
        "event.outcome": "failure" if status >= 400 else "success",
        "event.code": parts.status,
        "event.count": 1,
        "http.response.status_code": status,
        "service.name": "web",
        **source(head["client"]),
        **(_asked_before(parts.request) if len(parts.request) < REMEMBERED else _asked(parts.request)),
    }
    if parts.bytes != "-":
        event["http.response.bytes"] = int(parts.bytes)
    if parts.agent not in ("", "-"):
        event["user_agent.original"] = parts.agent[:LONGEST_TEXT]
    if head["user"] not in ("", "-"):
        event["user.name"] = head["user"][:LONGEST_TEXT]
    if head["site"]:
        event["host.name"] = head["site"].partition(":")[0].lower()
    return event


def _asked(request: str) -> Event:
    """Method and path. What is no HTTP at all (a TLS hello on the plain port, a scanner's bytes) says so."""
    found = REQUEST.match(request)
    if found is None:
        return {"event.reason": "not an HTTP request"} if request not in ("", "-") else {}
    target = found["target"]
    asked: Event = {"http.request.method": found["method"]}
    if elsewhere := ABSOLUTE.match(target):
        target = elsewhere["rest"] or "/"
    path, _, query = target.partition("?")
    asked["url.path"] = path[:LONGEST_TEXT]
    if query:
        asked["url.query"] = query[:LONGEST_TEXT]
    return asked


_asked_before = lru_cache(maxsize=4096)(_asked)


def _instant(stamp: str, clock: Clock) -> Instant | None:
    """``20/May/2015:12:05:17 +0000``; without a zone where an administrator left it out."""
    day, month, rest = stamp.split("/", 2)
    number = MONTHS.get(month.capitalize())
    if number is None:
        return None
    zone = f"{rest[14:17]}:{rest[17:19]}" if len(rest) > 13 else ""
    return clock.iso(f"{rest[:4]}-{number:02d}-{int(day):02d}T{rest[5:13]}{zone}")


PARSER = Combined()
