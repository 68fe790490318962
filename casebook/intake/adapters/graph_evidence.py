"""The typed ``evidence`` of a Graph alert: observables with roles, and what the vendor concluded of each. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from casebook.intake.adapters import graph_events, paths
from casebook.intake.adapters.graph_events import file_name, host_name, kind_of
from casebook.intake.adapters.message import Message
from casebook.intake.adapters.observables import Role
from casebook.intake.adapters.texts import absent, text

SOURCE_ROLES = frozenset({"attacker", "source", "commandandcontrol"})
TARGET_ROLES = frozenset({"attacked", "compromised", "destination", "scanned"})
SILENT = frozenset({"unknown", "none", "unknownfuturevalue"})
"""What verdict and remediation say where nothing was found or done."""


def read(said: Message) -> list[dict[str, Any]]:
    """Gather observables, assets and facts of all evidence into the message; return the events in it."""
    items = said.get("evidence")
    evidence = [
        (f"/evidence/{place}", item)
        for place, item in enumerate(items if isinstance(items, list) else ())
        if isinstance(item, Mapping)
    ]
    for pointer, item in evidence:
        reader = READERS.get(kind_of(item))
        if reader is not None:
            reader(said, item, _role(item))
        _opinions(said, item, pointer)
    return graph_events.events([item for _, item in evidence])


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
    name = host_name(item)
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
    said.about.add("process", text(item.get("processCommandLine")) or file_name(item.get("imageFile")), "related")
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


def _opinions(said: Message, item: Mapping[str, Any], pointer: str) -> None:
    """What the vendor concluded of this piece of evidence, and did about it."""
    what = _label(item)
    for label, key in (("Verdict on", "verdict"), ("Remediation of", "remediationStatus"), ("Risk of", "riskScore")):
        opinion = text(item.get(key))
        if opinion and opinion.lower() not in SILENT:
            said.state(f"{label} {what}", opinion, paths.child(pointer, key))
    if kind_of(item) == "analyzedMessage":
        for label, key in (("Subject", "subject"), ("Delivery", "deliveryAction"), ("Threats", "threats")):
            if shown := text(item.get(key)):
                said.state(label, shown, paths.child(pointer, key))


def _label(item: Mapping[str, Any]) -> str:
    """``process crond``: the kind of evidence, and what it is called."""
    named = (
        host_name(item),
        file_name(item.get("imageFile")) or file_name(item.get("fileDetails")),
        paths.get(item.get("userAccount"), "userPrincipalName", "accountName"),
        paths.get(item, "ipAddress", "url", "primaryAddress", "displayName", "recipientEmailAddress"),
    )
    name = next((text(one) for one in named if text(one)), "")
    return f"{kind_of(item) or 'evidence'} {name[:100]}".rstrip()


def _path(file: Any) -> str:
    """Folder and name as one path, written the folder's own way."""
    folder, name = text(paths.get(file, "filePath")), file_name(file)
    if not folder or not name or folder.endswith(name):
        return folder or name
    slash = "\\" if "\\" in folder else "/"
    return f"{folder.rstrip(slash)}{slash}{name}"
