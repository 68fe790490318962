"""What the OpenSSH server says, message by message.

Patterns are anchored at the end: a user name may contain anything, ``" from 9.9.9.9 port 22 ssh2"`` included, and the
part written by the server comes last. OpenSSH's own wording (auth.c, packet.c, kex.c, sshd.c) is the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from triage.events.parsers import pam
from triage.events.parsers.attempts import Attempts
from triage.events.parsers.protocol import Event
from triage.events.parsers.sources import source
from triage.events.parsers.syslog import Header

Answer = Iterable[Event] | None
NOTHING: tuple[Event, ...] = ()

LOGIN = re.compile(
    r"(?P<word>Accepted|Failed|Postponed) (?P<method>\S+) for (?P<invalid>(?:invalid|illegal) user )?(?P<user>.*)"
    r" from (?P<source>\S+) port (?P<port>\d+)(?: ssh\d?)?(?:: .*| \[preauth\])*$",
    re.DOTALL,
)
NAMED = re.compile(r"(?:Invalid|Illegal) user (?P<user>.*) from (?P<source>\S+)(?: port (?P<port>\d+))?$", re.DOTALL)
DENIED = re.compile(r"User (?P<user>.*) from (?P<source>\S+) not allowed because .*$", re.DOTALL)
EXCEEDED = re.compile(
    r"maximum authentication attempts exceeded for (?P<invalid>invalid user )?(?P<user>.*)"
    r" from (?P<source>\S+) port (?P<port>\d+) ssh\d?$",
    re.DOTALL,
)
ENDED = re.compile(
    r"(?P<what>Connection closed by|Connection reset by|Disconnected from|Received disconnect from|Disconnecting)"
    r"(?: (?P<how>authenticating|invalid) user (?P<name>.*)| user (?P<session>.*))?"
    r" (?P<source>[0-9A-Fa-f:.%\w-]*[.:][0-9A-Fa-f:.%\w-]*?|UNKNOWN)(?: port (?P<port>\d+))?(?::.*)?$",
    re.DOTALL,
)
STRAY = re.compile(
    r"(?P<what>Did not receive identification string from|Bad protocol version identification .* from"
    r"|Unable to negotiate with|Unable to negotiate a key exchange method with|Timeout before authentication for"
    r"|banner exchange: Connection from|ssh_dispatch_run_fatal: Connection from|Protocol major versions differ for"
    r"|kex_exchange_identification: Connection from|Read error from remote host"
    r"|drop connection #\d+ from|Connection from) \[?(?P<source>(?:[0-9A-Fa-f]{0,4}:)+[0-9A-Fa-f.]+|[^\s\]]+?)\]?"
    r"(?: port (?P<port>\d+))?"
    r"(?: on (?P<to>\S+) port (?P<to_port>\d+))?(?:[: ].*)?$",
    re.DOTALL,
)
MALFORMED = re.compile(r".*trying to get more bytes 1907\b", re.DOTALL)

ACTIONS = {
    "Connection closed by": "ssh_connection_closed",
    "Connection reset by": "ssh_connection_reset",
    "Disconnected from": "ssh_disconnected",
    "Received disconnect from": "ssh_disconnect_received",
    "Disconnecting": "ssh_disconnecting",
    "Connection from": "ssh_connection_opened",
    "Did not receive identification string from": "ssh_no_identification",
}

SILENT = (
    "input_userauth_request: invalid user ",
    "Disconnecting: ",
    "PAM service(",
    "Server listening on ",
    "Received signal ",
    "Received SIGHUP",
    "Exiting on signal",
    "User child is on pid ",
    "Starting session: ",
    "Close session: ",
    "Closing connection to ",
    "Transferred: ",
    "Changed root directory",
    "subsystem request for ",
    "session opened for local user ",
    "reverse mapping checking ",
    "Address ",
    "Nasty PTR record",
    "Could not get shadow information for ",
    "Could not load host key",
    "Authentication refused: bad ownership",
    "kex_exchange_identification: ",
    "kex_protocol_error: ",
    "dispatch_protocol_error",
    "ssh_dispatch_run_fatal: ",
    "Bad packet length ",
    "Corrupted MAC ",
    "Packet corrupt",
    "padding error",
    "Write failed",
    "Read from socket failed",
    "Timeout, client ",
    "srclimit_penalise: ",
    "userauth_pubkey: ",
    "Bind to port ",
    "Deprecated option",
    "rexec line",
)
"""Messages we know and that add no event: another line of the same connection says it, or they are the server's own
housekeeping."""


def read(header: Header, where: Event, attempts: Attempts) -> Answer:
    """The events of one message; None when it is not known."""
    message = header.message
    for prefix in ("error: ", "fatal: "):
        message = message.removeprefix(prefix)
    message = message.removesuffix(" [preauth]")
    rule = RULES.get(message.partition(" ")[0])
    key = (header.host, header.pid)
    found = rule(message, where, key, attempts) if rule else None
    if found is None and message.startswith(("pam_", "PAM ")):
        found = pam.read(header, message, where, attempts)
    if found is None:
        found = _stray(message, where, key, attempts)
    if found is None and message.startswith(SILENT):
        return NOTHING
    return found


def _login(message: str, where: Event, key: tuple[str, int | None], attempts: Attempts) -> Answer:
    found = LOGIN.match(message)
    if not found:
        return None
    if found["word"] == "Postponed":
        return NOTHING
    accepted = found["word"] == "Accepted"
    where |= source(found["source"], found["port"])
    where |= {
        "event.category": "authentication",
        "event.action": "ssh_login",
        "event.outcome": "success" if accepted else "failure",
        "event.code": found["method"],
        "user.name": found["user"],
        "user.exists": not found["invalid"],
    }
    if found["invalid"]:
        where["event.reason"] = "no such account"
    return attempts.seen(key, where) if accepted else attempts.failed(key, where)


def _named(message: str, where: Event, key: tuple[str, int | None], attempts: Attempts) -> Answer:
    found = NAMED.match(message)
    if not found:
        return None
    where |= source(found["source"], found["port"])
    where |= {
        "event.category": "authentication",
        "event.action": "ssh_user_named",
        "event.outcome": "unknown",
        "event.reason": "no such account; no login attempt followed",
        "user.name": found["user"],
        "user.exists": False,
    }
    return attempts.named(key, where)


def _user(message: str, where: Event, key: tuple[str, int | None], attempts: Attempts) -> Answer:
    """``User X from … not allowed because …``: the account exists, whatever later lines call it."""
    return attempts.existence(key, where, True) if DENIED.match(message) else None


def _exceeded(message: str, where: Event, key: tuple[str, int | None], attempts: Attempts) -> Answer:
    found = EXCEEDED.match(message)
    if not found:
        return None
    where |= source(found["source"], found["port"])
    where |= {
        "event.category": "authentication",
        "event.action": "ssh_attempts_exceeded",
        "event.outcome": "unknown",
        "user.name": found["user"],
        "user.exists": not found["invalid"],
    }
    return attempts.seen(key, where)


def _ended(message: str, where: Event, key: tuple[str, int | None], attempts: Attempts) -> Answer:
    found = ENDED.match(message)
    if not found:
        return None
    where |= source(found["source"], found["port"])
    where |= {"event.category": "network", "event.action": ACTIONS[found["what"]], "event.outcome": "unknown"}
    if found["how"]:
        where |= {"user.name": found["name"], "user.exists": found["how"] != "invalid"}
    elif found["session"] is not None:
        where["user.name"] = found["session"]
    return attempts.seen(key, where)


def _stray(message: str, where: Event, key: tuple[str, int | None], attempts: Attempts) -> Answer:
    """Connections that never came to a login: scanners, broken clients, other protocols."""
    if MALFORMED.match(message):
        reason = "malformed request as used to test whether an account exists (CVE-2018-15473)"
        where |= {"event.category": "authentication", "event.action": "ssh_malformed_request"}
        where |= {"event.outcome": "unknown", "event.reason": reason}
        return attempts.seen(key, where)
    found = STRAY.match(message)
    if not found:
        return None
    where |= source(found["source"], found["port"])
    action = ACTIONS.get(found["what"], "ssh_protocol_error")
    where |= {"event.category": "network", "event.action": action, "event.outcome": "unknown"}
    if found["to"]:
        where |= {"destination.ip": source(found["to"]).get("source.ip"), "destination.port": int(found["to_port"])}
    return attempts.seen(key, where)


RULES: dict[str, Callable[[str, Event, tuple[str, int | None], Attempts], Answer]] = {
    "Accepted": _login,
    "Failed": _login,
    "Postponed": _login,
    "Invalid": _named,
    "Illegal": _named,
    "User": _user,
    "maximum": _exceeded,
    "Connection": _ended,
    "Disconnected": _ended,
    "Disconnecting": _ended,
    "Received": _ended,
}
