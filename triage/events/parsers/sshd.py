"""Linux authentication log: OpenSSH in its old and new spellings, PAM, sudo, su, account tools; RFC 3164 or ISO times.

What a line says is decided in `sshd_lines`; of a large log the lines of common shapes are read in bulk (`sshd_bulk`),
to the same events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from triage.events.parsers import syslog
from triage.events.parsers.attempts import Attempts
from triage.events.parsers.protocol import Event, Line, Tally
from triage.events.parsers.sshd_lines import COLUMNS, PROGRAMS, Reader
from triage.events.timestamps import Clock

if TYPE_CHECKING:
    import polars as pl


class SshdSyslog:
    """The parser of ``/var/log/auth.log`` and ``/var/log/secure``."""

    format = "sshd_syslog"
    version = 4
    title = "Linux authentication log (OpenSSH, PAM, sudo)"
    kinds: tuple[str, ...] = ("authentication", "iam", "network", "process", "session")
    columns = COLUMNS

    def recognises(self, head: Sequence[bytes]) -> float:
        """The share of lines written by a program we read."""
        clock = Clock(year=2000)
        headers = [syslog.read_header(raw.decode("utf-8", "replace"), clock) for raw in head if raw.strip()]
        known = sum(h is not None and (h.repeats or h.program in PROGRAMS) for h in headers)
        return known / len(headers) if headers else 0.0

    def months(self, lines: Iterable[Line]) -> Iterator[int]:
        return (month for _, _, raw in lines if (month := syslog.month_of(raw)))

    def months_of(self, path: Path) -> Iterator[int]:
        return syslog.turns_of_the_month(path)

    def parse(self, lines: Iterable[Line], clock: Clock, tally: Tally) -> Iterator[Event]:
        attempts = Attempts()
        reader = Reader(clock, tally, attempts)
        for line in lines:
            yield from reader.read(line)
        yield from attempts.rest()

    def frames(
        self, path: Path, clock: Clock, tally: Tally, progress: Callable[[float], None]
    ) -> Iterator[pl.DataFrame]:
        # Who reads a few lines of an alert needs no frames; the web process must not even have them.
        from triage.events.parsers import sshd_bulk  # noqa: PLC0415

        return sshd_bulk.frames(path, clock, tally, progress)


PARSER = SshdSyslog()
