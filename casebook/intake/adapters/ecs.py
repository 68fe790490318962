"""What the Elastic Common Schema's names mean to a case: observables with roles, and the event itself. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from casebook.intake.adapters import texts
from casebook.intake.adapters.message import Message
from casebook.intake.adapters.observables import Role, local
from casebook.intake.envelope import ObservableKind

OBSERVABLES: tuple[tuple[str, ObservableKind | None, Role], ...] = (
    ("source.ip", "ip", "source"),
    ("client.ip", "ip", "source"),
    ("destination.ip", "ip", "target"),
    ("server.ip", "ip", "target"),
    ("source.user.name", "user", "source"),
    ("client.user.name", "user", "source"),
    ("user.name", "user", "target"),
    ("user.target.name", "user", "target"),
    ("user.effective.name", "user", "target"),
    ("user.email", "email", "target"),
    ("email.from.address", "email", "source"),
    ("email.sender.address", "email", "source"),
    ("email.to.address", "email", "target"),
    ("source.domain", None, "source"),
    ("destination.domain", "domain", "target"),
    ("dns.question.name", "domain", "target"),
    ("url.full", "url", "target"),
    ("url.original", "url", "target"),
    ("url.domain", "domain", "target"),
    ("process.executable", "process", "related"),
    ("process.name", "process", "related"),
    ("process.parent.executable", "process", "related"),
    ("file.path", "file", "related"),
    ("file.name", "file", "related"),
    ("dll.path", "file", "related"),
    ("user_agent.original", "user_agent", "source"),
    ("source.as.number", "asn", "source"),
    ("aws.cloudtrail.user_identity.arn", "cloud_principal", "source"),
    ("related.ip", "ip", "related"),
    ("related.hosts", "host", "related"),
    ("related.user", "user", "related"),
    ("related.hash", "hash", "related"),
)
"""(name, type or None: by its look, role). Of one value a role that says something beats ``related``."""

HASHED = ("file.hash", "process.hash", "process.parent.hash", "dll.hash", "email.attachments.file.hash")
DIGESTS = ("sha256", "sha1", "md5", "sha512")

EVENT = (
    "event.category",
    "event.action",
    "event.outcome",
    "event.code",
    "event.reason",
    "event.count",
    "user.name",
    "user.domain",
    "user.id",
    "user.target.name",
    "user.target.id",
    "user.effective.name",
    "actor.user.name",
    "group.name",
    "source.ip",
    "source.domain",
    "source.port",
    "source.geo.country_iso_code",
    "source.as.number",
    "destination.ip",
    "destination.port",
    "host.name",
    "service.name",
    "process.name",
    "process.pid",
    "process.command_line",
    "process.parent.name",
    "http.request.method",
    "http.response.status_code",
    "http.response.bytes",
    "url.path",
    "user_agent.original",
)
"""The names the evidence engine reads."""

NO_SUCH_USER, WRONG_PASSWORD = "0xc0000064", "0xc000006a"
"""Windows' sub-status of a failed logon: what it tells of the account."""


def observe(message: Message) -> None:
    """Gather the observables and the asset of a message in ECS names, flat, nested or mixed."""
    message.about.asset(message.get("host.name", "host.hostname"))
    for address in texts.texts(message.get("host.ip")):
        if not local(address):
            message.about.add("ip", address)
    for name, kind, role in OBSERVABLES:
        message.about.add(kind, message.get(name), role)
    for name in HASHED:
        for digest in DIGESTS:
            message.about.add("hash", message.get(f"{name}.{digest}"))


def event(message: Message, at: datetime | None) -> dict[str, Any] | None:
    """The event a message in ECS names is about, flat; None where it does not say what kind of event it is."""
    found = {name: value for name in EVENT if (value := message.get(name)) is not None}
    if "event.category" not in found:
        return None
    known = account_exists(message.text("winlog.event_data.SubStatus", "winlog.event_data.Status"))
    if known is not None:
        found["user.exists"] = known
    if at is not None:
        found["@timestamp"] = at.isoformat()
    return found


def account_exists(sub_status: str) -> bool | None:
    """What Windows' sub-status of a failed logon says of the account; None where it says nothing."""
    return {NO_SUCH_USER: False, WRONG_PASSWORD: True}.get(sub_status.lower())
