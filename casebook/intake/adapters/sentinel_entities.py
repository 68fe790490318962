"""Microsoft's entities: ``[{"$id": "4", "Type": "host", "HostName": …}, {"$id": "5", "Host": {"$ref": "4"}, …}]``.

They are spelt in one way in the SecurityAlert table, and in another in the REST interface and Logic Apps (``kind`` and
``properties``); both are read. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from casebook.intake.adapters import texts
from casebook.intake.adapters.observables import Gathered

Entity = Mapping[str, Any]
MOST = 1_000
SYSTEM = frozenset({"SYSTEM", "LOCAL SERVICE", "NETWORK SERVICE"})


def entities(value: Any) -> list[dict[str, Any]]:
    """The entities of a list or of JSON text, names in lower case; references are followed as far as the image of a
    process's parent."""
    found = texts.opened(value)
    items = [_lower(one) for one in found[:MOST] if isinstance(one, dict)] if isinstance(found, list) else []
    by_id = {texts.text(one["$id"]): one for one in items if "$id" in one}
    return [{name: _resolved(part, by_id, 2) for name, part in one.items()} for one in items]


def observe(value: Any, about: Gathered) -> None:
    """Gather what the entities are: addresses, accounts, hosts, files, processes, addresses of the web and of mail."""
    found = [(_text(entity, "type", "kind").replace("-", "").lower(), entity) for entity in entities(value)]
    images = {file_path(_part(entity, "imagefile")) for kind, entity in found if kind == "process"}
    for kind, entity in found:
        if kind == "file" and file_path(entity) in images:  # the process says it; only its hashes are news
            entity = {"filehashes": entity.get("filehashes")}
        if kind in READERS:
            READERS[kind](entity, about)


def _lower(entity: Mapping[str, Any]) -> dict[str, Any]:
    """Names in lower case; what the REST interface keeps under ``properties`` one step up."""
    flat = {str(name).lower(): value for name, value in entity.items()}
    inner = flat.pop("properties", None)
    if isinstance(inner, Mapping):
        flat = {str(name).lower(): value for name, value in inner.items()} | flat
    return flat


def _resolved(value: Any, by_id: Mapping[str, dict[str, Any]], steps: int) -> Any:
    if not isinstance(value, Mapping):
        return value
    reference = texts.text(value.get("$ref"))
    entity = by_id.get(reference, {}) if reference else _lower(value)
    return {name: _resolved(part, by_id, steps - 1) for name, part in entity.items()} if steps > 1 else entity


def _text(entity: Entity, *names: str) -> str:
    return next((said for name in names if not texts.absent(said := texts.text(entity.get(name)))), "")


def _part(entity: Entity, name: str) -> Entity:
    part = entity.get(name)
    return part if isinstance(part, Mapping) else {}


def _account(entity: Entity, about: Gathered) -> None:
    name, domain = _text(entity, "name", "accountname", "friendlyname"), _text(entity, "upnsuffix")
    if name.upper() in SYSTEM or name.endswith("$"):
        return
    about.add("user", f"{name}@{domain}" if domain and "@" not in name else name, "target")


def _host(entity: Entity, about: Gathered) -> None:
    about.asset(_text(entity, "hostname", "netbiosname", "omsagentid"))


def _ip(entity: Entity, about: Gathered) -> None:
    about.add("ip", _text(entity, "address"), "source")


def _file(entity: Entity, about: Gathered) -> None:
    about.add("file", file_path(entity))
    hashes = entity.get("filehashes")
    for one in hashes if isinstance(hashes, list) else []:
        if isinstance(one, Mapping):
            about.add("hash", _text(_lower(one), "value"))


def _process(entity: Entity, about: Gathered) -> None:
    about.add("process", file_path(_part(entity, "imagefile")))


def _hash(entity: Entity, about: Gathered) -> None:
    about.add("hash", _text(entity, "value", "hashvalue"))


def _mailbox(entity: Entity, about: Gathered) -> None:
    about.add("mailbox", _text(entity, "mailboxprimaryaddress", "upn"), "target")


def _mail(entity: Entity, about: Gathered) -> None:
    about.add("email", _text(entity, "sender", "p2sender", "p1sender"), "source")
    about.add("email", _text(entity, "recipient"), "target")
    about.add("ip", _text(entity, "senderip"), "source")


def _cloud(entity: Entity, about: Gathered) -> None:
    about.add("cloud_principal", _text(entity, "appid", "name", "resourceid"))


READERS: dict[str, Callable[[Entity, Gathered], None]] = {
    "account": _account,
    "host": _host,
    "ip": _ip,
    "file": _file,
    "process": _process,
    "filehash": _hash,
    "url": lambda entity, about: about.add("url", _text(entity, "url"), "target"),
    "dnsresolution": lambda entity, about: about.add("domain", _text(entity, "domainname"), "target"),
    "dns": lambda entity, about: about.add("domain", _text(entity, "domainname"), "target"),
    "mailbox": _mailbox,
    "mailmessage": _mail,
    "cloudapplication": _cloud,
}


def file_path(entity: Entity) -> str:
    """``c:\\windows\\system32\\net.exe`` of its directory and name."""
    folder, name = _text(entity, "directory"), _text(entity, "name", "filename")
    if not folder or not name:
        return name
    divider = "/" if "/" in folder else "\\"
    return folder.rstrip("/\\") + divider + name


def started(value: Any) -> Iterator[dict[str, str]]:
    """The start of each process whose command line the entities tell, as an event in ECS names."""
    for entity in entities(value):
        if _text(entity, "type", "kind").lower() == "process" and _text(entity, "commandline"):
            event = {
                "@timestamp": _text(entity, "creationtimeutc"),
                "event.category": "process",
                "event.action": "start",
                "process.command_line": _text(entity, "commandline"),
                "process.name": file_path(_part(entity, "imagefile")),
                "process.parent.name": file_path(_part(_part(entity, "parentprocess"), "imagefile")),
                "user.name": _text(_part(entity, "account"), "name", "accountname"),
                "host.name": _text(_part(entity, "host"), "hostname", "netbiosname"),
            }
            yield {name: value for name, value in event.items() if value}
