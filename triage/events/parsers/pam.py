"""What PAM modules say on behalf of a program: failures, sessions, changed passwords, locked accounts.

``pam_unix(sshd:auth): …`` names the service and the phase; Red Hat's old ``sshd(pam_unix)[123]: …`` names no phase
(the header reader writes it as ``pam_unix(sshd:): …``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from triage.events.parsers.attempts import Attempts
from triage.events.parsers.protocol import Event
from triage.events.parsers.sources import source
from triage.events.parsers.syslog import Header

MODULE = re.compile(r"pam_\w+\((?P<service>[^:()]*):(?P<phase>\w*)\): (?P<rest>.*)$", re.DOTALL)
FAILURE = re.compile(
    r"(?:authentication failure|(?P<more>\d{1,9}) more authentication failures?);"
    r".*?ruser=(?P<actor>\S*) rhost=(?P<source>\S*)(?:\s+user=(?P<user>.*)|\s+)?$",
    re.DOTALL,
)
MORE = re.compile(r"PAM (?P<rest>\d{1,9} more authentication failures?;.*)$", re.DOTALL)
OPENED = re.compile(
    r"session opened for user (?P<user>.*?)(?:\(uid=\d+\))? by (?P<actor>[^()]*)\(uid=\d+\)$", re.DOTALL
)
CLOSED = re.compile(r"session closed for user (?P<user>.*)$", re.DOTALL)
CHANGED = re.compile(r"password changed for (?P<user>.*)$", re.DOTALL)
ABSENT = re.compile(r"user \"(?P<user>.*)\" does not exist in /etc/passwd$", re.DOTALL)
LOCKED = re.compile(r"Consecutive login failures for user (?P<user>.*) account temporarily locked$", re.DOTALL)
SILENT = re.compile(
    r"check pass; |Cannot create session|Failed to create session|Failed to release session|user .* tally |"
    r"bad username|requirement |auth could not identify password|conversation failed|account .* has expired|"
    r"expired password for user|env variable|Unable to open|unable to dlopen|adding faulty module|User info message"
)

QUIET_SESSIONS = frozenset({"CRON", "cron", "crond", "sudo", "su", "su-l", "systemd-user", "runuser", "runuser-l"})
"""Services whose sessions another line (sudo, su) tells better, or that are the machine's own."""


def read(header: Header, message: str, where: Event, attempts: Attempts) -> Iterable[Event] | None:
    """The events of a PAM message; None when it is not known."""
    if more := MORE.match(message):
        return _failure(header.program, more["rest"], where, header, attempts)
    found = MODULE.match(message)
    if not found:
        return None
    service = found["service"] or header.program
    where["service.name"] = service
    rest = found["rest"]
    if rest.startswith("check pass; user unknown"):
        return attempts.existence((header.host, header.pid), where, False)
    failure = _failure(service, rest, where, header, attempts)
    if failure is not None:
        return failure
    events = _session(service, rest, where)
    if events is None:
        events = _account(rest, where)
    return () if events is None and SILENT.match(rest) else events


def _failure(
    service: str, rest: str, where: Event, header: Header, attempts: Attempts
) -> Iterator[Event] | list[Event] | None:
    found = FAILURE.match(rest)
    if not found:
        return None
    where |= source(found["source"])
    where |= {"event.category": "authentication", "event.outcome": "failure", "event.code": "pam"}
    where["event.count"] *= max(1, int(found["more"] or 1))
    if found["user"] is not None:
        where["user.name"] = found["user"]
    if service == "sshd":
        where["event.action"] = "ssh_login"
        return attempts.pam_failure((header.host, header.pid), where)
    where["event.action"] = f"{service}_login"
    if found["actor"]:
        where["actor.user.name"] = found["actor"]
    return [where]


def _session(service: str, rest: str, where: Event) -> list[Event] | None:
    opened = OPENED.match(rest)
    found = opened or CLOSED.match(rest)
    if not found:
        return None
    if service in QUIET_SESSIONS:
        return []
    action = "session_opened" if opened else "session_closed"
    where |= {"event.category": "session", "event.action": action, "event.outcome": "success"}
    where["user.name"] = found["user"]
    return [where]


def _account(rest: str, where: Event) -> list[Event] | None:
    for pattern, action, outcome, exists in (
        (CHANGED, "password_changed", "success", True),
        (ABSENT, "password_changed", "failure", False),
        (LOCKED, "account_locked", "success", True),
    ):
        if found := pattern.match(rest):
            where |= {"event.category": "iam", "event.action": action, "event.outcome": outcome}
            where |= {"user.name": found["user"], "user.exists": exists}
            return [where]
    return None
