"""Microsoft 365 message trace: one record a message and recipient, as JSON of the reporting service and as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triage.events.parsers.fields import origin, stated, text, when
from triage.events.parsers.protocol import Event
from triage.events.parsers.record_format import CsvFormat, RecordFormat
from triage.events.timestamps import Clock

OUTCOMES = {
    "Delivered": "success",
    "Expanded": "success",
    "Resolved": "success",
    "Failed": "failure",
    "Quarantined": "failure",
    "FilteredAsSpam": "failure",
}
"""Whether the message went where it was sent; *Pending*, *GettingStatus* and *None* are not known yet."""


def mine(record: Mapping[str, Any]) -> bool:
    return {"SenderAddress", "RecipientAddress", "Status", "Received"} <= record.keys()


def event(record: Mapping[str, Any], clock: Clock) -> Event | str:
    at = when(clock, record.get("Received"), utc=True)
    if at is None:
        return "Received cannot be read"
    status = text(record.get("Status"))
    return {
        **at,
        **origin(record.get("FromIP")),
        **stated(
            event__category="email",
            event__action="message_traced",
            event__outcome=OUTCOMES.get(status or "", "unknown"),
            event__code=status,
            email__from=text(record.get("SenderAddress")),
            email__to=text(record.get("RecipientAddress")),
            email__subject=text(record.get("Subject")),
            email__status=status or "None",
            email__count=1,
            service__name=text(record.get("Organization")) or "exchange",
        ),
    }


JSON = RecordFormat(
    format="message_trace_json",
    version=1,
    title="Microsoft 365 message trace (JSON)",
    kinds=("email",),
    mine=mine,
    event=event,
)
CSV = CsvFormat(
    format="message_trace_csv",
    version=1,
    title="Microsoft 365 message trace (CSV)",
    kinds=("email",),
    mine=mine,
    event=event,
)
