"""The typed ``evidence`` of a Graph alert: observables with roles, facts, and the events it amounts to. Pure.

Evidence is what the vendor collected, not a log: a process evidence tells of one start, a session of one sign-in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from casebook.intake.adapters import paths
from casebook.intake.adapters.message import Message
from casebook.intake.adapters.observables import Role
from casebook.intake.adapters.texts import absent, text

SOURCE_ROLES = frozenset({"attacker", "source", "commandandcontrol"})
TARGET_ROLES = frozenset({"attacked", "compromised", "destination", "scanned"})
SILENT = frozenset({"unknown", "none", "unknownfuturevalue"})
"""What verdict and remediation say where nothing was found or done."""

Event = dict[str, Any]


def read(said: Message) -> list[Event]:
    """Gather observables, assets and facts of all evidence into the message; return the events in it."""
    items = said.get("evidence")
    evidence = [
        (f"/evidence/{place}", item)
        for place, item in enumerate(items if isinstance(items, list) else ())
        if isinstance(item, Mapping)
    ]
    host = _only_host(item for _, item in evidence)
    events: list[Event] = []
    for pointer, item in evidence:
        reader = READERS.get(_kind(item))
        if reader is not None:
            reader(said, item, _role(item))
        if (event := _event(item, host)) is not None:
            events.append(event)
        _opinions(said, item, pointer)
    return events


def _kind(item: Mapping[str, Any]) -> str:
    """``#microsoft.graph.security.processEvidence`` → ``process``."""
    return text(item.get("@odata.type")).rpartition(".")[2].removesuffix("Evidence")


def _role(item: Mapping[str, Any]) -> Role | None:
    """What the vendor says of an entity's part in it; None where it says nothing of that."""
    roles = item.get("roles")
    for role in roles if isinstance(roles, list) else ():
        if text(role).lower() in SOURCE_ROLES:
            return "source"
        if text(role).lower() in TARGET_ROLES:
            return "target"
    return None


def _device(said: Message, item: Mapping[str, Any], role: Role | None) -> None:
    name = _host_name(item)
    if role == "source":
        said.about.add("host", name, "source")
    else:
        said.about.asset(name)
    said.about.add("ip", item.get("ipInterfaces"), role or "related")
    said.about.add("ip", [item.get("lastIpAddress"), item.get("lastExternalIpAddress")], role or "related")
    people = item.get("loggedOnUsers")
    for person in people if isinstance(people, list) else ():
        said.about.add("user", paths.get(person, "accountName"), "related")


def _user(said: Message, item: Mapping[str, Any], role: Role | None) -> None:
    _account(said, item.get("userAccount"), role or "target")


def _account(said: Message, account: Any, role: Role) -> None:
    """The sign-in name is the person wherever there is one; the short name is then only another word for it."""
    full, short = paths.get(account, "userPrincipalName"), paths.get(account, "accountName")
    said.about.add("user", full if not absent(text(full)) else short, role)


def _ip(said: Message, item: Mapping[str, Any], role: Role | None) -> None:
    """Without a role it is the far side: the addresses of our own devices are among their interfaces."""
    said.about.add("ip", item.get("ipAddress"), role or "source")


def _process(said: Message, item: Mapping[str, Any], role: Role | None) -> None:
    said.about.add("process", text(item.get("processCommandLine")) or _name(item.get("imageFile")), "related")
    _image(said, item.get("imageFile"), role)
    _account(said, item.get("userAccount"), role or "related")


def _file(said: Message, item: Mapping[str, Any], role: Role | None) -> None:
    _image(said, item.get("fileDetails"), role)


def _image(said: Message, file: Any, role: Role | None) -> None:
    said.about.add("file", _path(file), role or "related")
    for algorithm in ("sha256", "sha1", "md5"):
        said.about.add("hash", paths.get(file, algorithm), role or "related")


def _hash(said: Message, item: Mapping[str, Any], role: Role | None) -> None:
    said.about.add("hash", item.get("value"), role or "related")


def _mailbox(said: Message, item: Mapping[str, Any], role: Role | None) -> None:
    said.about.add("mailbox", item.get("primaryAddress") or item.get("upn"), role or "target")


def _mail(said: Message, item: Mapping[str, Any], role: Role | None) -> None:
    """Sender, relay and links stand on one side of a mail, its recipient on the other, whatever role the mail has."""
    for sender in ("p2Sender", "p1Sender"):
        said.about.add("email", paths.get(item.get(sender), "emailAddress"), "source")
    said.about.add("ip", item.get("senderIp"), "source")
    said.about.add("mailbox", item.get("recipientEmailAddress"), "target")
    said.about.add("url", item.get("urls"), "related")


def _url(said: Message, item: Mapping[str, Any], role: Role | None) -> None:
    said.about.add("url", item.get("url"), role or "related")


def _domain(said: Message, item: Mapping[str, Any], role: Role | None) -> None:
    said.about.add("domain", item.get("domainName"), role or "related")
    said.about.add("ip", paths.get(item, "hostIpAddress.ipAddress"), "related")


def _connection(said: Message, item: Mapping[str, Any], role: Role | None) -> None:
    said.about.add("ip", paths.get(item, "sourceAddress.ipAddress"), "source")
    said.about.add("ip", paths.get(item, "destinationAddress.ipAddress"), "target")


