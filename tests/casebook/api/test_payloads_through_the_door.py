"""Every recorded payload of every adapter through `POST intake/<adapter>/`: taken or kept, repeated when it comes
again, and what it says is read back from its raw bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from casebook.intake.read_back import facts_of, inline_events
from casebook.models import Alert, RawBody
from config.plugins import ADAPTERS
from tests.casebook.intake.adapters.cases import EXPECTED, PAYLOADS, cases

RECORDED = [
    pytest.param(name, path, id=f"{name}-{path.stem}")
    for name in sorted(ADAPTERS)
    if (PAYLOADS / name).is_dir()
    for path in cases(name)
]


def expected_of(payload: Path) -> tuple[int, int]:
    """How many alerts of a payload are understood, and how many are not."""
    told = json.loads(payload.with_name(payload.stem + EXPECTED).read_text())
    return len(told["alerts"]), len(told.get("not_understood", []))


def post(client: Client, adapter: str, body: bytes) -> list[dict[str, object]]:
    answer = client.post(f"/api/v1/intake/{adapter}/", body, content_type="application/json")
    assert answer.status_code in (200, 201, 202), answer.content
    told = answer.json()
    results: list[dict[str, object]] = told.get("results", [told])
    return results


@pytest.mark.parametrize(("adapter", "payload"), RECORDED)
def test_recorded_payload(adapter: str, payload: Path, source_token: str, api: Callable[[str], Client]) -> None:
    if adapter == "generic":
        pytest.skip("what it understands is up to the source's map")
    understood, missed = expected_of(payload)
    client, body = api(source_token), payload.read_bytes()
    first = [result["outcome"] for result in post(client, adapter, body)]
    assert len(first) == understood + missed
    assert first.count("accepted") == missed
    again = [result["outcome"] for result in post(client, adapter, body)]
    assert again.count("repeated") == understood
    assert Alert.objects.count() == first.count("opened") + first.count("attached") <= understood
    kept = RawBody.objects.filter(outcome="not_understood", adapter=adapter)
    assert kept.count() == missed * 2
    assert all(one.reason for one in kept)


def test_the_facts_and_lines_of_an_alert_are_read_back(source_token: str, api: Callable[[str], Client]) -> None:
    post(api(source_token), "wazuh", (PAYLOADS / "wazuh" / "sshd.ndjson").read_bytes())
    alert = Alert.objects.get(external_id="1767222131.1001")
    said = facts_of(alert)
    assert (said.by, said.facts[0].label, said.facts[0].value) == ("Wazuh", "Rule level", "10")
    assert alert.case is not None
    lines = [event["event.original"] for _, events in inline_events(alert.case) for event in events]
    assert sum("203.0.113.90" in line for line in lines) == 3
