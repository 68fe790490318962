"""A large authentication log of our own, from a seed: a host that the whole world knocks at, and a few people use.

Names are invented and addresses are those kept for documentation and private use. What a reader must find is known:
`ATTACKER` fails often as `VICTIM` and then gets in.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 3, 1, tzinfo=UTC)
ATTACKER, VICTIM = "203.0.113.77", "mbrandt"
PEOPLE = ("akovac", "jlind", VICTIM, "rsato", "tokoye")
GUESSED = ("root", "admin", "test", "oracle", "ubuntu", "postgres", "git", "pi", "user", "deploy", "ftpuser", "guest")
HOST = "bastion-1"
BLOCK_LINES = 20_000
LATEST = timedelta(minutes=5)

Said = tuple[datetime, str, str]
"""When, which program, what."""


def write(path: Path, lines: int) -> int:
    """A log of so many lines at ``path``; its bytes."""
    left = lines
    with path.open("w", encoding="ascii") as file:
        block: list[str] = []
        for at, program, message in in_order(_said(random.Random(7))):
            block.append(f"{at:%b} {at.day:>2} {at:%H:%M:%S} {HOST} {program}: {message}")
            left -= 1
            if len(block) == BLOCK_LINES or not left:
                file.write("\n".join(block) + "\n")
                block = []
            if not left:
                return file.tell()
    raise AssertionError("the log never ends")


def _said(draw: random.Random) -> Iterator[Said]:
    sources = [f"198.51.100.{n}" for n in range(1, 255)] + [
        f"100.{draw.randrange(64, 128)}.{draw.randrange(256)}.{draw.randrange(1, 255)}" for _ in range(3_000)
    ]
    at, pid, number = START, 1_000, 0
    while True:
        number += 1
        at += timedelta(seconds=draw.choice((0, 0, 1, 1, 2, 5)))
        pid = 1_000 + (pid - 1_000 + draw.randrange(1, 9)) % 60_000
        if number % 40_000 == 20_000:
            yield from _break_in(at, pid)
        elif number % 150 == 0:
            yield from _session(draw, at, pid)
        elif number % 40 == 0:
            yield from _job(at, pid)
        else:
            yield from _knock(draw, at, pid, draw.choice(sources))


def in_order(said: Iterator[Said]) -> Iterator[Said]:
    """What was said as a syslog daemon writes it, by time; nothing is told more than `LATEST` late."""
    waiting: list[tuple[datetime, int, Said]] = []
    for number, one in enumerate(said):
        while waiting and waiting[0][0] <= one[0] - LATEST:
            yield heapq.heappop(waiting)[2]
        heapq.heappush(waiting, (one[0], number, one))


def _knock(draw: random.Random, at: datetime, pid: int, source: str) -> Iterator[Said]:
    """One process of the server, as sshd and PAM tell it."""
    name, port, program = draw.choice(GUESSED), draw.randrange(32_768, 61_000), f"sshd[{pid}]"
    known = name == "root"
    if not known:
        yield at, program, f"Invalid user {name} from {source} port {port}"
        if draw.random() < 0.1:  # an enumerator hangs up before the password
            yield at, program, f"Connection closed by invalid user {name} {source} port {port} [preauth]"
            return
        yield at, program, "pam_unix(sshd:auth): check pass; user unknown"
    failure = f"authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={source}"
    yield at, program, f"pam_unix(sshd:auth): {failure}{'  user=root' if known else ''}"
    at += timedelta(seconds=2)
    failed = f"Failed password for {'' if known else 'invalid user '}{name} from {source} port {port} ssh2"
    yield at, program, failed
    if draw.random() < 0.05:
        yield at, program, f"message repeated {draw.randrange(2, 6)} times: [ {failed}]"
    if draw.random() < 0.5:
        yield at, program, f"Received disconnect from {source} port {port}:11: Bye Bye [preauth]"
        whom = f"{'authenticating' if known else 'invalid'} user {name}"
        yield at, program, f"Disconnected from {whom} {source} port {port} [preauth]"
    else:
        yield at, program, f"Connection closed by {source} port {port} [preauth]"


def _session(draw: random.Random, at: datetime, pid: int) -> Iterator[Said]:
    name, port, program = draw.choice(PEOPLE), draw.randrange(32_768, 61_000), f"sshd[{pid}]"
    yield at, program, f"Accepted publickey for {name} from 192.0.2.10 port {port} ssh2: ED25519 SHA256:Zm9v{pid}"
    yield at, program, f"pam_unix(sshd:session): session opened for user {name}(uid=1004) by (uid=0)"
    yield at, "systemd-logind[611]", f"New session {pid} of user {name}."
    yield at, "sudo", f"  {name} : TTY=pts/0 ; PWD=/home/{name} ; USER=root ; COMMAND=/usr/bin/systemctl status"
    yield at, "sudo", "pam_unix(sudo:session): session opened for user root(uid=0) by (uid=1004)"
    yield at, "sudo", "pam_unix(sudo:session): session closed for user root"
    at += timedelta(minutes=4)
    yield at, program, f"Disconnected from user {name} 192.0.2.10 port {port}"
    yield at, program, f"pam_unix(sshd:session): session closed for user {name}"


def _job(at: datetime, pid: int) -> Iterator[Said]:
    yield at, f"CRON[{pid}]", "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"
    yield at, f"CRON[{pid}]", "pam_unix(cron:session): session closed for user root"


def _break_in(at: datetime, pid: int) -> Iterator[Said]:
    for number in range(12):
        said = f"Failed password for {VICTIM} from {ATTACKER} port {40_000 + number} ssh2"
        yield at + timedelta(seconds=number), f"sshd[{pid + number}]", said
    said = f"Accepted password for {VICTIM} from {ATTACKER} port 41000 ssh2"
    yield at + timedelta(seconds=13), f"sshd[{pid + 12}]", said
