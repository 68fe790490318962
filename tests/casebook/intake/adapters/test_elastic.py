from __future__ import annotations

from pathlib import Path

import pytest

from casebook.intake.adapters.elastic import ADAPTER
from tests.casebook.intake.adapters.cases import cases, check, described, sample, understood


@pytest.mark.parametrize("payload", cases("elastic"), ids=lambda path: path.stem)
def test_payload(payload: Path) -> None:
    check(ADAPTER, payload)


def test_the_sample_alert() -> None:
    (reading,) = understood(ADAPTER, sample("elastic", "detection_alert_multiple_logon_failure.json"))
    alert = described(reading)
    assert alert["external_id"] == "10da92e0b4351ac7b6a3460814f87d13204b7dad67818290dadffdbfff7482b1"
    assert alert["title"] == "Multiple Logon Failure from the same Source Address"
    assert alert["severity"] == "medium"
    assert alert["techniques"] == ["T1110", "T1110.001", "T1110.003"]
    assert ["user", "denny", "target"] in alert["observables"]
    assert ["ip", "192.168.4.101", "source"] in alert["observables"]
    assert alert["assets"] == [["desktop-niu0ucp", False]]
    assert ["Risk score", "47", "/_source/kibana.alert.rule.parameters/risk_score"] in alert["facts"]
    (event,) = alert["events"]
    assert (event["event.outcome"], event["event.code"], event["user.name"]) == ("failure", "4625", "denny")
    assert event["user.exists"] is False, "0xc0000064 says that there is no such user"
