"""TheHive's own objects: what tools post to its ``/api/alert`` and ``/api/v1/alert``, what it answers, its cases, and
its webhooks. Whatever has an output for TheHive can so send here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from casebook.intake.adapters import paths
from casebook.intake.adapters.message import Message, Severity
from casebook.intake.adapters.observables import Role
from casebook.intake.adapters.protocol import Adapter, NotUnderstood, Options, Reading, one
from casebook.intake.adapters.texts import absent, tagged_techniques, technique_words, text, texts
from casebook.intake.envelope import AlertIn, Colour, ObservableKind, RuleIn

SEVERITIES: Mapping[str, Severity] = {
    "1": "low",
    "2": "medium",
    "3": "high",
    "4": "critical",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "critical": "critical",
}
COLOURS: Mapping[str, Colour] = {
    "0": "clear",
    "1": "green",
    "2": "amber",
    "3": "red",
    "4": "red",
    "white": "clear",
    "clear": "clear",
    "green": "green",
    "amber": "amber",
    "amber+strict": "amber_strict",
    "red": "red",
}
"""TLP and PAP, by number and by label. 3 was red before 5.x put amber+strict there: the narrower of the two."""

KINDS: Mapping[str, ObservableKind | None] = {
    "ip": "ip",
    "domain": "domain",
    "fqdn": "host",
    "hostname": "host",
    "url": "url",
    "mail": "email",
    "hash": "hash",
    "filename": "file",
    "file": "file",
    "user-agent": "user_agent",
    "autonomous-system": "asn",
    "user": "user",
    "username": "user",
    "account": "user",
    "other": None,
}
"""``dataType``; None: by its look. Types of an installation's own are kept as other."""

SOURCE_TAGS = frozenset({"src", "source", "attacker", "src_ip", "source.ip"})
TARGET_TAGS = frozenset({"dst", "dest", "destination", "target", "victim", "dst_ip", "destination.ip"})

FACTS = (
    ("Status", "status"),
    ("Stage", "stage"),
    ("Type", "type"),
    ("Source", "source"),
    ("Number", "number"),
    ("Tags", "tags"),
    ("Assignee", "assignee"),
    ("Case template", "caseTemplate"),
    ("Summary", "summary"),
    ("Impact", "impactStatus"),
    ("Resolution", "resolutionStatus"),
)
RULE_TAGS = frozenset({"rule", "rule_name", "rule.name", "search_name"})


def messages(body: Any) -> Iterable[tuple[str, Any]]:
    """The body, each of a list, or the object a webhook tells of."""
    return [_unwrapped(pointer, item) for pointer, item in one(body)]


def _unwrapped(pointer: str, item: Any) -> tuple[str, Any]:
    inside = item.get("object") if isinstance(item, Mapping) else None
    if isinstance(inside, Mapping) and text(item.get("objectType")).lower() in ("alert", "case"):
        return f"{pointer}/object", inside
    return pointer, item


def read(message: Any, options: Options) -> Reading:
    said = Message(message, options)
    if said.get("objectType") is not None:
        raise NotUnderstood(f"It tells of a {said.text('objectType')[:40]}, not of an alert or a case.", "/objectType")
    if said.get("sourceRef", "_id", "id") is None and said.get("description") is None:
        raise NotUnderstood("It is no alert or case of TheHive: it has neither sourceRef nor _id nor description.")
    procedures = _items(said, "procedures")
    alert = AlertIn(
        external_id=_external_id(said),
        title=said.need("title", "title"),
        description=said.text("description"),
        severity=said.severity("severity", "severityLabel", words=SEVERITIES),
        tlp=_colour(said, "tlp"),
        pap=_colour(said, "pap"),
        detected_at=said.time("date", "startDate", "_createdAt", "createdAt"),
        rule=RuleIn(name=_rule(said)),
        techniques=technique_words([one.get("patternId") for one in procedures]) + tagged_techniques(said.get("tags")),
        tactics=[text(one.get("tactic")) for one in procedures],
        link=said.text("externalLink"),
    )
    _observables(said)
    _facts(said)
    return said.reading(alert)


def _external_id(said: Message) -> str:
    """An alert is known by type, source and reference together, a case by its id."""
    if said.text("sourceRef"):
        return ":".join(filter(None, (said.text(name) for name in ("type", "source", "sourceRef"))))
    return said.text("_id", "id", "caseId", "number")


def _rule(said: Message) -> str:
    """The rule a tag names, ``rule=…`` or ``ours:rule="…"``, as several outputs write it; else nothing."""
    for tag in texts(said.get("tags")):
        name, _, value = tag.partition("=")
        if name.rpartition(":")[2].strip().lower() in RULE_TAGS:
            return value.strip().strip('"')
    return ""


def _colour(said: Message, name: str) -> Colour:
    """The label says which colour; a bare number may have meant another in an older version."""
    label, number = said.text(f"{name}Label").lower(), said.text(name)
    if label in COLOURS:
        return COLOURS[label]
    if name == "tlp" and number == "3":
        said.assume("TLP 3 means red in older versions and amber+strict in newer ones: taken as red.")
    return COLOURS.get(number.lower(), "amber")


def _observables(said: Message) -> None:
    """``artifacts`` is what ``observables`` were called before version 5's API."""
    for item in (*_items(said, "observables"), *_items(said, "artifacts")):
        tags = {tag.lower() for tag in texts(item.get("tags"))}
        role: Role = "source" if tags & SOURCE_TAGS else "target" if tags & TARGET_TAGS else "related"
        kind = KINDS.get(text(item.get("dataType")).lower(), "other")
        said.about.add(kind, item.get("data"), role)
        for attached in _attachments(item.get("attachment")):
            said.about.add("file", attached.get("name"), role)
            said.about.add("hash", attached.get("hashes"), role)


def _attachments(given: Any) -> list[Mapping[str, Any]]:
    return [item for item in (given if isinstance(given, list) else [given]) if isinstance(item, Mapping)]


def _facts(said: Message) -> None:
    said.facts(FACTS)
    fields = said.get("customFields")
    if isinstance(fields, list):
        found = [
            (f"/customFields/{place}/value", text(paths.get(one, "name")), one) for place, one in enumerate(fields)
        ]
    else:
        mapping = fields if isinstance(fields, Mapping) else {}
        found = [(paths.child("/customFields", name), name, one) for name, one in mapping.items()]
    for pointer, name, field in found:
        value = _custom(field)
        if name and not absent(value):
            said.state(name, value, pointer)


def _custom(field: Any) -> str:
    """``{"name": "bu", "value": "sales"}``, ``{"bu": {"string": "sales", "order": 1}}`` or ``{"bu": "sales"}``."""
    if not isinstance(field, Mapping):
        return text(field)
    kinds = ("value", "string", "integer", "float", "boolean", "date", "url")
    return next((shown for kind in kinds if (shown := text(field.get(kind)))), "")


def _items(said: Message, name: str) -> list[Mapping[str, Any]]:
    found = said.get(name)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


ADAPTER = Adapter("thehive", "TheHive", messages, read)
