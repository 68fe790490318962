"""Documents of the Elastic Common Schema, as Elasticsearch, OpenSearch and Beats hold them; nested or dotted.

Read as an alert's own ECS records are, one at a time; a document that only carries a raw line is `carried`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triage.events.parsers import inline
from triage.events.parsers.fields import dig, first, when
from triage.events.parsers.protocol import Event, Tally
from triage.events.parsers.record_format import RecordFormat
from triage.events.parsers.secrets import masked
from triage.events.timestamps import Clock

OURS_TO_SAY = ("evidence.pointer", "time_basis", "@timestamp")
COMMAND = "process.command_line"


def categories(record: Mapping[str, Any]) -> Any:
    """``event.category`` in either spelling; None where there is none."""
    return dig(record, "event", "category") or record.get("event.category")


def mine(record: Mapping[str, Any]) -> bool:
    return "@timestamp" in record and categories(record) is not None


def event(record: Mapping[str, Any], clock: Clock) -> Event | str:
    at = when(clock, first(record.get("@timestamp")), utc=True)
    if at is None:
        return "@timestamp cannot be read"
    found = next(inline.parse([record], Tally()), None)
    if found is None:
        return "none of its fields is one we know"
    said = {name: value for name, value in found.items() if name not in OURS_TO_SAY}
    if COMMAND in said:
        said[COMMAND] = masked(said[COMMAND])
    return {**at, **said}


PARSER = RecordFormat(
    format="ecs_json",
    version=1,
    title="Elastic Common Schema (JSON of Elasticsearch, OpenSearch, Beats)",
    kinds=("api", "authentication", "email", "file", "host", "iam", "network", "process", "session", "web"),
    mine=mine,
    event=event,
)
