"""Who and what an OCSF event names: its ``observables``, and the objects of its class and of its evidences. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from casebook.intake.adapters import aws_findings, paths
from casebook.intake.adapters.message import Message
from casebook.intake.adapters.observables import Role, address
from casebook.intake.adapters.texts import text, texts
from casebook.intake.envelope import AlertIn, ObservableKind

KINDS: Mapping[str, ObservableKind] = {
    "1": "host",
    "2": "ip",
    "4": "user",
    "5": "email",
    "6": "url",
    "7": "file",
    "8": "hash",
    "9": "process",
    "12": "cidr",
    "13": "process",
    "16": "user_agent",
    "21": "user",
    "22": "email",
    "23": "url",
    "24": "file",
    "25": "process",
    "45": "file",
}
"""An observable's ``type_id``. Others (ports, countries, resource ids, …) name no one, or come with their object."""

UNTYPED = frozenset({"", "0", "99"})
"""Unknown and other: then its name says what it is."""

BY_NAME: tuple[tuple[re.Pattern[str], ObservableKind], ...] = (
    (re.compile(r"(^|[._])(ip|addr|address)$"), "ip"),
    (re.compile(r"(^|[._])(hostname|host)$"), "host"),
    (re.compile(r"(^|[._])(user[._]?name|username|user)$"), "user"),
    (re.compile(r"(^|[._])(md5|sha1|sha256|hash)$"), "hash"),
    (re.compile(r"(^|[._])url$"), "url"),
)
SOURCE = re.compile(r"(^|[._\]])(src|source|attacker|actor|remote)([._]|$)")
TARGET = re.compile(r"(^|[._\]])(dst|dest|destination|target|device|victim)([._]|$)|^user\.")
STAFF = re.compile(r"assign|owner|analyst|closing")
"""Names of those who work on the finding, not of those it is about."""


def gather(said: Message, alert: AlertIn) -> None:
    """Put every entity of the event into the message's observables and assets. ``observables`` repeats what stands in
    the event; it counts for what nothing else told."""
    _objects(said, said.body)
    for evidence in _items(said, "evidences"):
        _objects(said, evidence)
    for resource in _items(said, "resources"):
        _resource(said, alert, resource)
    told = {one.value for one in said.about.observables}
    for item in _items(said, "observables"):
        if text(item.get("value")) not in told:
            _observable(said, item)


def _items(said: Message, name: str) -> list[Mapping[str, Any]]:
    found = said.get(name)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def _objects(said: Message, body: Mapping[str, Any]) -> None:
    _endpoint(said, body.get("src_endpoint"), "source")
    _endpoint(said, body.get("dst_endpoint"), "target")
    _device(said, body.get("device"))
    actor, user = paths.get(body, "actor.user"), body.get("user")
    _person(said, actor, "target" if same_person(actor, user) else "source")
    _person(said, user, "target")
    _process(said, paths.get(body, "actor.process"))
    _process(said, body.get("process"))
    _file(said, body.get("file"))
    said.about.add("url", paths.get(body, "url.url_string", "http_request.url.url_string"), "related")
    said.about.add("user_agent", paths.get(body, "http_request.user_agent"), "source")
    said.about.add("domain", paths.get(body, "query.hostname"), "related")
    said.about.add("email", paths.get(body, "email.from"), "source")
    said.about.add("mailbox", paths.get(body, "email.to"), "target")


def _endpoint(said: Message, endpoint: Any, role: Role) -> None:
    said.about.add("ip", paths.get(endpoint, "ip"), role)
    said.about.add("host", paths.get(endpoint, "hostname") or paths.get(endpoint, "name"), role)
    said.about.add("domain", paths.get(endpoint, "domain"), role)


def _device(said: Message, device: Any) -> None:
    """The machine it happened on is ours; one that has but a model's name is only told."""
    said.about.asset(paths.get(device, "hostname"))
    if paths.get(device, "hostname") is None:
        said.about.add("host", paths.get(device, "name"), "related")
    said.about.add("ip", paths.get(device, "ip"), "target")


def _person(said: Message, user: Any, role: Role) -> None:
    said.about.add("user", paths.get(user, "name"), role)
    said.about.add("email", paths.get(user, "email_addr"), role)
    said.about.add("cloud_principal", [uid for uid in texts(paths.get(user, "uid")) if uid.startswith("arn:")], role)


def same_person(actor: Any, user: Any) -> bool:
    """Whether who acts is whom it is about: someone signing in as themselves."""
    return any(text(paths.get(actor, key)) and paths.get(actor, key) == paths.get(user, key) for key in ("uid", "name"))


def _process(said: Message, process: Any) -> None:
    said.about.add("process", paths.get(process, "cmd_line") or paths.get(process, "name"), "related")
    _file(said, paths.get(process, "file"))


def _file(said: Message, file: Any) -> None:
    said.about.add("file", paths.get(file, "path") or paths.get(file, "name"), "related")
    hashes = paths.get(file, "hashes", "fingerprints")
    for item in hashes if isinstance(hashes, list) else ():
        said.about.add("hash", paths.get(item, "value"), "related")


def _resource(said: Message, alert: AlertIn, resource: Mapping[str, Any]) -> None:
    """A path inside an application is no thing of ours to look after; anything else is an asset or a principal."""
    name = text(resource.get("uid")) or text(resource.get("name"))
    if name.startswith("/"):
        said.about.add("other", name, "target")
    else:
        aws_findings.add(said, alert, kind=text(resource.get("type")), name=name, details=resource.get("data"))
    _person(said, resource.get("owner"), "related")


def _observable(said: Message, item: Mapping[str, Any]) -> None:
    name, value = text(item.get("name")), text(item.get("value"))
    if value == name or STAFF.search(name.lower()):
        return
    kind = KINDS.get(text(item.get("type_id"))) if text(item.get("type_id")) not in UNTYPED else _named(name, value)
    if kind is not None:
        said.about.add(kind, value, _role(name))


def _named(name: str, value: str) -> ObservableKind | None:
    kind = next((kind for pattern, kind in BY_NAME if pattern.search(name.lower())), None)
    return None if kind == "ip" and not address(value) else kind


def _role(name: str) -> Role:
    if SOURCE.search(name.lower()):
        return "source"
    return "target" if TARGET.search(name.lower()) else "related"
