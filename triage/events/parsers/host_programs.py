"""The other programs of an authentication log: sudo, su, account tools, and those that only keep house."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from triage.events.parsers import pam
from triage.events.parsers.attempts import Attempts
from triage.events.parsers.protocol import Event
from triage.events.parsers.secrets import masked
from triage.events.parsers.syslog import Header

Answer = Iterable[Event] | None
Rule = Callable[[Header, Event, Attempts], Answer]

SUDO = re.compile(
    r"(?P<actor>\S+) : (?:(?P<refused>(?!TTY=).*?) ; )?(?:TTY=\S* ; )?PWD=.*? ; USER=(?P<user>\S+)"
    r"(?: ; GROUP=\S+)?(?: ; TSID=\S+)?(?: ; ENV=.*?)? ; COMMAND=(?P<command>.*)$",
    re.DOTALL,
)
SU = re.compile(
    r"(?P<failed>FAILED su|Successful su) for (?P<user>\S+) by (?P<actor>\S+)$"
    r"|(?P<failed2>FAILED SU )?\(to (?P<user2>\S+)\) (?P<actor2>\S+) on \S+$"
)
SU_TERMINAL = re.compile(r"[+-] \S+ \S+:\S+$")
ACCOUNT = (
    (re.compile(r"new user: name=(?P<user>[^,]+), UID=(?P<uid>\d+)"), "user_created", "success"),
    (re.compile(r"failed adding user '(?P<user>[^']*)'"), "user_created", "failure"),
    (re.compile(r"delete user '(?P<user>[^']*)'"), "user_deleted", "success"),
    (re.compile(r"add '(?P<user>[^']*)' to (?:shadow )?group '"), "group_member_added", "success"),
    (re.compile(r"removed? '?(?P<user>[^']*?)'? from (?:shadow )?group"), "group_member_removed", "success"),
    (re.compile(r"change user '(?P<user>[^']*)'"), "user_changed", "success"),
    (re.compile(r"user '(?P<user>[^']*)' added by "), "group_member_added", "success"),
    (re.compile(r"new group: name=[^,]+"), "group_created", "success"),
    (re.compile(r"group '[^']*' removed"), "group_deleted", "success"),
    (re.compile(r"password for '(?P<user>[^']*)' changed by "), "password_changed", "success"),
)
ACCOUNT_SILENT = re.compile(r"group added to /etc/|removed group '|removed shadow group '|changed password expiry")
KEEPING_HOUSE = re.compile(
    r"New session \S+ of user |Removed session |Session \S+ logged out|New seat |Watching system buttons on "
    r"|System is (?:powering|rebooting)|Power key pressed|Lid |pam_|\(\S+\) (?:CMD|RELOAD|STARTUP|INFO)"
    r"|Registered Authentication"
    r"|Unregistered Authentication|Operator of |Acquired the name|Loading rules|Finished loading|User .* logged out"
)


def sudo(header: Header, where: Event, attempts: Attempts) -> Answer:
    """A command run as somebody else, or refused. The user is who ran it, the effective user whose rights it took."""
    if header.message.startswith("pam_"):
        return pam.read(header, header.message, where, attempts)
    found = SUDO.match(header.message)
    if not found:
        return () if header.message.startswith(("unable to ", "sudo: ")) else None
    where |= {
        "event.category": "process",
        "event.action": "sudo",
        "event.outcome": "failure" if found["refused"] else "success",
        "user.name": found["actor"],
        "user.effective.name": found["user"],
        "process.command_line": masked(found["command"]),
    }
    if found["refused"]:
        where["event.reason"] = found["refused"]
    return [where]


def su(header: Header, where: Event, attempts: Attempts) -> Answer:
    """Becoming somebody else."""
    if header.message.startswith("pam_"):
        return pam.read(header, header.message, where, attempts)
    found = SU.match(header.message)
    if not found:
        return () if SU_TERMINAL.match(header.message) else None
    failed = (found["failed"] or found["failed2"] or "").startswith("FAILED")
    where |= {
        "event.category": "authentication",
        "event.action": "su",
        "event.outcome": "failure" if failed else "success",
        "user.name": found["user"] or found["user2"],
        "actor.user.name": found["actor"] or found["actor2"],
    }
    return [where]


def accounts(header: Header, where: Event, attempts: Attempts) -> Answer:
    """Accounts and groups made, changed and removed."""
    message = header.message
    if message.startswith("pam_"):
        return pam.read(header, message, where, attempts)
    for pattern, action, outcome in ACCOUNT:
        if found := pattern.match(message):
            where |= {"event.category": "iam", "event.action": action, "event.outcome": outcome}
            where |= {"user.name": found["user"]} if "user" in pattern.groupindex else {}
            where |= {"user.id": found["uid"]} if "uid" in pattern.groupindex else {}
            return [where]
    return () if ACCOUNT_SILENT.match(message) else None


def housekeeping(header: Header, where: Event, attempts: Attempts) -> Answer:
    """Sessions of the machine itself: understood, and no event of ours. A PAM failure still is one."""
    if header.message.startswith("pam_"):
        return pam.read(header, header.message, where, attempts)
    return () if KEEPING_HOUSE.match(header.message) else None


PROGRAMS: dict[str, Rule] = {
    "sudo": sudo,
    "su": su,
    **dict.fromkeys(
        ("useradd", "userdel", "usermod", "groupadd", "groupdel", "groupmod", "gpasswd", "passwd", "chpasswd", "chage"),
        accounts,
    ),
    **dict.fromkeys(
        ("CRON", "cron", "crond", "systemd-logind", "systemd", "login", "polkitd", "runuser", "sshd-keygen"),
        housekeeping,
    ),
    # The stray bracket is GNOME's own: it logs as ``gdm-password][1234]:``.
    **dict.fromkeys(("gdm", "gdm-password]", "lightdm", "atd", "vsftpd", "dovecot"), housekeeping),
}
