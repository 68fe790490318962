"""What an alert came as: its raw body, and the events it carried."""

from __future__ import annotations

from typing import Any

from casebook import jsonio
from casebook.errors import Unparsable
from casebook.models import Alert, Case, RawBody


def raw_body(alert: Alert) -> bytes:
    """The exact bytes of an alert; empty where its month was dropped."""
    body = RawBody.objects.filter(id=alert.raw_id, at=alert.raw_at).values_list("body", flat=True).first()
    return bytes(body) if body is not None else b""


def inline_events(case: Case, *, most: int = 50) -> list[tuple[int, list[dict[str, Any]]]]:
    """``[(alert id, its events)]`` of a case's alerts that carried any, newest alerts first, at most ``most``."""
    found = []
    for alert in Alert.objects.filter(case=case, events__gt=0).order_by("-id")[:most]:
        try:
            body = jsonio.decode(raw_body(alert))
        except Unparsable:
            continue
        events = body.get("events") if isinstance(body, dict) else None
        if isinstance(events, list):
            found.append((alert.pk, [event for event in events if isinstance(event, dict)]))
    return found
