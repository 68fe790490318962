"""An sshd log of our own, written from a seed: what the demo uploads and the tests measure against.

Every name is invented and every address is one kept for documentation (RFC 5737). The log tells five stories at once,
and `DemoLog.truth` says, counted while writing and not by any parser, what a reader must find.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

ATTACKER: Final = "203.0.113.77"
VICTIM: Final = "mbrandt"
ENUMERATOR: Final = "198.51.100.23"
OPERATOR: Final = "192.0.2.10"
SCANNER: Final = "198.51.100.200"
SPRAYERS: Final = tuple(f"203.0.113.{n}" for n in range(101, 113))
PEOPLE: Final = ("akovac", "jlind", "mbrandt", "rsato", "tokoye")
ENUMERATED: Final = (
    "admin",
    "admin1",
    "admin2",
    "backup",
    "billing",
    "deploy",
    "ftpuser",
    "guest",
    "hr",
    "hr-intern",
    "jenkins",
    "mail",
    "office",
    "office1",
    "oracle",
    "postgres",
    "scan",
    "support",
    "svc_web",
    "test",
)
DAYS: Final = 6


@dataclass(frozen=True, slots=True)
class DemoLog:
    """``text`` is RFC 3164 in UTC, without a year; ``truth`` counts what it holds."""

    text: str
    truth: dict[str, Any]


@dataclass(slots=True)
class _Writer:
    random: Random
    host: str
    lines: list[tuple[datetime, int, str]] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    failed_users: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    pid: int = 2100

    def say(self, at: datetime, program: str, message: str) -> None:
        self.lines.append((at, len(self.lines), f"{at:%b} {at.day:>2} {at:%H:%M:%S} {self.host} {program}: {message}"))

    def server(self) -> str:
        """A new server process."""
        self.pid += self.random.randint(2, 9)
        return f"sshd[{self.pid}]"

    def failure(self, at: datetime, user: str, source: str, *, known: bool = True, fold: int = 0) -> None:
        """One attempt as sshd writes it: PAM line, failure, perhaps folded repeats of it, the end."""
        server, port = self.server(), self.random.randint(32768, 60999)
        whom = user if known else f"invalid user {user}"
        if not known:
            self.say(at, server, f"Invalid user {user} from {source} port {port}")
        named = f"  user={user}" if known else ""
        self.say(
            at,
            server,
            f"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={source}{named}",
        )
        said = f"Failed password for {whom} from {source} port {port} ssh2"
        self.say(at + timedelta(seconds=2), server, said)
        if fold:
            self.say(at + timedelta(seconds=4), server, f"message repeated {fold} times: [ {said}]")
        self.say(at + timedelta(seconds=5), server, f"Connection closed by {source} port {port} [preauth]")
        self.failed[source] += 1 + fold
        self.failed_users[user] += 1 + fold

    def login(self, at: datetime, user: str, source: str, *, minutes: int = 4) -> str:
        """A session from login to logout; the text of its accepting line."""
        server, port = self.server(), self.random.randint(32768, 60999)
        said = f"Accepted password for {user} from {source} port {port} ssh2"
        end = at + timedelta(minutes=minutes)
        self.say(at, server, said)
        self.say(at, server, f"pam_unix(sshd:session): session opened for user {user}(uid=1004) by (uid=0)")
        self.say(at, "systemd-logind[611]", f"New session {self.pid} of user {user}.")
        self.say(end, server, f"Disconnected from user {user} {source} port {port}")
        self.say(end, server, f"pam_unix(sshd:session): session closed for user {user}")
        self.accepted[source] += 1
        return said


def demo_log(*, seed: int = 1, start: datetime, host: str = "bastion-1") -> DemoLog:
    """A log of six days from midnight of ``start`` (UTC). The same seed and start give the same bytes."""
    writer = _Writer(Random(seed), host)  # noqa: S311 - a story to retell, not a secret
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    _background(writer, day)
    _operator(writer, day)
    _sprayers(writer, day)
    _enumerator(writer, day + timedelta(days=1, hours=3, minutes=12))
    breach = _compromise(writer, day + timedelta(days=4, hours=14, minutes=20))
    ordered = [text for _, _, text in sorted(writer.lines)]
    return DemoLog("\n".join(ordered) + "\n", _truth(writer, ordered, breach))


def _background(writer: _Writer, day: datetime) -> None:
    """The machine's own noise, and a scanner that never tries to log in."""
    for hour in range(DAYS * 24):
        at, pid = day + timedelta(hours=hour, minutes=17, seconds=1), 900 + hour * 3
        writer.say(at, f"CRON[{pid}]", "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)")
        writer.say(at, f"CRON[{pid}]", "pam_unix(cron:session): session closed for user root")
        if hour % 5 == 2:
            knock = at + timedelta(minutes=writer.random.randint(1, 40))
            writer.say(knock, writer.server(), f"Connection closed by {SCANNER} port {40000 + hour} [preauth]")


