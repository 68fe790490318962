"""One login attempt writes several lines: ``Invalid user``, a PAM failure, ``Failed``. They become one event.

Lines belong together by (host, process id), limited in time because process ids are reused. Neither PAM nor old
``Invalid user`` lines carry a port. ``Failed`` is the attempt; a PAM failure counts only where no ``Failed`` came; a
name that was tried without any failure line (an enumerator hangs up first) is kept as an event of its own, which is
not an attempt to log in.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from triage.events.parsers.protocol import Event

LIFETIME = timedelta(minutes=10)
"""Longer than any login grace time, shorter than a process id takes to come round."""

REACH = 50_000
"""Lines further apart are not one attempt, whatever their times: what a reader must remember of a log has an end."""

Key = tuple[str, int | None]


@dataclass(slots=True)
class Attempt:
    """What one server process has said so far: ``last`` is when, ``line`` where."""

    last: datetime | None
    line: int
    failed: bool = False
    exists: bool | None = None
    named: list[Event] = field(default_factory=list)
    pam: list[Event] = field(default_factory=list)

    def leftovers(self) -> list[Event]:
        """What no ``Failed`` line spoke for."""
        if self.failed:
            return []
        if not self.pam:
            return self.named
        known = {k: v for k, v in self.named[-1].items() if k.startswith(("user.", "source."))} if self.named else {}
        return [{**event, **known, **({} if known else self._existence())} for event in self.pam]

    def _existence(self) -> Event:
        return {} if self.exists is None else {"user.exists": self.exists}


class Attempts:
    """Groups the lines of server processes as they come."""

    def __init__(self) -> None:
        self._open: OrderedDict[Key, Attempt] = OrderedDict()  # the longest silent first
        self._origins: OrderedDict[Key, tuple[int, datetime | None, str]] = OrderedDict()

    def failed(self, key: Key, event: Event) -> Iterator[Event]:
        """A ``Failed`` line: the attempt itself."""
        attempt, before = self._of(key, event)
        yield from before
        attempt.failed = True
        if attempt.exists:
            # sshd calls an account that may not log in "invalid" as well; an earlier line said that it exists.
            event["user.exists"] = True
        yield event

    def named(self, key: Key, event: Event) -> Iterator[Event]:
        """``Invalid user X``: a name without an account; waits for what follows."""
        attempt, before = self._of(key, event)
        yield from before
        attempt.named.append(event)

    def pam_failure(self, key: Key, event: Event) -> Iterator[Event]:
        """A PAM failure; waits for a ``Failed`` line, which would be the same attempt."""
        attempt, before = self._of(key, event)
        yield from before
        attempt.pam.append(event)

    def existence(self, key: Key, event: Event, exists: bool) -> Iterator[Event]:
        """A line that only tells whether the account exists."""
        attempt, before = self._of(key, event)
        yield from before
        attempt.exists = exists

    def seen(self, key: Key, event: Event) -> Iterator[Event]:
        """Any other event of the process; it lends its address to later ones that carry none."""
        at, line = event["@timestamp"], event["evidence.line"]
        if "source.ip" in event:
            self._origins[key] = (line, at, event["source.ip"])
            self._origins.move_to_end(key)
            while line - next(iter(self._origins.values()))[0] > REACH:
                self._origins.popitem(last=False)
        elif (told := self._origins.get(key)) and line - told[0] <= REACH and not _apart(at, told[1]):
            event["source.ip"] = told[2]
        yield event

    def rest(self) -> Iterator[Event]:
        """What is still waiting at the end of the log."""
        for attempt in self._open.values():
            yield from attempt.leftovers()
        self._open.clear()

    def _of(self, key: Key, event: Event) -> tuple[Attempt, list[Event]]:
        """The attempt a line belongs to, and what must be said of earlier ones that are over."""
        at, line = event["@timestamp"], event["evidence.line"]
        before = self._over(line)
        attempt = self._open.pop(key, None)
        if attempt is not None and _apart(at, attempt.last):
            before, attempt = before + attempt.leftovers(), None
        if attempt is None:
            attempt = Attempt(last=at, line=line)
        attempt.last, attempt.line = at or attempt.last, line
        self._open[key] = attempt
        return attempt, before

    def _over(self, line: int) -> list[Event]:
        """What is left of the attempts that are out of reach."""
        left: list[Event] = []
        while self._open and line - next(iter(self._open.values())).line > REACH:
            left += self._open.popitem(last=False)[1].leftovers()
        return left


def _apart(one: datetime | None, other: datetime | None) -> bool:
    """Whether two lines are too far apart in time to be one attempt; one without a time is not."""
    return one is not None and other is not None and abs(one - other) > LIFETIME


class Told(Attempts):
    """Groups nothing: each event is handed back at once, marked with what its line is to an attempt (``signal``, and
    ``exists`` where it tells of the account). `attempts_columns` groups them by the same rules, all at once."""

    def failed(self, key: Key, event: Event) -> Iterator[Event]:
        yield event | {"signal": "failed"}

    def named(self, key: Key, event: Event) -> Iterator[Event]:
        yield event | {"signal": "named"}

    def pam_failure(self, key: Key, event: Event) -> Iterator[Event]:
        yield event | {"signal": "pam"}

    def existence(self, key: Key, event: Event, exists: bool) -> Iterator[Event]:
        yield event | {"signal": "existence", "exists": exists}

    def seen(self, key: Key, event: Event) -> Iterator[Event]:
        yield event | {"signal": "seen"}
