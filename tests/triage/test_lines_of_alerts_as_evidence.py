"""From a Wazuh alert at the door to evidence of the case: its raw lines, read, counted and pointed at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.test import Client

from casebook.models import Alert, Evidence
from tests.casebook.intake.adapters.cases import PAYLOADS
from triage import inline_evidence


def test_raw_lines_of_an_alert_are_evidence_of_its_case(source_token: str, api: Callable[[str], Client]) -> None:
    body = (PAYLOADS / "wazuh" / "sshd.ndjson").read_bytes()
    answer = api(source_token).post("/api/v1/intake/wazuh/", body, content_type="application/x-ndjson")
    assert answer.status_code == 200, answer.content
    alert = Alert.objects.get(external_id="1767222131.1001")
    assert alert.case is not None
    (given,) = [one for one in inline_evidence.of_case(alert.case) if one.name == f"events of alert {alert.pk}"]
    assert given.inline is not None
    assert len(given.inline) == alert.events == 3
    row = Evidence.objects.get(alert=alert)
    assert (row.state, row.lines, row.understood, row.kinds) == ("ready", 3, 3, ["authentication"])
    assert row.window_from == datetime(2025, 12, 31, 23, 1, 59, tzinfo=UTC), "the year of the day Wazuh had the lines"
    assert row.window_to == datetime(2025, 12, 31, 23, 2, 10, tzinfo=UTC)
