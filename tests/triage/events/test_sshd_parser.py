"""The counting rules, message by message, and that no bytes break the parser."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs import demo, parsed
from triage.events.parsers.attempts import REACH
from triage.events.parsers.protocol import Event

AT = "Mar 30 16:01:36 web-1 "


def one(message: str, program: str = "sshd[101]") -> Event:
    events, tally = parsed(f"{AT}{program}: {message}")
    assert tally.not_understood == 0
    assert len(events) == 1
    return events[0]


def attempts(events: list[Event]) -> int:
    return sum(e["event.count"] for e in events if e.get("event.outcome") == "failure")


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (
            "Accepted publickey for ana from 192.0.2.4 port 63673 ssh2: RSA SHA256:abc",
            {"event.outcome": "success", "user.name": "ana", "source.ip": "192.0.2.4", "event.code": "publickey"},
        ),
        (
            "Failed password for invalid user bob from ::ffff:192.0.2.4 port 2 ssh2",
            {"event.outcome": "failure", "user.name": "bob", "user.exists": False, "source.ip": "192.0.2.4"},
        ),
        (
            "Failed password for x from 192.0.2.9 port 22 ssh2 from 198.51.100.7 port 55 ssh2",
            {"user.name": "x from 192.0.2.9 port 22 ssh2", "source.ip": "198.51.100.7", "source.port": 55},
        ),
        ("Failed none for invalid user  from 192.0.2.4 port 9 ssh2", {"user.name": "", "user.exists": False}),
        ("Invalid user  from 192.0.2.4", {"user.name": "", "event.action": "ssh_user_named", "source.ip": "192.0.2.4"}),
        (
            "Connection closed by 192.0.2.4 port 57661 [preauth]",
            {"event.category": "network", "event.action": "ssh_connection_closed", "source.ip": "192.0.2.4"},
        ),
        (
            "Connection closed by invalid user eve 2001:db8::7 port 57661 [preauth]",
            {"user.name": "eve", "user.exists": False, "source.ip": "2001:db8::7", "source.port": 57661},
        ),
        (
            "Received disconnect from 192.0.2.4 port 57668:11: disconnected by user",
            {"event.action": "ssh_disconnect_received", "source.port": 57668},
        ),
        ("Did not receive identification string from 192.0.2.4", {"event.action": "ssh_no_identification"}),
        (
            "Unable to negotiate with 2001:db8::7: no matching cipher found. Their offer: x",
            {"event.action": "ssh_protocol_error", "source.ip": "2001:db8::7"},
        ),
        ("Connection from 2001:db8::7 port 5 on 2001:db8::1 port 22", {"source.ip": "2001:db8::7", "source.port": 5}),
        (
            "error: maximum authentication attempts exceeded for root from 192.0.2.4 port 3 ssh2 [preauth]",
            {"event.action": "ssh_attempts_exceeded", "event.outcome": "unknown", "user.name": "root"},
        ),
        (
            "pam_unix(sshd:session): session opened for user ana(uid=1000) by (uid=0)",
            {"event.category": "session", "event.action": "session_opened", "user.name": "ana"},
        ),
        (
            "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 ruser= rhost=host.example  user=ana",
            {"event.outcome": "failure", "source.domain": "host.example", "user.name": "ana"},
        ),
    ],
)
def test_a_message_of_sshd(message: str, fields: dict[str, Any]) -> None:
    event = one(message)
    assert {name: event.get(name) for name in fields} == fields


@pytest.mark.parametrize(
    ("program", "message", "fields"),
    [
        (
            "sudo",
            "   ana : TTY=pts/0 ; PWD=/home/ana ; USER=root ; COMMAND=/bin/ls -l",
            {"user.name": "ana", "user.effective.name": "root", "process.command_line": "/bin/ls -l"},
        ),
        (
            "sudo",
            "ana : user NOT in sudoers ; TTY=pts/1 ; PWD=/home/ana ; USER=root ; COMMAND=/bin/ls",
            {"event.category": "process", "event.outcome": "failure", "event.reason": "user NOT in sudoers"},
        ),
        ("su[4]", "Successful su for root by ana", {"event.action": "su", "actor.user.name": "ana"}),
        (
            "useradd[6]",
            "new user: name=eve, UID=1004, GID=1004, home=/home/eve, shell=/bin/sh",
            {"event.category": "iam", "event.action": "user_created", "user.name": "eve", "user.id": "1004"},
        ),
        (
            "chpasswd[6]",
            "pam_unix(chpasswd:chauthtok): password changed for eve",
            {"event.action": "password_changed", "user.name": "eve"},
        ),
    ],
)
def test_a_message_of_another_program(program: str, message: str, fields: dict[str, Any]) -> None:
    event = one(message, program)
    assert {name: event.get(name) for name in fields} == fields


def test_the_lines_of_one_attempt_count_once() -> None:
    events, _ = parsed(
        f"{AT}sshd[7]: Invalid user eve from 192.0.2.4\n"
        f"{AT}sshd[7]: pam_unix(sshd:auth): check pass; user unknown\n"
        f"{AT}sshd[7]: pam_unix(sshd:auth): authentication failure; uid=0 tty=ssh ruser= rhost=192.0.2.4\n"
        f"{AT}sshd[7]: Failed password for invalid user eve from 192.0.2.4 port 5 ssh2\n"
        f"{AT}sshd[7]: PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.4\n"
    )
    assert attempts(events) == 1
    assert [e["evidence.line"] for e in events] == [4]


def test_a_folded_repeat_counts_as_often_as_it_says() -> None:
    failed = "Failed password for root from 192.0.2.4 port 5 ssh2"
    events, _ = parsed(f"{AT}sshd[7]: {failed}\n{AT}sshd[7]: message repeated 5 times: [ {failed}]\n")
    assert attempts(events) == 6
    assert events[1]["event.count"] == 5


def test_the_old_syslogd_fold_repeats_the_line_before() -> None:
    events, tally = parsed(
        f"{AT}sshd[7]: Failed password for root from 192.0.2.4 port 5 ssh2\n{AT}last message repeated 3 times\n"
    )
    assert attempts(events) == 4
    assert tally.not_understood == 0


def test_a_repeat_of_nothing_is_not_understood() -> None:
    _, tally = parsed(f"{AT}last message repeated 3 times")
    assert tally.not_understood == 1


def test_pam_alone_is_an_attempt_also_in_the_old_spelling() -> None:
    failure = "authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=192.0.2.4"
    events, tally = parsed(f"{AT}sshd(pam_unix)[7]: check pass; user unknown\n{AT}sshd(pam_unix)[7]: {failure}\n")
    assert tally.not_understood == 0
    assert attempts(events) == 1
    assert events[0]["user.exists"] is False


def test_pam_leaves_a_blank_where_it_knows_no_user() -> None:
    failure = "authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.4 "
    events, tally = parsed(f"{AT}sshd[7]: pam_unix(sshd:auth): {failure}\n")
    assert (attempts(events), tally.not_understood, events[0]["source.ip"]) == (1, 0, "192.0.2.4")


def test_lines_out_of_reach_are_another_attempt() -> None:
    far = f"{AT}sshd[9]: Server listening on 0.0.0.0 port 22.\n" * REACH
    named, failed = "Invalid user eve from 192.0.2.4", "Failed password for root from 192.0.2.5 port 5 ssh2"
    near, _ = parsed(f"{AT}sshd[7]: {named}\n{AT}sshd[7]: {failed}")
    apart, _ = parsed(f"{AT}sshd[7]: {named}\n{far}{AT}sshd[7]: {failed}")
    assert [event["event.action"] for event in near] == ["ssh_login"]
    assert [event["event.action"] for event in apart] == ["ssh_user_named", "ssh_login"]


def test_a_line_without_an_address_has_the_one_its_process_told_before() -> None:
    events, _ = parsed(
        f"{AT}sshd[7]: Connection from 192.0.2.4 port 5 on 192.0.2.1 port 22\n"
        f"{AT}sshd[7]: fatal: buffer_get_ret: trying to get more bytes 1907 than in buffer 308\n"
        f"{AT}sshd[8]: fatal: buffer_get_ret: trying to get more bytes 1907 than in buffer 308\n"
    )
    assert [event.get("source.ip") for event in events] == ["192.0.2.4", "192.0.2.4", None]


def test_a_name_without_an_attempt_is_kept_and_is_no_attempt() -> None:
    events, _ = parsed(
        f"{AT}sshd[7]: Invalid user eve from 192.0.2.4\n{AT}sshd[7]: Connection closed by 192.0.2.4 port 5 [preauth]\n"
    )
    assert attempts(events) == 0
    assert {e["event.action"] for e in events} == {"ssh_user_named", "ssh_connection_closed"}


def test_a_reused_process_id_starts_a_new_attempt() -> None:
    events, _ = parsed(
        "Mar 30 10:00:00 web-1 sshd[7]: Invalid user eve from 192.0.2.4\n"
        "Mar 30 12:00:00 web-1 sshd[7]: Failed password for root from 192.0.2.5 port 5 ssh2\n"
    )
    assert [e["user.name"] for e in events] == ["eve", "root"]


def test_an_account_that_may_not_log_in_still_exists() -> None:
    events, _ = parsed(
        f"{AT}sshd[7]: User root from 192.0.2.4 not allowed because not listed in AllowUsers\n"
        f"{AT}sshd[7]: Failed password for invalid user root from 192.0.2.4 port 5 ssh2\n"
    )
    assert [e["user.exists"] for e in events] == [True]


@pytest.mark.parametrize(
    "line",
    [
        "2026-03-30T16:01:36.123456+00:00 web-1 sshd-session[7]: Failed password for root from 192.0.2.4 port 5 ssh2",
        "<38>1 2026-03-30T16:01:36Z web-1 sshd 7 - - Failed password for root from 192.0.2.4 port 5 ssh2",
        '<38>1 2026-03-30T16:01:36Z web-1 sshd 7 ID [a b="c"] Failed password for root from 192.0.2.4 port 5 ssh2',
        "<38>Mar 30 16:01:36 web-1 sshd[7]: Failed password for root from 192.0.2.4 port 5 ssh2",
        "Mar  3 16:01:36 web-1 /usr/sbin/sshd[7]: Failed password for root from 192.0.2.4 port 5 ssh2",
    ],
)
def test_the_spellings_of_a_header(line: str) -> None:
    events, tally = parsed(line)
    assert tally.not_understood == 0
    assert [(e["host.name"], e["process.name"], e["process.pid"]) for e in events] == [("web-1", "sshd", 7)]


def test_what_is_not_understood_is_listed_with_a_reason() -> None:
    _, tally = parsed(f"hello\n{AT}kernel: eth0 up\n{AT}sshd[7]: something nobody has said before\n")
    assert [sample["reason"] for sample in tally.samples] == [
        "no syslog header (time, host, program)",
        "no rule for the program kernel",
        "no rule for this message of sshd",
    ]
    assert (tally.understood, tally.not_understood) == (1, 3)  # the blank last line says nothing and is no defect


def test_offsets_open_the_raw_line() -> None:
    raw = demo().text.encode()
    for event in parsed(raw)[0]:
        line = raw[event["evidence.offset"] : event["evidence.offset"] + event["evidence.length"]]
        assert line == raw.split(b"\n")[event["evidence.line"] - 1]


PIECES = st.sampled_from(
    [
        b"Mar 30 16:01:36 h sshd[1]: ",
        b"Failed password for ",
        b" from ",
        b"192.0.2.1",
        b" port ",
        b"22",
        b" ssh2",
        b"\n",
        b"message repeated 3 times: [ ",
        b"]",
        b"Invalid user ",
        b"\xff\xfe",
        b"\x00",
        b"Feb 29 10:00:00 h su: ",
        b"PAM ",
        b"last message repeated 2 times",
        b"2026-01-01T00:00:00Z h sudo: ",
        b"a : TTY=p ; PWD=/ ; USER=r ; COMMAND=",
        b"pam_unix(sshd:auth): ",
        b"authentication failure; ruser= rhost= user=",
        b"99999999999 more",
        b"<1>",
        b"\r",
    ]
)


@given(st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=30).map(b"".join)))
def test_any_bytes_are_read_and_every_line_counts_once(raw: bytes) -> None:
    events, tally = parsed(raw, year=2025)
    assert tally.lines == len(raw.split(b"\n"))
    assert all(0 <= e["evidence.offset"] <= len(raw) and e["event.count"] >= 0 for e in events)