def _session(said: Message, item: Mapping[str, Any], role: Role | None) -> None:
    account = paths.get(item, "account.userAccount") or item.get("account")
    _account(said, account, role or "target")
    said.about.add("user_agent", item.get("userAgent"), "source")
    said.about.add("host", item.get("deviceName"), "related")


def _resource(said: Message, item: Mapping[str, Any], role: Role | None) -> None:
    """By its short name; of an id that is a path, its last part."""
    name = text(paths.get(item, "resourceName", "name")) or text(paths.get(item, "resourceId", "amazonResourceId"))
    said.about.asset(name.rpartition("/")[2])


def _application(said: Message, item: Mapping[str, Any], role: Role | None) -> None:
    said.about.add("other", paths.get(item, "displayName", "name"), role or "related")


Reader = Callable[[Message, Mapping[str, Any], Role | None], None]
READERS: dict[str, Reader] = {
    "device": _device,
    "user": _user,
    "ip": _ip,
    "process": _process,
    "file": _file,
    "fileHash": _hash,
    "mailbox": _mailbox,
    "analyzedMessage": _mail,
    "url": _url,
    "dns": _domain,
    "networkConnection": _connection,
    "cloudLogonSession": _session,
    "hostLogonSession": _session,
    "azureResource": _resource,
    "amazonResource": _resource,
    "googleCloudResource": _resource,
    "cloudApplication": _application,
    "oauthApplication": _application,
}
"""By the type's name without ``Evidence``. Others still tell their verdict, and stay in the raw body."""


def _event(item: Mapping[str, Any], host: str) -> Event | None:
    kind = _kind(item)
    if kind == "process":
        return _filled(_start(item) | {"host.name": host})
    if kind in ("cloudLogonSession", "hostLogonSession"):
        return _filled(_sign_in(item) | {"host.name": _host_name(item.get("host")) or text(item.get("deviceName"))})
    return None


def _start(item: Mapping[str, Any]) -> Event:
    account = item.get("userAccount")
    return {
        "@timestamp": item.get("processCreationDateTime"),
        "event.category": "process",
        "event.action": "start",
        "process.name": _name(item.get("imageFile")),
        "process.pid": item.get("processId"),
        "process.command_line": item.get("processCommandLine"),
        "process.parent.name": _name(item.get("parentProcessImageFile")),
        "user.name": paths.get(account, "accountName"),
        "user.domain": paths.get(account, "domainName"),
        "user.id": paths.get(account, "userSid"),
    }


def _sign_in(item: Mapping[str, Any]) -> Event:
    """A session there is began with a sign-in that succeeded."""
    account = paths.get(item, "account.userAccount") or item.get("account")
    return {
        "@timestamp": item.get("startUtcDateTime"),
        "event.category": "authentication",
        "event.action": "logon",
        "event.outcome": "success",
        "user.name": paths.get(account, "userPrincipalName", "accountName"),
        "user_agent.original": item.get("userAgent"),
    }


def _filled(event: Event) -> Event:
    return {name: value for name, value in event.items() if not absent(text(value))}


def _opinions(said: Message, item: Mapping[str, Any], pointer: str) -> None:
    """What the vendor concluded of this piece of evidence, and did about it."""
    what = _label(item)
    for label, key in (("Verdict on", "verdict"), ("Remediation of", "remediationStatus"), ("Risk of", "riskScore")):
        opinion = text(item.get(key))
        if opinion and opinion.lower() not in SILENT:
            said.state(f"{label} {what}", opinion, paths.child(pointer, key))
    if _kind(item) == "analyzedMessage":
        for label, key in (("Subject", "subject"), ("Delivery", "deliveryAction"), ("Threats", "threats")):
            if shown := text(item.get(key)):
                said.state(label, shown, paths.child(pointer, key))


def _label(item: Mapping[str, Any]) -> str:
    """``process crond``: the kind of evidence, and what it is called."""
    named = (
        _host_name(item),
        _name(item.get("imageFile")) or _name(item.get("fileDetails")),
        paths.get(item.get("userAccount"), "userPrincipalName", "accountName"),
        paths.get(item, "ipAddress", "url", "primaryAddress", "displayName", "recipientEmailAddress"),
    )
    name = next((text(one) for one in named if text(one)), "")
    return f"{_kind(item) or 'evidence'} {name[:100]}".rstrip()


def _only_host(items: Iterator[Mapping[str, Any]]) -> str:
    """The host of all that happened, where the alert names one alone."""
    names = {name for item in items if _kind(item) == "device" and (name := _host_name(item))}
    return names.pop() if len(names) == 1 else ""


def _host_name(item: Any) -> str:
    return text(paths.get(item, "deviceDnsName", "hostName"))


def _name(file: Any) -> str:
    return text(paths.get(file, "fileName"))


def _path(file: Any) -> str:
    """Folder and name as one path, written the folder's own way."""
    folder, name = text(paths.get(file, "filePath")), _name(file)
    if not folder or not name or folder.endswith(name):
        return folder or name
    slash = "\\" if "\\" in folder else "/"
    return f"{folder.rstrip(slash)}{slash}{name}"
