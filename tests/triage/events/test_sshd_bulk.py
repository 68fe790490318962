"""An authentication log read in bulk gives what it gives line by line: events, places, counts, reasons, clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from bench import auth_log
from tests.logs import demo, sample
from triage.events.lines import LONGEST_LINE, lines
from triage.events.parsers import attempts, attempts_columns, sshd_bulk, syslog
from triage.events.parsers.protocol import Tally
from triage.events.parsers.sshd import PARSER
from triage.events.parsers.sshd_shapes import SHAPES, matched
from triage.events.schema import SCHEMA, complete, frame
from triage.events.timestamps import Clock

Check = Callable[..., Tally]


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Check:
    """Read the bytes both ways and compare all there is to compare."""
    path = tmp_path_factory.mktemp("bulk") / "auth.log"

    def checked(raw: bytes, *, zone: str = "UTC", year: int = 2026, **how: int) -> Tally:
        path.write_bytes(raw)
        return compared(path, zone=zone, year=year, **how)

    return checked


def compared(path: Path, *, zone: str = "UTC", year: int = 2026, **how: int) -> Tally:
    clocks = [Clock(zone=zone, year=year, received_at=datetime(2026, 11, 24, tzinfo=UTC)) for _ in range(2)]
    singly, in_bulk = Tally(), Tally()
    expected = frame(list(PARSER.parse(lines(path, how.get("longest", LONGEST_LINE)), clocks[0], singly))).sort(
        "evidence.line", maintain_order=True
    )
    found = list(sshd_bulk.frames(path, clocks[1], in_bulk, lambda share: None, **how))
    whole = pl.concat(found, how="diagonal") if found else pl.DataFrame()
    assert set(whole.columns) <= set(PARSER.columns)
    assert whole.is_empty() or whole["evidence.line"].is_sorted()
    assert_frame_equal(complete(whole), expected)
    assert in_bulk == singly
    assert clocks[1].sentences() == clocks[0].sentences()
    return in_bulk


SIZES = [{}, {"shortest_run": 1}, {"shortest_run": 5, "chunk_bytes": 30_000, "longest": 900}]


@pytest.mark.parametrize("how", SIZES)
def test_our_own_logs(check: Check, tmp_path: Path, how: dict[str, int]) -> None:
    check(demo().text.encode(), **how)
    auth_log.write(tmp_path / "large.log", 3_000)
    tally = compared(tmp_path / "large.log", **how)
    assert (tally.lines, tally.not_understood) == (3_000, 0)


@pytest.mark.parametrize("how", SIZES)
@pytest.mark.parametrize("name", ["elastic_examples_auth.log", "beats_system_auth_test.log"])
def test_logs_of_others(name: str, how: dict[str, int]) -> None:
    compared(sample(f"logs/linux_auth/{name}"), year=2017, **how)


USERS = ["root", "ana", "", "a b", "from", "invalid", "user", "x from 192.0.2.9 port 22 ssh2", "Zoë", "a\tb", "a\x1cb",
         "-", "eve]", "trying to get more bytes 1907 "]  # fmt: skip
SOURCES = ["192.0.2.4", "203.0.113.9", "::ffff:192.0.2.4", "2001:db8::7", "2001:db8::", "UNKNOWN", "Host.example",
           "1.2.3.4.5", "fe80::1%eth0", "-", "cafe", "", "192.0.2.4:5"]  # fmt: skip
PORTS = ["22", "022", "65000", "99999", "123456", "٣", "x", "22:11"]
MESSAGES = [
    "Failed password for {user} from {source} port {port} ssh2",
    "Failed password for invalid user {user} from {source} port {port} ssh2",
    "Failed none for invalid user {user} from {source} port {port} ssh2",
    "Failed publickey for {user} from {source} port {port} ssh2: RSA SHA256:abc",
    "Accepted publickey for {user} from {source} port {port} ssh2: RSA SHA256:abc",
    "Accepted password for {user} from {source} port {port} ssh2",
    "Invalid user {user} from {source} port {port}",
    "Invalid user {user} from {source}",
    "pam_unix(sshd:auth): check pass; user unknown",
    "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={source}",
    "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={source} ",
    "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={source}  user={user}",
    "PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost={source}  user={user}",
    "pam_unix(sshd:session): session opened for user {user}(uid=1000) by (uid=0)",
    "pam_unix(sshd:session): session opened for user {user} by LOGIN(uid=0)",
    "pam_unix(sshd:session): session closed for user {user}",
    "Connection closed by {source} port {port} [preauth]",
    "Connection closed by {source}",
    "Connection closed by invalid user {user} {source} port {port} [preauth]",
    "Connection reset by authenticating user {user} {source} port {port} [preauth]",
    "Disconnected from user {user} {source} port {port}",
    "Disconnected from {source} port {port}",
    "error: Received disconnect from {source} port {port}:11: Bye Bye [preauth]",
    "Received disconnect from {source}: 11: Bye Bye [preauth]",
    "Did not receive identification string from {source} port {port}",
    "Unable to negotiate with {source} port {port}: no matching key exchange method found. [preauth]",
    "error: maximum authentication attempts exceeded for {user} from {source} port {port} ssh2 [preauth]",
    "error: maximum authentication attempts exceeded for invalid user {user} from {source} port {port} ssh2 [preauth]",
    "User {user} from {source} not allowed because not listed in AllowUsers",
    "input_userauth_request: invalid user {user} [preauth]",
    "Disconnecting: Too many authentication failures for {user} [preauth]",
    "fatal: buffer_get_ret: trying to get more bytes 1907 than in buffer 308 [preauth]",
    "Server listening on 0.0.0.0 port 22.",
    "something nobody has said before, {user}",
    "",
]
OTHERS = [
    "CRON[{pid}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
    "CRON[{pid}]: pam_unix(cron:session): session closed for user root",
    "CRON[{pid}]: (root) CMD (run-parts /etc/cron.hourly)",
    "systemd-logind[611]: New session {pid} of user {user}.",
    "sudo:   ana : TTY=pts/0 ; PWD=/home/ana ; USER=root ; COMMAND=/bin/ls --password {user}",
    "sudo: pam_unix(sudo:session): session opened for user root by ana(uid=0)",
    "sshd(pam_unix)[{pid}]: authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={source}  user={user}",
    "su[{pid}]: pam_unix(su:auth): authentication failure; logname=ana uid=1 euid=0 tty=pts/0 ruser=ana rhost=",
    "kernel: eth0 up",
    "last message repeated 3 times",
    "sshd {pid} - - Failed password for root from 192.0.2.4 port 5 ssh2",
]  # fmt: skip


@st.composite
def logs(draw: st.DrawFn) -> bytes:
    """Logs of few processes and many surprises."""
    at = datetime(2026, 2, 27, 23, 50, tzinfo=UTC)
    told = []
    iso = draw(st.booleans())
    for _ in range(draw(st.integers(1, 25))):
        step = draw(st.sampled_from([0, 0, 1, 30, 599, 601, 3600, -90, 86_400, 200 * 86_400, -200 * 86_400]))
        at = datetime.fromtimestamp(max(0, at.timestamp() + step), UTC)
        stamp = at.isoformat() if iso else f"{at:%b} {at.day:>2} {at:%H:%M:%S}"
        stamp = draw(
            st.sampled_from([stamp] * 12 + ["Feb 29 10:00:00", "2026-02-30T10:00:00Z", "<38>" + stamp, "hello"])
        )
        names = {"user": draw(st.sampled_from(USERS)), "source": draw(st.sampled_from(SOURCES)),
                 "port": draw(st.sampled_from(PORTS)), "pid": draw(st.sampled_from([7, 8, 12345678901]))}  # fmt: skip
        if draw(st.integers(0, 5)):
            message = draw(st.sampled_from(MESSAGES)).format(**names)
            if not draw(st.integers(0, 7)):
                message = f"message repeated {draw(st.sampled_from([0, 2, 5]))} times: [ {message}]"
            program = draw(
                st.sampled_from(["sshd[{pid}]", "sshd[{pid}]", "sshd-session[{pid}]", "sshd", "/usr/sbin/sshd[{pid}]"])
            )
            said = f"{program.format(**names)}: {message}"
        else:
            said = draw(st.sampled_from(OTHERS)).format(**names)
        host = draw(st.sampled_from(["h", "h", "web-1"]))
        told.append(
            draw(st.sampled_from([f"{stamp} {host} {said}"] * 20 + ["", "-- Reboot --", f"{stamp}  {host} {said}"]))
        )
    raw = draw(st.sampled_from(["\n", "\r\n"])).join(told).encode()
    return raw + draw(st.sampled_from([b"", b"\n", b"\n\n", b"\xff\xfe\n"]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=logs(), chunk_bytes=st.sampled_from([200, 900, 1 << 20]), reach=st.sampled_from([3, 50_000]))
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Europe/Berlin"])
def test_any_log(
    check: Check, monkeypatch: pytest.MonkeyPatch, zone: str, raw: bytes, chunk_bytes: int, reach: int
) -> None:
    for module in (attempts, attempts_columns):
        monkeypatch.setattr(module, "REACH", reach)
    for shortest_run in (1, 3):
        check(raw, zone=zone, chunk_bytes=chunk_bytes, longest=chunk_bytes, shortest_run=shortest_run)


def test_every_shape_is_met_by_a_message_of_the_generator() -> None:
    """So that the comparison above compares each of them, and a shape that matches nothing is found out."""
    fields: dict[str, Any] = {"user": "ana", "source": "192.0.2.4", "port": "22", "pid": 7}
    told = [f"sshd: {message.format(**fields)}" for message in MESSAGES] + [other.format(**fields) for other in OTHERS]
    for method in ("password", "none", "publickey", "keyboard-interactive/pam"):
        told += [f"sshd: {word} {method} for {whom}ana from 192.0.2.4 port 22 ssh2"
                 for word in ("Failed", "Accepted") for whom in ("", "invalid user ")]  # fmt: skip
    for begins in ("Connection closed by", "Connection reset by", "Disconnected from"):
        told += [
            f"sshd: {begins} {whom}192.0.2.4 port 22"
            for whom in ("", "user a ", "invalid user a ", "authenticating user a ")
        ]
    told += ["sshd: banner exchange: Connection from 192.0.2.4 port 22: invalid format",
             "sshd: Timeout before authentication for 192.0.2.4 port 22",
             "systemd-logind: Removed session 4.",
             "systemd-logind: Session 4 logged out. Waiting for processes to exit."]  # fmt: skip
    for service in ("cron", "sudo", "su", "su-l", "systemd-user"):
        said = f"pam_unix({service}:session): session"
        told += [f"{program}: {said} {rest}" for program in ("sudo", "CRON")
                 for rest in ("closed for user root", "opened for user root(uid=0) by (uid=0)")]  # fmt: skip
    parts = [one.split(": ", 1) for one in told if ": " in one]
    for programs, shapes in SHAPES:
        for shape in shapes:
            rows = [(number, tag.partition("[")[0], message) for number, (tag, message) in enumerate(parts)
                    if tag.partition("[")[0] in programs and shape.begins in message]  # fmt: skip
            columns = ["evidence.line", "program", "message"]
            assert rows, shape.begins
            assert matched(pl.DataFrame(rows, schema=columns, orient="row")).height, shape.begins


def test_the_year_is_assumed_from_the_turns_of_the_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "auth.log"
    said = "  3 10:00:00 h sshd[1]: x\n"
    path.write_text(
        "\ufeff" + f"Nov{said}Nov{said}hello\n<38>Dec{said}Dec{said}Jan{said}\nJan{said}Dec{said}Jan{said}Feb 3 1:0\n"
    )
    every = [month for _, _, raw in lines(path) if (month := syslog.month_of(raw))]
    for piece in (40, 90, 1 << 20):
        monkeypatch.setattr(syslog, "PIECE", piece)
        turns = [every[0]] + [now for before, now in pairwise(every) if now != before]
        assert list(PARSER.months_of(path)) == turns == [11, 12, 1, 12, 1]


def test_the_fields_of_the_parser_are_of_the_schema() -> None:
    assert set(PARSER.columns) <= set(SCHEMA)
