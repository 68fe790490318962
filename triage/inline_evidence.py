"""An alert's own events as evidence: a row that says what they are, the records themselves read from the raw body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from casebook.intake.read_back import inline_events
from casebook.models import Alert, Case, Evidence, RawBody
from casebook.models.choices import EvidenceState
from triage.detectors.run import EvidenceInput
from triage.events.parsers import inline
from triage.events.parsers.protocol import Tally

FORMAT = "inline"


def of_case(case: Case) -> list[EvidenceInput]:
    """The events of a case's alerts, in order of alert; a row is made for each the first time it is met."""
    carried = dict(sorted(inline_events(case)))
    rows = _rows(case)
    if carried.keys() - rows.keys():
        rows = _make(case, carried)
    return [
        EvidenceInput(rows[alert_id].name, rows[alert_id].sha256, id=rows[alert_id].pk, inline=tuple(records))
        for alert_id, records in carried.items()
        if alert_id in rows
    ]


def _rows(case: Case) -> dict[int | None, Evidence]:
    return {one.alert_id: one for one in Evidence.objects.filter(case=case, kind=Evidence.Kind.INLINE)}


def _make(case: Case, carried: Mapping[int, Sequence[dict[str, Any]]]) -> dict[int | None, Evidence]:
    """One row an alert, under the case's lock: two workers at once make them once."""
    with transaction.atomic():
        Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
        missing = carried.keys() - _rows(case).keys()
        alerts = Alert.objects.in_bulk(sorted(missing))
        Evidence.objects.bulk_create(_row(case, alerts[alert_id], carried[alert_id]) for alert_id in sorted(alerts))
    return _rows(case)


def _row(case: Case, alert: Alert, records: Sequence[dict[str, Any]]) -> Evidence:
    tally = Tally()
    events = list(inline.parse(records, tally))
    times = [at for event in events if isinstance(at := event.get("@timestamp"), datetime)]
    body = RawBody.objects.filter(id=alert.raw_id, at=alert.raw_at).values_list("sha256", "body").first()
    sha256, raw = body or (b"", b"")
    return Evidence(
        team_id=case.team_id,
        case=case,
        alert=alert,
        kind=Evidence.Kind.INLINE,
        name=f"events of alert {alert.pk}",
        sha256=bytes(sha256).hex(),
        bytes=len(raw),
        state=EvidenceState.READY if events else EvidenceState.NOT_UNDERSTOOD,
        format=FORMAT,
        lines=len(records),
        understood=tally.understood,
        not_understood=tally.not_understood,
        samples=tally.samples,
        kinds=sorted({str(event["event.category"]) for event in events if event.get("event.category")}),
        window_from=min(times, default=None),
        window_to=max(times, default=None),
        progress=100,
    )
