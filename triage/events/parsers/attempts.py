"""One login attempt writes several lines: ``Invalid user``, a PAM failure, ``Failed``. They become one event.

Lines belong together by (host, process id), limited in time because process ids are reused. Neither PAM nor old
``Invalid user`` lines carry a port. ``Failed`` is the attempt; a PAM failure counts only where no ``Failed`` came; a
name that was tried without any failure line (an enumerator hangs up first) is kept as an event of its own, which is
not an attempt to log in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from triage.events.parsers.protocol import Event

LIFETIME = timedelta(minutes=10)
"""Longer than any login grace time, shorter than a process id takes to come round."""

OPEN_AT_MOST = 4096

Key = tuple[str, int | None]


@dataclass(slots=True)
class Attempt:
    """What one server process has said so far."""

    last: datetime | None
    failed: bool = False
    exists: bool | None = None
    named: list[Event] = field(default_factory=list)
    pam: list[Event] = field(default_factory=list)
    origin: Event = field(default_factory=dict)

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
        self._open: dict[Key, Attempt] = {}

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
        """Any other event of the process; it lends its address to lines that carry none."""
        attempt, before = self._of(key, event)
        yield from before
        if "source.ip" in event:
            attempt.origin = {"source.ip": event["source.ip"]}
        elif attempt.origin:
            event.update(attempt.origin)
        yield event

    def rest(self) -> Iterator[Event]:
        """What is still waiting at the end of the log."""
        for attempt in self._open.values():
            yield from attempt.leftovers()
        self._open.clear()

    def _of(self, key: Key, event: Event) -> tuple[Attempt, list[Event]]:
        """The attempt a line belongs to, and what must be said of earlier ones that are over."""
        at = event["@timestamp"]
        attempt = self._open.pop(key, None)
        before: list[Event] = []
        if attempt is not None and at and attempt.last and abs(at - attempt.last) > LIFETIME:
            before, attempt = attempt.leftovers(), None
        if attempt is None:
            attempt = Attempt(last=at)
            if len(self._open) >= OPEN_AT_MOST:
                before = before + self._open.pop(next(iter(self._open))).leftovers()
        attempt.last = at or attempt.last
        self._open[key] = attempt  # put back last, so that the first is always the longest silent
        return attempt, before
