"""Splunk Enterprise Security: notable events, as a search over them or an adaptive response sends them: bare, as
``result`` of the webhook action, or under ``results`` of a search answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from casebook.intake.adapters import splunk_fields, texts
from casebook.intake.adapters.message import Message
from casebook.intake.adapters.protocol import Adapter, NotUnderstood, Options, Reading, one
from casebook.intake.envelope import AlertIn, RuleIn

IDS = ("event_id", "notable_id", "finding_id", "rule_id", "source_event_id")
"""A notable's own id; ES repeats it as ``rule_id``."""

NAMES = ("rule_title", "rule_name", "search_name", "source")
FACTS = (
    ("Urgency", "urgency"),
    ("Severity", "severity"),
    ("Priority", "priority"),
    ("Risk score", "risk_score"),
    ("Risk score of the target", "dest_risk_score"),
    ("Risk score of the user", "user_risk_score"),
    ("Security domain", "security_domain"),
    ("Signature", "signature"),
    ("Action", "action"),
    ("Events counted", "count"),
    ("State in Splunk", "status_label", "status"),
    ("Disposition in Splunk", "disposition_label"),
    ("Original source type", "orig_sourcetype"),
    ("Drill-down from", "drilldown_earliest"),
    ("Drill-down to", "drilldown_latest"),
)
_RULE = re.compile(r"^(?:[A-Za-z][\w &/]* - )?(.*?)(?: - Rule)?$", re.DOTALL)


def messages(body: Any) -> Iterable[tuple[str, Any]]:
    """Notables under ``results``, a list, or one."""
    if isinstance(body, dict) and isinstance(body.get("results"), list):
        return [(f"/results/{number}", notable) for number, notable in enumerate(body["results"])]
    return one(body)


def read(body: Any, options: Options) -> Reading:
    """One notable event. Urgency, which weighs in the asset, is the severity; the search is the rule."""
    row = body.get("result")
    message = Message(row, options, at="/result") if isinstance(row, dict) else Message(body, options)
    if not message.text("search_name", *IDS):
        raise NotUnderstood("It has neither search_name nor event_id: this is no notable event.", "/event_id")
    search = message.text("search_name", "source", "rule_name")
    splunk_fields.observe(message)
    at = message.time("orig_time")
    message.facts(FACTS)
    return message.reading(
        AlertIn(
            external_id=message.text(*IDS),
            title=message.text("rule_title") or _plain(message.text("rule_name", "search_name", "source")),
            description=message.text("rule_description", "savedsearch_description", "description"),
            severity=message.severity("urgency", "severity"),
            detected_at=message.time("_time", "_indextime", "info_search_time"),
            first_event_at=message.time("firstTime", "first_time") or at,
            last_event_at=message.time("lastTime", "last_time") or at,
            rule=RuleIn(search, message.text("rule_name") or _plain(search)),
            techniques=splunk_fields.techniques(message),
            tactics=splunk_fields.tactics(message),
            link=texts.text(body.get("results_link")),
            events=_events(message),
        )
    )


def _plain(search: str) -> str:
    """``Access - Brute Force Detected - Rule`` is called ``Brute Force Detected``."""
    match = _RULE.match(search)
    return match[1] if match and match[1] else search


def _events(message: Message) -> list[dict[str, str]]:
    """The raw event a notable quotes, with what Splunk took from it where its tags say what kind of event it is; else
    as a line for the evidence engine to read."""
    line, at = message.text("orig_raw"), message.time("orig_time", "_time")
    known = splunk_fields.event(message) if line else {}
    if not known:
        return message.lines([line], at)
    return [{"event.original": line} | known | ({"@timestamp": at.isoformat()} if at else {})]


ADAPTER = Adapter("splunk_es", "Splunk Enterprise Security", messages, read)
