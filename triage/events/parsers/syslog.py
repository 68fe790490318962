"""The header of a syslog line: RFC 3164 (``Mar 30 16:01:36 host sshd[14720]: …``) or with an ISO time stamp.

Programs of the OpenSSH and PAM families spell themselves in several ways; this settles one spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from triage.events.lines import MARK
from triage.events.parsers.protocol import Event
from triage.events.timestamps import MONTHS, Clock, Instant

PRIORITY = re.compile(r"<\d{1,3}>(?:1 )?")
STRUCTURED = re.compile(r"(?P<app>\S+) (?P<pid>\S+) \S+ (?:-|(?:\[[^\]]*\])+)(?: (?P<message>.*))?$", re.DOTALL)
"""What follows time and host in RFC 5424: application, process id, message id, structured data, message."""

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
FOLDED = re.compile(r"message repeated (\d{1,9}) times: \[ ?(.*?)\]?$", re.DOTALL)
LAST_REPEATED = re.compile(r"message repeated (\d{1,9}) times?$")

NAMED_MONTH = re.compile(rb"\n(?:<[^\n>]*>)?(%s) [^\n]{5}:[^\n]{2}:" % "|".join(MONTHS).encode())
PIECE = 4 << 20

SPELLINGS = {"sshd-session": "sshd", "sshd-auth": "sshd"}
"""OpenSSH 9.8 and later split their server into several programs."""


class Header(NamedTuple):
    """``at`` is None where the date does not exist; ``times`` undoes a fold; ``repeats`` is set where the line only
    says that the one before it came again."""

    at: datetime | None
    basis: str
    host: str
    program: str
    pid: int | None
    message: str
    times: int
    repeats: bool


def read_header(text: str, clock: Clock) -> Header | None:
    """The parts of one line, its fold undone; None when it is no syslog line."""
    if text.startswith("<") and (priority := PRIORITY.match(text)):
        text = text[priority.end() :]
    found = _iso_parts(text, clock) if text[:1].isdigit() else _rfc3164_parts(text, clock)
    if found is None:
        return None
    instant, host, rest = found
    if rest.startswith("last message repeated ") and (again := LAST_REPEATED.match(rest, 5)):
        return Header(instant[0], instant[1], host, "", None, rest, int(again[1]), True)
    tag, _, message = rest.partition(" ")
    if not tag.endswith(":"):
        told = STRUCTURED.match(rest) if text[:1].isdigit() else None
        if told is None:
            return None
        tag, message = f"{told['app']}[{told['pid']}]:", (told["message"] or "").removeprefix("\ufeff")
    program, pid, pam = _tag(tag)
    message = message.lstrip(" ")
    count = 1
    if message.startswith("message repeated ") and (fold := FOLDED.match(message)):
        count, message = max(1, int(fold[1])), fold[2]
    if pam:
        message = f"pam_unix({program}:): {message}"
    return Header(instant[0], instant[1], host, program, pid, message, count, False)


def month_of(raw: bytes) -> int | None:
    """The month of an RFC 3164 line, without reading the rest of it."""
    start = raw.find(b">") + 1 if raw.startswith(b"<") else 0
    stamp = raw[start : start + 15]
    if stamp[3:4] != b" " or stamp[9:10] != b":" or stamp[12:13] != b":":
        return None
    return MONTHS.get(stamp[:3].decode("ascii", "replace"))


def turns_of_the_month(path: Path) -> Iterator[int]:
    """As `month_of` for the lines of a file, but of equal months in a row the first alone or some: a piece of the file
    whose lines all begin with the month before them is not looked at line by line."""
    month, before = b"", b"\n"
    with path.open("rb") as file:
        file.seek(len(MARK) if file.read(len(MARK)) == MARK else 0)
        while piece := file.read(PIECE):
            piece += b"" if piece.endswith(b"\n") else file.readline(PIECE)
            before, piece = piece[-1:], (b"\n" if before == b"\n" else b"") + piece.removesuffix(b"\n")
            if month and piece.count(b"\n") == piece.count(b"\n" + month):
                continue
            for found in NAMED_MONTH.finditer(piece):
                if found[1] != month:
                    month = found[1]
                    yield MONTHS[month.decode()]


def place(header: Header, number: int, offset: int, length: int) -> Event:
    """What every event of a line shares: when, where, which program, and the pointer to the raw line."""
    return {
        "@timestamp": header.at,
        "time_basis": header.basis,
        "event.count": header.times,
        "host.name": header.host,
        "process.name": header.program,
        "process.pid": header.pid,
        "service.name": header.program,
        "evidence.line": number,
        "evidence.offset": offset,
        "evidence.length": length,
    }


def _rfc3164_parts(text: str, clock: Clock) -> tuple[Instant, str, str] | None:
    parts = text.split(None, 4)
    if len(parts) < 5:
        return None
    instant = clock.syslog(parts[0], parts[1], parts[2])
    return None if instant is None else (instant, parts[3], parts[4])


def _iso_parts(text: str, clock: Clock) -> tuple[Instant, str, str] | None:
    parts = text.split(None, 2)
    if len(parts) < 3 or not ISO.match(parts[0]):
        return None
    instant = clock.iso(parts[0])
    return None if instant is None else (instant, parts[1], parts[2])


@lru_cache(maxsize=4096)
def _tag(tag: str) -> tuple[str, int | None, bool]:
    """``sshd(pam_unix)[19937]:`` → ("sshd", 19937, True)."""
    name, _, pid = tag[:-1].partition("[")
    pid = pid.rstrip("]")
    name, _, module = name.partition("(")
    name = name.rsplit("/", 1)[-1]
    number = int(pid) if pid.isascii() and pid.isdigit() and len(pid) < 10 else None
    return SPELLINGS.get(name, name), number, module.startswith("pam_")
