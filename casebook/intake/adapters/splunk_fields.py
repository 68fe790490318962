"""Field names of Splunk's Common Information Model, as result rows and notable events carry them. Pure."""

from __future__ import annotations

from casebook.intake.adapters import paths, texts
from casebook.intake.adapters.message import SEVERITY_WORDS, Message, Severity
from casebook.intake.adapters.observables import Role, address, look, private
from casebook.intake.envelope import ObservableKind

OBSERVABLES: tuple[tuple[str, ObservableKind | None, Role], ...] = (
    ("src_ip", "ip", "source"),
    ("src", None, "source"),
    ("src_host", "host", "source"),
    ("src_user", "user", "source"),
    ("dest_ip", "ip", "target"),
    ("dest_dns", None, "target"),
    ("user", "user", "target"),
    ("user_name", "user", "target"),
    ("target_user", "user", "target"),
    ("clientip", "ip", "source"),
    ("url", "url", "target"),
    ("url_domain", "domain", "target"),
    ("domain", "domain", "related"),
    ("query", "domain", "target"),
    ("sender", "email", "source"),
    ("src_user_email", "email", "source"),
    ("recipient", "email", "target"),
    ("process", "process", "related"),
    ("process_name", "process", "related"),
    ("process_path", "process", "related"),
    ("parent_process", "process", "related"),
    ("parent_process_name", "process", "related"),
    ("file_path", "file", "related"),
    ("file_name", "file", "related"),
    ("file_hash", "hash", "related"),
    ("process_hash", "hash", "related"),
    ("http_user_agent", "user_agent", "source"),
)
MACHINES = ("dest", "dest_host", "dest_nt_host", "dvc", "dvc_host")
"""What an alert concerns, by the model's meaning of the fields: in traffic out of the house, somebody else's."""

SEVERITIES = ("urgency", "severity", "alert_severity")

WORDS: dict[str, Severity] = {
    **SEVERITY_WORDS,
    "1": "info",
    "2": "low",
    "3": "medium",
    "4": "high",
    "5": "high",
    "6": "critical",
}
"""Numbers are Splunk's own alert severities: 1 debug, 2 info, 3 warn, 4 error, 5 severe, 6 fatal."""

TECHNIQUES = (
    "annotations.mitre_attack.mitre_technique_id",
    "annotations.mitre_attack",
    "annotations",
    "mitre_technique_id",
    "mitre_technique",
    "mitre_attack",
    "technique_id",
    "technique",
)
TACTICS = (
    "annotations.mitre_attack.mitre_tactic",
    "annotations.mitre_attack.mitre_tactic_id",
    "mitre_tactic",
    "mitre_attack_tactic",
    "tactic",
)
CATEGORIES = {"authentication": "authentication", "process": "process", "web": "web", "network": "network"}
"""Tags of the model's datasets, and the ECS category of their events."""


def observe(message: Message) -> None:
    """Gather what a row is about. ``risk_object`` is typed by its own type; a machine of ours is an asset."""
    for name in MACHINES:
        _machine(message, name)
    if message.text("risk_object_type").lower() == "system":
        message.about.asset(message.get("risk_object"))
    else:
        message.about.add("user" if message.text("risk_object_type") else None, message.get("risk_object"), "target")
    for name, found, role in OBSERVABLES:
        message.about.add(found, message.get(name), role)


def event(message: Message) -> dict[str, str]:
    """The event a row is, in ECS names; empty where its tags do not say what kind of event it is."""
    tags = {tag.lower() for name in ("tag", "orig_tag") for tag in texts.texts(message.get(name))}
    category = next((CATEGORIES[tag] for tag in CATEGORIES if tag in tags), "")
    if not category:
        return {}
    source = message.text("src", "src_ip", "src_host")
    found = {
        "event.category": category,
        "event.outcome": message.text("action"),
        "event.action": message.text("app", "signature"),
        "user.name": message.text("user", "user_name"),
        "actor.user.name": message.text("src_user"),
        "source.ip" if address(source) else "source.domain": source,
        "host.name": message.text("dest", "dvc", "orig_host"),
        "process.name": message.text("process_name"),
        "process.command_line": message.text("process"),
        "process.parent.name": message.text("parent_process_name"),
    }
    return {name: value for name, value in found.items() if value}


def techniques(message: Message) -> list[str]:
    """Technique ids of the annotations, a string, a list, JSON text or flattened."""
    return texts.technique_words(*(message.get(name) for name in TECHNIQUES[:2])) or next(
        (found for name in TECHNIQUES[2:] if (found := texts.tagged_techniques(message.get(name)))), []
    )


def tactics(message: Message) -> list[str]:
    """Tactics as they came."""
    written = texts.opened(message.get("annotations"))
    inside = (paths.get(written, "mitre_attack.mitre_tactic", "mitre_tactic"),)
    return next((found for value in (*map(message.get, TACTICS), *inside) if (found := texts.listed(value))), [])


def _machine(message: Message, name: str) -> None:
    """A machine Splunk knows as an asset, or that looks like one of ours, is an asset; any other is a target."""
    kin = name.partition("_")[0]
    known = message.text(f"{kin}_priority", f"{kin}_asset_id", f"{kin}_asset", f"{kin}_owner")
    for value in texts.texts(message.get(name)):
        if known or look(value) == "host" or private(value):
            message.about.asset(value, critical=message.text(f"{kin}_priority").lower() == "critical")
        else:
            message.about.add(None, value, "target")
