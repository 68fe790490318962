"""What a SIEM wants to know of its alerts' case, whatever was done to it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOVED = (
    "case.opened", "case.opened_by_hand", "case.escalated", "case.accepted", "case.returned", "case.closed",
    "case.reopened",
)  # fmt: skip
"""Verbs by which a case comes to be, changes hands and ends."""
WORKED = (
    "case.taken", "case.assigned", "case.escalated", "case.accepted", "case.returned", "case.closed", "case.reopened",
)  # fmt: skip
"""Verbs after which an alert stands otherwise in the SIEM: somebody has it, it is closed, it is open again."""


def is_closed(body: Mapping[str, Any]) -> bool:
    """As of the message: a case that was closed and opened again tells so in its next message."""
    return bool(body["case"]["state"] == "closed")


def ids_of(body: Mapping[str, Any]) -> list[str]:
    """The SIEM's own names of the alerts."""
    return [str(alert["external_id"]) for alert in body["alerts"]]


def sentence(body: Mapping[str, Any]) -> str:
    """``Casebook CB-12: closed as false positive by lina. Our own scanner. https://…``."""
    case = body["case"]
    verdict = f" as {case['verdict'].replace('_', ' ')}" if is_closed(body) and case["verdict"] else ""
    done = f"Casebook {case['ref']}: {body['verb'].removeprefix('case.').replace('_', ' ')}{verdict} by {body['by']}."
    return " ".join(part for part in (done, body["reason"], case["url"]) if part)