def _operator(writer: _Writer, day: datetime) -> None:
    """An administrator's own address: many logins for colleagues, now and then a slip; never a run of them."""
    slips = {(0, 9): "akovac", (0, 11): "jlind", (0, 14): "rsato", (0, 16): "tokoye", (3, 8): "akovac"}
    for number in range(5):
        for hour in range(8, 18):
            at = day + timedelta(days=number, hours=hour, minutes=writer.random.randint(0, 50))
            if slip := slips.get((number, hour)):
                writer.failure(at - timedelta(minutes=3), slip, OPERATOR)
            writer.login(at, PEOPLE[hour % len(PEOPLE)], OPERATOR)
    at = day + timedelta(days=2, hours=10, minutes=55)
    writer.say(at, "sudo", "  akovac : TTY=pts/0 ; PWD=/home/akovac ; USER=root ; COMMAND=/usr/bin/apt-get update")


def _sprayers(writer: _Writer, day: datetime) -> None:
    """The internet: slow guesses at root from many addresses, two of them in a burst folded by syslog."""
    for number, source in enumerate(SPRAYERS):
        for turn in range(3):
            at = day + timedelta(days=turn * 2, hours=(number * 2 + turn) % 24, minutes=writer.random.randint(0, 59))
            writer.failure(at, "root", source)
    for source in SPRAYERS[:2]:
        writer.failure(day + timedelta(days=3, hours=22, seconds=len(source)), "root", source, fold=11)


def _enumerator(writer: _Writer, at: datetime) -> None:
    """Names tried one by one, hanging up before the password: not one ``Failed`` line."""
    for number, name in enumerate(ENUMERATED):
        then, server = at + timedelta(seconds=4 * number), writer.server()
        writer.say(then, server, f"Invalid user {name} from {ENUMERATOR} port {50000 + number}")
        closed = f"Connection closed by invalid user {name} {ENUMERATOR} port {50000 + number} [preauth]"
        writer.say(then + timedelta(seconds=1), server, closed)


def _compromise(writer: _Writer, at: datetime) -> dict[str, Any]:
    """A brute force that ends in a login, from a source that had logged in before; then root."""
    writer.login(at - timedelta(days=2), "jlind", ATTACKER)
    for _ in range(40):
        writer.failure(at, VICTIM, ATTACKER)
        at += timedelta(seconds=writer.random.randint(6, 9))
    writer.failure(at, VICTIM, ATTACKER, fold=3)
    success = at + timedelta(seconds=12)
    said = writer.login(success, VICTIM, ATTACKER, minutes=9)
    command = "/usr/bin/cat /etc/shadow"
    where = f"{VICTIM} : TTY=pts/2 ; PWD=/home/{VICTIM} ; USER=root ; COMMAND={command}"
    writer.say(success + timedelta(minutes=3), "sudo", where)
    at_text = success.isoformat().replace("+00:00", "Z")
    return {"source": ATTACKER, "user": VICTIM, "failures": 44, "said": said, "at": at_text, "commands": [command]}


def _truth(writer: _Writer, ordered: list[str], breach: dict[str, Any]) -> dict[str, Any]:
    said = breach.pop("said")
    line = next(number for number, text in enumerate(ordered, start=1) if text.endswith(said))
    return {
        "lines": len(ordered),
        "failed_attempts": writer.failed.total(),
        "failed_by_source": dict(writer.failed),
        "failed_by_user": dict(writer.failed_users),
        "accepted": writer.accepted.total(),
        "accepted_by_source": dict(writer.accepted),
        "compromise": {**breach, "line": line},
        "enumerator": {"source": ENUMERATOR, "names": list(ENUMERATED)},
        "operator": {"source": OPERATOR, "failed": writer.failed[OPERATOR], "accepted": writer.accepted[OPERATOR]},
        "burst_sources": sorted([ATTACKER, *SPRAYERS[:2]]),
    }
