"""Senders that keep to a clock: an alert is due when it is due, whether or not the last one was answered.

How long an alert waited counts from the moment it was due, so that a server that stalls is charged for every alert
that became due meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.faults.ledger import Ledger
from tests.faults.web import ALERTS

LONGEST_PAUSE_S = 10.0
_GIVE_UP_S = 600.0


@dataclass
class Phase:
    """What a phase came to: seconds waited for each first answer, and statuses by source."""

    ledger: Ledger
    waits: list[float] = field(default_factory=list)
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    late: list[str] = field(default_factory=list)
    took_s: float = 0.0

    def count(self, source: str, status: int) -> None:
        self.statuses.setdefault(source, Counter())[status] += 1

    def share(self, part: float) -> float:
        """A percentile of the waits, in milliseconds."""
        ordered = sorted(self.waits)
        return 1000 * ordered[min(len(ordered) - 1, round(part * (len(ordered) - 1)))] if ordered else 0.0


@dataclass(frozen=True)
class Load:
    """So many alerts a second from one source, over so many connections."""

    source: str
    token: str
    per_s: float
    hands: int
    make: Callable[[], tuple[str, bytes]]


class Call:
    """A kept-alive connection in asyncio: as little as HTTP needs, because the client shares the server's cores."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname, parts.port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers, body. Raises OSError or EOFError when there is no answer."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port, limit=1 << 22)
        assert self.reader is not None
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        self.writer.write(f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\n{lines}{length}\r\n".encode() + body)
        try:
            return await self._answer(self.reader)
        except (OSError, EOFError):
            self.hang_up()
            raise

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
        status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        told = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
        body = b""
        if "content-length" in told:
            body = await reader.readexactly(int(told["content-length"]))
        else:
            while size := int((await reader.readline()).strip() or b"0", 16):
                body += (await reader.readexactly(size + 2))[:-2]
            await reader.readline()
        if told.get("connection", "").lower() == "close":
            self.hang_up()
        return int(status.split()[1]), told, body

    def hang_up(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


async def send(url: str, phase: Phase, loads: list[Load], seconds: float) -> None:
    """Send each load for so long; returns when every alert was answered."""
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for load in loads:
            due = _clock(began, load, seconds)
            for _ in range(load.hands):
                group.create_task(_sender(url, phase, load, due))
    phase.took_s = time.perf_counter() - began


def _clock(began: float, load: Load, seconds: float) -> Iterator[float]:
    """The moments at which alerts are due; shared by a load's hands, who take the next when they are free."""
    for number in range(round(load.per_s * seconds)):
        yield began + number / load.per_s


async def _sender(url: str, phase: Phase, load: Load, due: Iterator[float]) -> None:
    call = Call(url)
    for moment in due:
        await asyncio.sleep(moment - time.perf_counter())
        one, body = load.make()
        await _until_taken(call, phase, load, one, body)
        phase.waits.append(time.perf_counter() - moment)
    call.hang_up()


async def _until_taken(call: Call, phase: Phase, load: Load, one: str, body: bytes) -> None:
    """Again and again, as a SIEM's queue does: after what the server says, and until it takes it."""
    headers = {"Authorization": f"Bearer {load.token}", "Content-Type": "application/json"}
    give_up = time.perf_counter() + _GIVE_UP_S
    while time.perf_counter() < give_up:
        phase.ledger.sending([one])
        try:
            status, told, answer = await call.ask("POST", ALERTS, headers, body)
        except (OSError, EOFError):
            phase.ledger.hung_up(1)
            phase.count(load.source, 0)
            await asyncio.sleep(0.2)
            continue
        phase.count(load.source, status)
        if status not in (429, 503):
            phase.ledger.answered([one], status, json.loads(answer))
            return
        phase.ledger.turned_away(status)
        if "retry-after" not in told:
            phase.late.append(f"{status} without Retry-After")
        await asyncio.sleep(min(LONGEST_PAUSE_S, float(told.get("retry-after", 1))))
    phase.late.append(f"{one} was not taken within {_GIVE_UP_S:.0f} s")


async def look(url: str, cookie: str, every_s: float, waits: list[float], stop: asyncio.Event) -> None:
    """Ask for the queue page as an analyst's browser would, and note the seconds to its last byte."""
    call = Call(url)
    while not stop.is_set():
        began = time.perf_counter()
        status, _, page = await call.ask("GET", "/", {"Cookie": cookie})
        waits.append(time.perf_counter() - began)
        assert status == 200, (status, page[:200])
        await asyncio.sleep(max(0.0, every_s - waits[-1]))
    call.hang_up()
