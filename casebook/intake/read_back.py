"""What an alert came as: its raw body, and what stands in it. Events, the vendor's own facts and what was assumed are
no columns: the bytes are read again by what read them first, with the source's settings of today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from casebook import jsonio
from casebook.errors import NotFound, Unparsable
from casebook.intake.adapters.protocol import Fact, NotUnderstood, Reading
from casebook.intake.adapters.reading import again
from casebook.intake.vendor import NATIVE, adapter_named, options_of
from casebook.models import Alert, Case, RawBody


@dataclass(frozen=True)
class Said:
    """What the vendor asserts of an alert, apart from what we compute; and what reading it had to assume."""

    by: str = ""
    facts: tuple[Fact, ...] = ()
    assumed: tuple[str, ...] = ()


def raw_body(alert: Alert) -> bytes:
    """The exact bytes of an alert; empty where its month was dropped."""
    return _stored(alert)[0]


def facts_of(alert: Alert) -> Said:
    """The facts and assumptions of an alert that came through an adapter; nothing for our own format. Where the bytes
    are not understood any more, that is the assumption."""
    body, name = _stored(alert)
    if name == NATIVE or not body:
        return Said()
    try:
        adapter = adapter_named(name)
    except NotFound:
        return Said(by=name)
    try:
        reading = again(adapter, body, options_of(alert.source), now=alert.received_at)
    except (NotUnderstood, Unparsable) as error:
        return Said(by=adapter.title, assumed=(f"As the source is set up today it would not be understood: {error}",))
    return Said(adapter.title, reading.facts, reading.assumed)


def inline_events(case: Case, *, most: int = 50) -> list[tuple[int, list[dict[str, Any]]]]:
    """``[(alert id, its events)]`` of a case's alerts that carried any, newest alerts first, at most ``most``."""
    alerts = Alert.objects.filter(case=case, events__gt=0).select_related("source").order_by("-id")[:most]
    found = ((alert.pk, _events(alert)) for alert in alerts)
    return [(pk, events) for pk, events in found if events is not None]


def _events(alert: Alert) -> list[dict[str, Any]] | None:
    body, name = _stored(alert)
    try:
        if name == NATIVE:
            return _events_of(jsonio.decode(body))
        reading: Reading = again(adapter_named(name), body, options_of(alert.source), now=alert.received_at)
    except (Unparsable, NotUnderstood, NotFound):
        return None
    return reading.alert.events


def _events_of(body: Any) -> list[dict[str, Any]] | None:
    events = body.get("events") if isinstance(body, dict) else None
    return [event for event in events if isinstance(event, dict)] if isinstance(events, list) else None


def _stored(alert: Alert) -> tuple[bytes, str]:
    """The bytes, and the name of what read them."""
    found = RawBody.objects.filter(id=alert.raw_id, at=alert.raw_at).values_list("body", "adapter").first()
    return (bytes(found[0]), found[1]) if found is not None else (b"", NATIVE)
