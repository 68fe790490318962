"""Microsoft Graph alerts: typed evidence, roles, seven-digit fractions."""

from __future__ import annotations

from pathlib import Path

import pytest

from casebook.intake.adapters.graph import ADAPTER
from tests.casebook.intake.adapters.cases import cases, check, described, sample, understood


@pytest.mark.parametrize("payload", cases("graph"), ids=lambda path: path.name)
def test_recorded_shapes(payload: Path) -> None:
    check(ADAPTER, payload)


def test_a_real_alert_is_read_whole() -> None:
    [reading] = understood(ADAPTER, sample("microsoft_graph", "alert_v2.json"))
    got = described(reading)
    assert (got["external_id"], got["title"], got["severity"]) == ("pid", "test alert", "medium")
    assert got["detected_at"] == "2022-10-03T03:39:21.756297Z", "seven digits, cut to six"
    assert got["first_event_at"] == got["last_event_at"] == "2022-09-26T05:01:02.839216Z"
    assert got["link"] == "https://security.microsoft.com/alerts/pid?tid=tenantId"
    host = "msde-agent-host-centos7.c.dmst-integrations.internal"
    assert ["user", "root", "target"] in got["observables"]
    assert ["ip", "0.0.0.0", "source"] in got["observables"]
    assert ["file", "/usr/sbin/crond", "related"] in got["observables"]
    assert ["host", host, "target"] in got["observables"]
    assert [one for one in got["observables"] if one[0] == "hash"] == [
        ["hash", "7caea94896efb829044127483469607c6a36bdcdfab162f57b4ed650b9e3449e", "related"],
        ["hash", "fdfe0bb4de45bf0bf213b4edd1526162066bcd7e", "related"],
    ]
    assert got["assets"] == [[host, False]]
    [event] = got["events"]
    assert (event["process.name"], event["process.pid"], event["host.name"]) == ("crond", 21399, host)
    assert ["Verdict on process crond", "suspicious", "/evidence/0/verdict"] in got["facts"]
    assert got["tactics"] == [], "category None says nothing"
    assert got["assumed"] == []
