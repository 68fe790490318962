"""An answer on its way in: written down record by record, counted against the caps, told how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import IO

from django.db import transaction

from automation.fetch import failures
from automation.fetch.opening import asked
from automation.fetch.protocol import Enough, Failed
from automation.models import LogFetch, LogSystem
from automation.outbound import NoAnswer
from automation.webhooks.forms.protocol import Call
from casebook.work.lease import Lease, renew

TELL_EVERY_S = 0.5
MIB = 1024 * 1024
OVERHEAD = MIB
"""What an answer may be larger than its records: names of columns, totals, what wraps them."""


class Stopped(Exception):
    """A person stopped it: write nothing more."""


class Answer:
    """A `protocol.Line`. ``capped`` says which cap ended it, "" where everything came."""

    def __init__(self, row: LogFetch, system: LogSystem, file: IO[bytes], lease: Lease) -> None:
        self.rows, self.bytes, self.capped = 0, 0, ""
        self._row, self._system, self._file, self._lease = row, system, file, lease
        self._ends = time.monotonic() + system.most_s
        self._told = 0.0

    def ask(self, call: Call) -> bytes:
        """The whole body of a good answer. Raises Failed, CallError, Enough or Stopped."""
        self._tell()
        room = max(0, self._system.most_bytes - self.bytes) + OVERHEAD
        answer = asked(self._system, call, deadline_s=self._left(), most_bytes=room)
        if not 200 <= answer.status < 300:
            raise Failed(failures.of_answer(answer))
        self._tell()
        return answer.body

    def stream(self, call: Call, take: Callable[[bytes], None]) -> None:
        """A good answer line by line. One the time runs out on counts as far as it came."""
        lines = _Lines(take, self._system.most_bytes + OVERHEAD)
        try:
            answer = asked(self._system, call, deadline_s=self._left(), take=lines.take)
        except NoAnswer:
            if not self.rows or time.monotonic() < self._ends:
                raise
            self.capped = self._too_long
            raise Enough from None
        if not 200 <= answer.status < 300:
            raise Failed(failures.of_answer(answer))
        lines.end()

    def row(self, record: bytes) -> None:
        """Keep one record. Raises Enough when a cap is reached."""
        if self.bytes + len(record) + 1 > self._system.most_bytes:
            self.capped = f"cut off at {_size(self._system.most_bytes)}"
            raise Enough
        self._file.write(record + b"\n")
        self.rows += 1
        self.bytes += len(record) + 1
        if self.rows >= self._system.most_rows:
            self.capped = f"cut off at {self._system.most_rows:,} rows"
            raise Enough
        self._tell()

    def end(self) -> None:
        """The last word on how far it came."""
        self._tell(now=True)

    def _left(self) -> float:
        left = self._ends - time.monotonic()
        if left > 0:
            return left
        if not self.rows:
            raise Failed(f"It brought nothing within {self._system.most_s} s: narrow the window.")
        self.capped = self._too_long
        raise Enough

    @property
    def _too_long(self) -> str:
        return f"cut off after {self._system.most_s} s"

    def _tell(self, *, now: bool = False) -> None:
        """Twice a second: how much there is, and whether anybody still wants it."""
        if not now and time.monotonic() - self._told < TELL_EVERY_S:
            return
        self._told = time.monotonic()
        share = max(self.rows / self._system.most_rows, self.bytes / self._system.most_bytes)
        progress = min(99, int(share * 100))
        with transaction.atomic():
            renew(self._lease, progress)
            mine = LogFetch.objects.filter(pk=self._row.pk, state=LogFetch.State.RUNNING)
            if not mine.update(rows=self.rows, bytes=self.bytes, progress=progress):
                raise Stopped


def _size(count: int) -> str:
    return f"{count / MIB:.3g} MiB" if count >= MIB else f"{count / 1024:.3g} KiB"


class _Lines:
    """Pieces of a body as lines."""

    def __init__(self, take: Callable[[bytes], None], longest: int) -> None:
        self._take, self._longest, self._rest = take, longest, b""

    def take(self, piece: bytes) -> None:
        *whole, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) > self._longest:
            raise Failed("One line of its answer is longer than a whole answer may be.")
        for line in whole:
            self._one(line)

    def end(self) -> None:
        if self._rest:
            self._one(self._rest)

    def _one(self, line: bytes) -> None:
        try:
            self._take(line)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Failed(f"A line of its answer is not understood ({type(error).__name__}).") from error
