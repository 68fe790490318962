from __future__ import annotations

import json
from pathlib import Path

import pytest

from casebook.intake.adapters.splunk import ADAPTER
from tests.casebook.intake.adapters.cases import PAYLOADS, cases, check, understood


@pytest.mark.parametrize("payload", cases("splunk"), ids=lambda path: path.stem)
def test_payload(payload: Path) -> None:
    check(ADAPTER, payload)


def test_rows_of_one_job_are_alerts_of_their_own_and_a_row_sent_again_is_not() -> None:
    body = json.loads((PAYLOADS / "splunk" / "guessing.json").read_text())
    other = body | {"result": body["result"] | {"user": "b.lang"}}
    (first,), (again,), (second,) = (understood(ADAPTER, json.dumps(one).encode()) for one in (body, body, other))
    assert first.alert.external_id == again.alert.external_id != second.alert.external_id


def test_a_row_that_names_itself_is_known_by_that_whatever_the_job() -> None:
    body = {"result": {"event_hash": "e4f0", "severity": "low"}, "search_name": "s"}
    one, other = (
        next(iter(understood(ADAPTER, json.dumps(body | {"sid": sid}).encode()))) for sid in ("s_at_1", "s_at_2")
    )
    assert one.alert.external_id == other.alert.external_id == "e4f0"
