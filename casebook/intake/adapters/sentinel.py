"""Microsoft Sentinel: rows of the SecurityAlert table (as objects, as a query's tables of columns and rows, or a list),
and the bodies of the alert and incident triggers of Logic Apps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from casebook.intake.adapters import paths, texts
from casebook.intake.adapters import sentinel_entities as entities
from casebook.intake.adapters.message import Message
from casebook.intake.adapters.observables import Role
from casebook.intake.adapters.protocol import Adapter, NotUnderstood, Options, Reading, one
from casebook.intake.envelope import AlertIn, ObservableKind, RuleIn

ID = ("SystemAlertId", "systemAlertId", "properties.systemAlertId")
NAME = ("AlertDisplayName", "DisplayName", "AlertName", "alertDisplayName", "properties.alertDisplayName")
FACTS = (
    ("Confidence", "ConfidenceLevel", "properties.confidenceLevel"),
    ("Confidence score", "ConfidenceScore"),
    ("Compromised entity", "CompromisedEntity", "properties.compromisedEntity"),
    ("Product", "ProductName", "properties.productName", "ProviderName"),
    ("State in Sentinel", "Status", "properties.status"),
    ("Steps Microsoft suggests", "RemediationSteps"),
    ("Incident number", "properties.incidentNumber"),
    ("Alerts in the incident", "properties.additionalData.alertsCount"),
)
PLUMBING = frozenset(
    {
        "alertscount",
        "tactics",
        "techniques",
        "query",
        "search query",
        "serviceid",
        "reportingsystem",
        "occuringdatacenter",
        "resourcetype",
    }
)
"""Properties that tell of the machinery, or what is told elsewhere; nothing of what happened."""

NAMED: dict[str, tuple[ObservableKind | None, Role]] = {
    "attacker ip": ("ip", "source"),
    "attacker source ip": ("ip", "source"),
    "client ip address": ("ip", "source"),
    "ip address": ("ip", "source"),
    "source": ("ip", "source"),
    "source ip": ("ip", "source"),
    "source ips": ("ip", "source"),
    "victim ip": ("ip", "target"),
    "machine ip": ("ip", "target"),
    "compromised host": ("host", "target"),
    "suspicious process": ("process", "related"),
    "parent process": ("process", "related"),
}
"""Properties that name what an alert is about. An address may stand inside a text: ``FreeRDP (203.0.113.7)``."""

_ADDRESS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")


def messages(body: Any) -> Iterable[tuple[str, Any]]:
    """Rows of tables, ``value`` of a REST answer, what a Logic Apps trigger wraps, a list, or one."""
    if isinstance(body, dict):
        if isinstance(body.get("tables"), list):
            return list(_rows(body["tables"]))
        if isinstance(body.get("value"), list):
            return [(f"/value/{number}", alert) for number, alert in enumerate(body["value"])]
        for name in ("body", "object"):
            if isinstance(body.get(name), dict):
                return [(f"/{name}{pointer}", message) for pointer, message in messages(body[name])]
    return one(body)


def read(body: Any, options: Options) -> Reading:
    """One alert, or one incident. What the product asserts of it is kept as facts; there are no events inside."""
    message = Message(body, options)
    incident = isinstance(body.get("properties"), dict) and "incidentNumber" in body["properties"]
    if not incident and not message.text(*NAME, *ID):
        raise NotUnderstood("It has neither AlertName nor SystemAlertId: this is no SecurityAlert.", "/SystemAlertId")
    found = message.get("Entities", "properties.relatedEntities", "properties.entities")
    entities.observe(found, message.about)
    message.about.asset(message.text("CompromisedEntity") if not message.about.assets else "")
    message.facts(FACTS)
    properties = _properties(message)
    reading = _incident(message) if incident else _alert(message, properties)
    at = reading.last_event_at or reading.detected_at
    when = {"@timestamp": at.isoformat()} if at else {}
    reading.events = [when | event for event in entities.started(found)]
    return message.reading(reading)


def _alert(message: Message, properties: dict[str, str]) -> AlertIn:
    name = message.text(*NAME)
    rule = texts.listed(properties.get("Analytic Rule Ids")) or [message.text("AlertType", "properties.alertType")]
    utc = {"zone": "UTC"}  # these names say so themselves
    return AlertIn(
        external_id=message.text(*ID),
        title=name,
        description=message.text("Description", "properties.description"),
        severity=message.severity("AlertSeverity", "Severity", "properties.severity"),
        detected_at=message.time("TimeGenerated", "properties.timeGenerated"),
        first_event_at=message.time("StartTimeUtc", "properties.startTimeUtc", **utc) or message.time("StartTime"),
        last_event_at=message.time("EndTimeUtc", "properties.endTimeUtc", **utc) or message.time("EndTime"),
        rule=RuleIn(rule[0], properties.get("Analytic Rule Name") or message.text("AlertName", "AlertType") or name),
        techniques=_techniques(message, "Techniques", "SubTechniques", "properties.techniques"),
        tactics=texts.listed(message.get("Tactics", "properties.tactics", "properties.intent")),
        link=message.text("AlertLink", "AlertUri", "properties.alertLink"),
    )


def _incident(message: Message) -> AlertIn:
    """An incident is updated in place: its own id makes each update a repeat."""
    extra = "properties.additionalData"
    rules = texts.texts(message.get("properties.relatedAnalyticRuleIds"))
    return AlertIn(
        external_id=message.text("name", "id"),
        title=message.text("properties.title"),
        description=message.text("properties.description"),
        severity=message.severity("properties.severity"),
        detected_at=message.time("properties.createdTimeUtc", zone="UTC"),
        first_event_at=message.time("properties.firstActivityTimeUtc", zone="UTC"),
        last_event_at=message.time("properties.lastActivityTimeUtc", zone="UTC"),
        rule=RuleIn(rules[0].rpartition("/")[2] if rules else "", message.text("properties.title")),
        techniques=_techniques(message, f"{extra}.techniques"),
        tactics=texts.listed(message.get(f"{extra}.tactics")),
        link=message.text("properties.incidentUrl", "properties.providerIncidentUrl"),
    )


def _rows(tables: list[Any]) -> Iterator[tuple[str, Any]]:
    """Each row as an object by its columns' names; what is no row stays what it is."""
    for place, table in enumerate(tables):
        columns, rows = (table.get("columns"), table.get("rows")) if isinstance(table, dict) else (None, None)
        if not isinstance(columns, list) or not isinstance(rows, list):
            raise NotUnderstood("A table of a query's answer has columns and rows.", f"/tables/{place}")
        names = [texts.text(column.get("name")) for column in columns if isinstance(column, dict)]
        for number, row in enumerate(rows):
            made = dict(zip(names, row, strict=False)) if isinstance(row, list) else row
            yield f"/tables/{place}/rows/{number}", made


def _techniques(message: Message, *names: str) -> list[str]:
    return texts.technique_words(*(message.get(name) for name in names))


def _properties(message: Message) -> dict[str, str]:
    """Extended properties as facts, each with its pointer; inside JSON text the text's own pointer is the last that
    leads anywhere."""
    found = paths.find(message.body, "ExtendedProperties") or paths.find(message.body, "properties.additionalData")
    opened = texts.opened(found.value) if found else None
    if found is None or not isinstance(opened, dict):
        return {}
    inside = opened is found.value
    told: dict[str, str] = {}
    for name, value in opened.items():
        said = ", ".join(texts.texts(value))
        if texts.absent(said):
            continue
        told[name] = said
        if name.strip().lower() not in PLUMBING:
            message.state(name, said, paths.child(found.pointer, name) if inside else found.pointer)
        if name.strip().lower() in NAMED:
            kind, role = NAMED[name.strip().lower()]
            message.about.add(kind, (_ADDRESS.findall(said) or texts.listed(value)) if kind == "ip" else value, role)
    return told


ADAPTER = Adapter("sentinel", "Microsoft Sentinel", messages, read)
