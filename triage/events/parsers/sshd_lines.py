"""An authentication log line by line: each by the rule of its program, sshd's here, the others' in `host_programs`.

A rule returns the events of the line (often none: many lines repeat what another says), or None when it does not
understand it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from triage.events.parsers import host_programs, sshd_messages, syslog
from triage.events.parsers.attempts import Attempts
from triage.events.parsers.protocol import Event, Line, Tally
from triage.events.timestamps import Clock

JOURNAL_MARK = re.compile(r"-- (?:Logs begin|Journal begins|Reboot|Boot|No entries)")

PROGRAMS = {"sshd": sshd_messages.read, **host_programs.PROGRAMS}

COLUMNS: tuple[str, ...] = (
    "@timestamp", "time_basis",
    "event.category", "event.action", "event.outcome", "event.code", "event.reason", "event.count",
    "user.name", "user.id", "user.effective.name", "user.exists", "actor.user.name",
    "source.ip", "source.domain", "source.port", "destination.ip", "destination.port",
    "host.name", "service.name", "process.name", "process.pid", "process.command_line",
    "evidence.line", "evidence.offset", "evidence.length",
)  # fmt: skip
"""The fields that rules set."""


class Reader:
    """Reads the lines of one log in order. ``last`` is the header of each host's last line, for repeats of it."""

    def __init__(self, clock: Clock, tally: Tally, attempts: Attempts) -> None:
        self.last: dict[str, syslog.Header] = {}
        self._clock, self._tally, self._attempts = clock, tally, attempts

    def read(self, line: Line) -> Iterable[Event]:
        """The events of a line; it is told to the clock and the tally."""
        number, _, raw = line
        text = raw.decode("utf-8", "replace")
        header = syslog.read_header(text, self._clock)
        if header is None:
            if text and not text.isspace() and not JOURNAL_MARK.match(text):
                self._tally.unread(number, raw, "no syslog header (time, host, program)")
            else:
                self._tally.read()
            return ()
        if header.repeats:
            before = self.last.get(header.host)
            if before is None:
                self._tally.unread(number, raw, "repeats a line that is not in this log")
                return ()
            header = before._replace(at=header.at, basis=header.basis, times=header.times)
        self.last[header.host] = header
        return self.headed(header, line)

    def headed(self, header: syslog.Header, line: Line) -> Iterable[Event]:
        """The events of a line whose header is read; it is told to the tally."""
        number, offset, raw = line
        rule = PROGRAMS.get(header.program)
        if rule is None:
            self._tally.unread(number, raw, f"no rule for the program {header.program[:40]}")
            return ()
        events = rule(header, syslog.place(header, number, offset, len(raw)), self._attempts)
        if events is None:
            self._tally.unread(number, raw, f"no rule for this message of {header.program}")
            return ()
        self._tally.read()
        return events
