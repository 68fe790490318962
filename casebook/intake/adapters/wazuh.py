"""Wazuh: alerts as ``alerts.json`` holds them, one or many, as index hits, and as its Shuffle integration sends them.

The raw lines of an alert (``full_log``, and ``previous_output`` of rules that count) are its events: the evidence
engine reads them as it reads a log.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from casebook.intake.adapters import texts, wazuh_data
from casebook.intake.adapters.message import Message, Severity
from casebook.intake.adapters.protocol import Adapter, NotUnderstood, Options, Reading, one
from casebook.intake.envelope import AlertIn, RuleIn

LEVELS: tuple[tuple[int, Severity], ...] = ((15, "critical"), (12, "high"), (7, "medium"), (4, "low"), (0, "info"))
"""The lowest rule level of each severity."""

NO_LOG = ("syscheck", "data.sca", "data.vulnerability")
"""Parts of alerts that Wazuh made itself: their ``full_log`` is its own sentence, not the line of a log."""

FACTS = (
    ("Rule level", "rule.level"),
    ("Rule groups", "rule.groups"),
    ("Events needed to fire", "rule.frequency"),
    ("Times fired", "rule.firedtimes"),
    ("Decoder", "decoder.name"),
    ("Log file", "location"),
    ("Manager", "manager.name"),
    ("CVE", "data.vulnerability.cve"),
    ("File change", "syscheck.event"),
    ("VirusTotal", "data.virustotal.positives"),
)


def messages(body: Any) -> Iterable[tuple[str, Any]]:
    """A list, the hits of a search answer, the alert a Shuffle message carries, or one."""
    if isinstance(body, dict):
        hits = body.get("hits")
        if isinstance(hits, dict) and isinstance(hits.get("hits"), list):
            return [(f"/hits/hits/{number}", hit) for number, hit in enumerate(hits["hits"])]
        if "rule" not in body and isinstance(body.get("all_fields"), dict):
            return [("/all_fields", body["all_fields"])]
    return one(body)


def read(body: Any, options: Options) -> Reading:
    """One alert, called by the description of its rule; the severity is the level's."""
    source = body.get("_source")
    message = Message(source, options, at="/_source") if isinstance(source, dict) else Message(body, options)
    if not isinstance(message.get("rule"), dict):
        raise NotUnderstood("It has no rule: this is not a Wazuh alert (alert_format json).", "/rule")
    detected = message.time("timestamp", "@timestamp")
    event = wazuh_data.windows_event(message)
    times = [at for at in (message.time("data.win.system.systemTime"),) if at]
    wazuh_data.observe(message)
    message.facts(FACTS)
    return message.reading(
        AlertIn(
            external_id=message.text("id") or texts.text(body.get("_id")),
            title=message.need("description of its rule", "rule.description"),
            description=message.text("full_log"),
            severity=_severity(message),
            detected_at=detected,
            first_event_at=min(times, default=None),
            last_event_at=max(times, default=None),
            rule=RuleIn(message.text("rule.id"), message.text("rule.description")),
            techniques=texts.technique_words(message.get("rule.mitre.id", "rule.mitre")),
            tactics=texts.texts(message.get("rule.mitre.tactic")),
            events=[event] if event else message.lines(_lines(message), detected),
        )
    )


def _severity(message: Message) -> Severity:
    said = message.text("rule.level")
    if not said.isascii() or not said.isdigit():
        message.assume(f"The rule level {said[:40]!r} is no number: the severity was taken as medium.")
        return "medium"
    return next(severity for lowest, severity in LEVELS if int(said[:4]) >= lowest)


def _lines(message: Message) -> list[str]:
    """The raw lines, oldest first; Wazuh lists earlier ones newest first."""
    if message.get(*NO_LOG) is not None:
        return []
    earlier = message.text("previous_output", "previous_log").splitlines()
    return [*reversed(earlier), *message.text("full_log").splitlines()]


ADAPTER = Adapter("wazuh", "Wazuh", messages, read)
