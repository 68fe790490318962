"""Elastic Security: detection alerts as stored (dotted, nested or mixed keys), as search answers give them
(``_source``, ``fields``), and as the webhook template of `docs/siem/elastic.md` sends them (``{"alerts": […]}``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from casebook.intake.adapters import ecs, texts
from casebook.intake.adapters.message import Message
from casebook.intake.adapters.protocol import Adapter, NotUnderstood, Options, Reading, one
from casebook.intake.envelope import AlertIn, RuleIn

RULE = "kibana.alert.rule."
THREAT = (f"{RULE}threat", f"{RULE}parameters.threat", "signal.rule.threat")
FLAT_THREAT = (f"{RULE}threat.technique.id", f"{RULE}threat.technique.subtechnique.id", "threat.technique.id")
"""The mapping as search answers flatten it, and as events carry it."""

FACTS = (
    ("Risk score", "kibana.alert.risk_score", f"{RULE}parameters.risk_score", "signal.rule.risk_score"),
    ("Reason", "kibana.alert.reason"),
    ("Rule type", f"{RULE}type", f"{RULE}parameters.type", "signal.rule.type"),
    ("Events counted", "kibana.alert.threshold_result.count"),
    ("Alerts suppressed", "kibana.alert.suppression.docs_count"),
    ("State in Kibana", "kibana.alert.workflow_status"),
    ("Host risk", "host.risk.calculated_level"),
    ("User risk", "user.risk.calculated_level"),
    ("Logon failure", "winlog.logon.failure.reason"),
)


def messages(body: Any) -> Iterable[tuple[str, Any]]:
    """Alerts under ``alerts``, hits of a search answer, a list, or one."""
    if isinstance(body, dict):
        for holder, name in ((body, "/alerts"), (body.get("hits"), "/hits/hits"), (body, "/hits")):
            found = holder.get(name.rpartition("/")[2]) if isinstance(holder, dict) else None
            if isinstance(found, list):
                return [(f"{name}/{number}", alert) for number, alert in enumerate(found)]
    return one(body)


def read(body: Any, options: Options) -> Reading:
    """One alert, called by its rule. ``detected_at`` is when Kibana made it; the other times are the events'."""
    message = _document(body, options)
    name = message.text(f"{RULE}name", "signal.rule.name", "rule.name")
    if not name:
        raise NotUnderstood(
            "It has no rule name (kibana.alert.rule.name). Send the alerts themselves: the webhook's body is in"
            " docs/siem/elastic.md.",
            "/kibana.alert.rule.name",
        )
    detected = message.time("@timestamp", "kibana.alert.start")
    last = message.time("kibana.alert.original_time", "signal.original_time")
    first = message.time("kibana.alert.threshold_result.from") or last
    ecs.observe(message)
    event = ecs.event(message, last or detected)
    if event and last is None:
        message.assume("The alert names no time of its event: the event was given that of the alert.")
    message.facts(FACTS)
    return message.reading(
        AlertIn(
            external_id=message.text("kibana.alert.uuid") or texts.text(body.get("_id")) or message.text("alert.uuid"),
            title=name,
            description=message.text("kibana.alert.reason", f"{RULE}description", f"{RULE}parameters.description"),
            severity=message.severity("kibana.alert.severity", f"{RULE}parameters.severity", "signal.rule.severity"),
            detected_at=detected,
            first_event_at=first,
            last_event_at=last,
            rule=RuleIn(message.text(f"{RULE}uuid", f"{RULE}rule_id", "signal.rule.id", "rule.id"), name),
            techniques=_techniques(message),
            tactics=_tactics(message),
            link=message.text("kibana.alert.url"),
            events=[event] if event else [],
        )
    )


def _document(body: dict[str, Any], options: Options) -> Message:
    """The alert inside a hit, or the alert itself."""
    for part in ("_source", "fields"):
        if isinstance(body.get(part), dict) and body[part]:
            return Message(body[part], options, at=f"/{part}")
    return Message(body, options)


def _techniques(message: Message) -> list[str]:
    """Of the rule's threat mapping; where it has none, of its tags."""
    mapped = texts.technique_words(*(message.get(name) for name in THREAT))
    mapped += texts.technique_words(*(message.get(name) for name in FLAT_THREAT))
    return mapped or texts.tagged_techniques(message.get(f"{RULE}tags", "signal.rule.tags", "tags"))


def _tactics(message: Message) -> list[str]:
    threat = message.get(*THREAT)
    entries = threat if isinstance(threat, list) else [threat]
    tactics = [entry.get("tactic") for entry in entries if isinstance(entry, dict)]
    named = [texts.text(one.get("name")) or texts.text(one.get("id")) for one in tactics if isinstance(one, dict)]
    return named or texts.texts(message.get(f"{RULE}threat.tactic.name"))


ADAPTER = Adapter("elastic", "Elastic Security", messages, read)
