"""Linux authentication log: OpenSSH in its old and new spellings, PAM, sudo, su, account tools; RFC 3164 or ISO times.

Each line is read by the rule of its program: sshd here, the others in `host_programs`. A rule returns the events of
the line (often none: many lines repeat what another says), or None when it does not understand it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from triage.events.parsers import host_programs, sshd_messages, syslog
from triage.events.parsers.attempts import Attempts
from triage.events.parsers.protocol import Event, Line, Tally
from triage.events.timestamps import Clock

JOURNAL_MARK = re.compile(r"-- (?:Logs begin|Journal begins|Reboot|Boot|No entries)")


class SshdSyslog:
    """The parser of ``/var/log/auth.log`` and ``/var/log/secure``."""

    format = "sshd_syslog"
    version = 3
    title = "Linux authentication log (OpenSSH, PAM, sudo)"
    kinds: tuple[str, ...] = ("authentication", "iam", "network", "process", "session")

    def recognises(self, head: Sequence[bytes]) -> float:
        """The share of lines written by a program we read."""
        clock = Clock(year=2000)
        headers = [syslog.read_header(raw.decode("utf-8", "replace"), clock) for raw in head if raw.strip()]
        known = sum(h is not None and (h.repeats or h.program in PROGRAMS) for h in headers)
        return known / len(headers) if headers else 0.0

    def months(self, lines: Iterable[Line]) -> Iterator[int]:
        return (month for _, _, raw in lines if (month := syslog.month_of(raw)))

    def parse(self, lines: Iterable[Line], clock: Clock, tally: Tally) -> Iterator[Event]:
        attempts = Attempts()
        last: dict[str, syslog.Header] = {}
        for number, offset, raw in lines:
            text = raw.decode("utf-8", "replace")
            header = syslog.read_header(text, clock)
            if header is None:
                if text and not text.isspace() and not JOURNAL_MARK.match(text):
                    tally.unread(number, raw, "no syslog header (time, host, program)")
                else:
                    tally.read()
                continue
            if header.repeats:
                before = last.get(header.host)
                if before is None:
                    tally.unread(number, raw, "repeats a line that is not in this log")
                    continue
                header = before._replace(at=header.at, basis=header.basis, times=header.times)
            last[header.host] = header
            rule = PROGRAMS.get(header.program)
            if rule is None:
                tally.unread(number, raw, f"no rule for the program {header.program[:40]}")
                continue
            events = rule(header, syslog.place(header, number, offset, len(raw)), attempts)
            if events is None:
                tally.unread(number, raw, f"no rule for this message of {header.program}")
                continue
            tally.read()
            yield from events
        yield from attempts.rest()


PROGRAMS = {"sshd": sshd_messages.read, **host_programs.PROGRAMS}

PARSER = SshdSyslog()
