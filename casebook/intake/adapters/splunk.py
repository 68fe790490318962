"""Splunk's webhook alert action: a fixed body with the first row of the results. The token stands in the URL, for the
action sends no headers; what the row should hold is in `docs/siem/splunk.md`."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from casebook.intake.adapters import splunk_fields
from casebook.intake.adapters.message import Message
from casebook.intake.adapters.protocol import Adapter, NotUnderstood, Options, Reading, one
from casebook.intake.envelope import AlertIn, RuleIn

FACTS = (
    ("Events counted", "result.count"),
    ("Risk score", "result.risk_score"),
    ("Source type", "result.sourcetype"),
    ("Index", "result.index"),
    ("App", "app"),
    ("Owner of the search", "owner"),
)
IDS = ("event_id", "alert_id", "event_hash")
"""Fields of a row that name it; without one, the row's own content does."""

UNNAMED = "Splunk search without a name"


def read(body: Any, options: Options) -> Reading:
    """One row. The search is the rule; times, severity and techniques are the row's where it has any."""
    row = body.get("result")
    if not isinstance(row, dict) or not ("sid" in body or "search_name" in body or "results_link" in body):
        raise NotUnderstood("It has no result and sid: this is not the body of Splunk's webhook action.", "/result")
    outer, message = Message(body, options), Message(row, options, at="/result")
    search = outer.text("search_name") or message.text("search_name")
    job = outer.text("sid").partition("_at_")[0]  # of a scheduled search the part before the time stays the same
    title = message.text("rule_title", "alert_title", "title", "signature") or search
    if not title:
        message.assume("The search is not saved under a name: the title says so.")
    outer.facts(FACTS)
    splunk_fields.observe(message)
    first = message.time("firstTime", "first_time", "earliest", "min_time")
    last = message.time("lastTime", "last_time", "latest", "max_time")
    at = message.time("_time", "orig_time")
    reading = message.reading(
        AlertIn(
            external_id=_external_id(body.get("sid"), row),
            title=title or UNNAMED,
            description=message.text("rule_description", "description", "message"),
            severity=message.severity(*splunk_fields.SEVERITIES, words=splunk_fields.WORDS),
            detected_at=message.time("info_search_time") or at,
            first_event_at=first or at,
            last_event_at=last or at,
            rule=RuleIn(search or job, search),
            techniques=splunk_fields.techniques(message),
            tactics=splunk_fields.tactics(message),
            link=outer.text("results_link"),
        )
    )
    return Reading(reading.alert, outer.reading(AlertIn("", "")).facts, reading.assumed)


def _external_id(sid: Any, row: dict[str, Any]) -> str:
    """The row's own id, else the search job and a digest of the row: a search that triggers for each result sends many
    rows of one job, and a job that is sent again sends the same rows."""
    named = Message(row, Options()).text(*IDS)
    if named:
        return named
    digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:32]
    return f"{sid}:{digest}" if isinstance(sid, str) and sid else f"row:{digest}"


ADAPTER = Adapter("splunk", "Splunk webhook", one, read)
