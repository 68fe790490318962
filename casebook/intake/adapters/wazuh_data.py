"""What stands in the decoded part of a Wazuh alert: ``data``, ``syscheck``, ``agent``. Pure."""

from __future__ import annotations

import re
from typing import Any

from casebook.intake.adapters import ecs, texts
from casebook.intake.adapters.message import Message
from casebook.intake.adapters.observables import Role
from casebook.intake.envelope import ObservableKind

MANAGER_ID = "000"
"""The agent that is the manager itself: it also stands for machines that send it syslog and have no agent."""

OBSERVABLES: tuple[tuple[str, ObservableKind | None, Role], ...] = (
    ("data.srcip", "ip", "source"),
    ("data.src_ip", "ip", "source"),
    ("data.dstip", "ip", "target"),
    ("data.dest_ip", "ip", "target"),
    ("data.dstuser", "user", "target"),
    ("data.url", None, "target"),
    ("data.hostname", "domain", "target"),
    ("data.audit.exe", "process", "related"),
    ("data.audit.command", "process", "related"),
    ("data.win.eventdata.ipAddress", "ip", "source"),
    ("data.win.eventdata.sourceIp", "ip", "source"),
    ("data.win.eventdata.destinationIp", "ip", "target"),
    ("data.win.eventdata.destinationHostname", "domain", "target"),
    ("data.win.eventdata.workstationName", "host", "source"),
    ("data.win.eventdata.targetUserName", "user", "target"),
    ("data.win.eventdata.subjectUserName", "user", "source"),
    ("data.win.eventdata.user", "user", "source"),
    ("data.win.eventdata.image", "process", "related"),
    ("data.win.eventdata.newProcessName", "process", "related"),
    ("data.win.eventdata.parentImage", "process", "related"),
    ("data.win.eventdata.targetFilename", "file", "related"),
    ("data.win.eventdata.queryName", "domain", "target"),
    ("data.aws.sourceIPAddress", None, "source"),
    ("data.aws.source_ip_address", None, "source"),
    ("data.aws.userIdentity.arn", "cloud_principal", "source"),
    ("data.aws.userIdentity.userName", "user", "source"),
    ("data.office365.ClientIP", "ip", "source"),
    ("data.office365.UserId", None, "source"),
    ("data.virustotal.source.file", "file", "related"),
    ("data.virustotal.source.md5", "hash", "related"),
    ("data.virustotal.source.sha1", "hash", "related"),
    ("syscheck.path", "file", "target"),
    ("syscheck.md5_after", "hash", "related"),
    ("syscheck.sha1_after", "hash", "related"),
    ("syscheck.sha256_after", "hash", "related"),
    ("syscheck.uname_after", "user", "related"),
)
GUESSED = frozenset({"authentication_failed", "authentication_failures", "invalid_login", "authentication_success"})
"""Groups of rules in which ``srcuser`` is the account somebody tried, not the one who tried."""

ON_THE_MACHINE = frozenset({"-", "SYSTEM", "LOCAL SERVICE", "NETWORK SERVICE", "ANONYMOUS LOGON"})
_DIGEST = re.compile(r"(?:MD5|SHA1|SHA256)=([0-9A-Fa-f]{32,64})")

LOGONS = {"4624": "success", "4625": "failure", "4771": "failure", "4776": "failure"}
STARTS = frozenset({"1", "4688"})
"""Windows event ids that are logons, and those that are starts of a process (1 is Sysmon's)."""


def observe(message: Message) -> None:
    """Gather what the alert is about: the agent, and what the decoder took from the line."""
    relayed = message.text("predecoder.hostname") if message.text("agent.id") == MANAGER_ID else ""
    message.about.asset(relayed or message.text("agent.name"))
    if message.text("agent.ip").lower() != "any":
        message.about.add("ip", message.text("agent.ip"))
    guessed = GUESSED & set(texts.texts(message.get("rule.groups")))
    message.about.add("user", message.get("data.srcuser"), "target" if guessed else "source")
    for name, kind, role in OBSERVABLES:
        value = message.get(name)
        if kind != "user" or not _machine(texts.text(value)):
            message.about.add(kind, value, role)
    message.about.add("hash", _DIGEST.findall(message.text("data.win.eventdata.hashes")))


def windows_event(message: Message) -> dict[str, Any] | None:
    """The event a decoded Windows record is, in ECS names; None where it is neither a logon nor a process start."""
    code = message.text("data.win.system.eventID")
    if code not in LOGONS and code not in STARTS:
        return None
    data = "data.win.eventdata."
    event: dict[str, Any] = {
        "@timestamp": message.text("data.win.system.systemTime", "timestamp"),
        "event.code": code,
        "host.name": message.text("data.win.system.computer", "agent.name"),
    }
    if code in LOGONS:
        event |= {
            "event.category": "authentication",
            "event.outcome": _outcome(code, message.text(f"{data}status")),
            "user.name": message.text(f"{data}targetUserName"),
            "user.domain": message.text(f"{data}targetDomainName"),
            "source.ip": message.text(f"{data}ipAddress"),
            "source.domain": message.text(f"{data}workstationName", f"{data}workstation"),
            "event.reason": message.text(f"{data}subStatus", f"{data}status"),
            "user.exists": ecs.account_exists(message.text(f"{data}subStatus", f"{data}status")),
        }
    else:
        event |= {
            "event.category": "process",
            "event.action": "start",
            "user.name": message.text(f"{data}user", f"{data}subjectUserName"),
            "process.name": message.text(f"{data}image", f"{data}newProcessName"),
            "process.command_line": message.text(f"{data}commandLine"),
            "process.parent.name": message.text(f"{data}parentImage", f"{data}parentProcessName"),
        }
    return {name: value for name, value in event.items() if value not in ("", None)}


def _outcome(code: str, status: str) -> str:
    return "success" if code == "4776" and status.lower() in ("0x0", "0x00000000") else LOGONS[code]


def _machine(name: str) -> bool:
    """Accounts of the system itself tell nothing of people."""
    return name.endswith("$") or name.rpartition("\\")[2].upper() in ON_THE_MACHINE
