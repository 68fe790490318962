"""Okta, Entra and GitHub: logins, what is none, and changes of identities with who did what to whom."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.triage.events.reading_formats import ndjson, picked, read, recognised
from tests.triage.events.records import diagnostic, github, graph, okta
from triage.events.parsers.okta import PARSER
from triage.events.parsers.protocol import Event, Tally
from triage.events.timestamps import Clock

USER = {"id": "00u2", "type": "User", "alternateId": "eve@corp.example"}


def one(name: str, record: dict[str, Any]) -> Event:
    events, tally = read(name, json.dumps(record, indent=2))
    assert tally.not_understood == 0, tally.samples
    [event] = events
    return event


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        (okta(), {"event.category": "authentication", "event.outcome": "failure", "user.name": "ada@corp.example",
                  "source.ip": "192.0.2.7", "source.as.number": 64500, "event.reason": "INVALID_CREDENTIALS"}),
        (okta("user.authentication.sso", "SUCCESS"), {"event.category": "session"}),
        (okta("user.authentication.auth_via_mfa", "SUCCESS"), {"event.category": "session"}),
        (okta("user.authentication.auth_via_mfa"), {"event.category": "authentication", "event.action": "mfa_failed"}),
        (okta("user.mfa.okta_verify.deny_push", "SUCCESS"),
         {"event.category": "authentication", "event.action": "mfa_denied", "event.outcome": "failure"}),
        (okta("user.account.lock"), {"event.category": "iam", "event.action": "account_locked"}),
        (okta("user.lifecycle.create", "SUCCESS", target=[USER]),
         {"event.action": "user_created", "user.name": "eve@corp.example", "actor.user.name": "ada@corp.example"}),
        (okta("user.account.privilege.grant", "SUCCESS", target=[USER],
              debugContext={"debugData": {"privilegeGranted": "Super administrator"}}),
         {"event.action": "privilege_granted", "user.name": "eve@corp.example", "group.name": "Super administrator"}),
        (okta("policy.rule.update", "SUCCESS"), {"event.category": "configuration"}),
        (okta("user.session.start", "CHALLENGE"), {"event.outcome": "unknown"}),
    ],
)  # fmt: skip
def test_okta(record: dict[str, Any], fields: dict[str, Any]) -> None:
    assert picked(one("okta_system_log", record), fields) == fields


@pytest.mark.parametrize("record", [graph(), diagnostic()])
def test_entra_in_both_layouts(record: dict[str, Any]) -> None:
    expected: dict[str, Any] = {
        "event.category": "authentication", "event.outcome": "failure", "event.code": "50126",
        "user.name": "ada@corp.example", "source.ip": "192.0.2.7", "source.geo.country_iso_code": "PT",
        "service.name": "Azure Portal", "source.host": "WS-7", "time_basis": "exact",
    }  # fmt: skip
    event = one("entra_signin", record)
    assert picked(event, expected) == expected
    assert event["@timestamp"].isoformat() == "2026-11-17T08:00:05+00:00"


def test_entra_rows_of_log_analytics() -> None:
    row = {"TimeGenerated": "2026-11-17T08:00:05Z", "UserPrincipalName": "ada@corp.example", "IPAddress": "192.0.2.7"}
    row |= {"ResultType": "50034", "LocationDetails": '{"countryOrRegion": "PT"}', "AppDisplayName": "Azure Portal"}
    event = one("entra_signin", row)
    expected = {"event.outcome": "failure", "user.exists": False, "source.geo.country_iso_code": "PT"}
    assert picked(event, expected) == expected


@pytest.mark.parametrize(
    ("code", "outcome", "exists"),
    [(0, "success", True), (50126, "failure", None), (50034, "failure", False), (50053, "failure", True),
     (50076, "unknown", None), (50140, "unknown", None), (500121, "failure", True)],
)  # fmt: skip
def test_entra_codes(code: int, outcome: str, exists: bool | None) -> None:
    event = one("entra_signin", graph(code))
    assert picked(event, ("event.outcome", "user.exists")) == {"event.outcome": outcome, "user.exists": exists}


def test_a_token_renewed_by_itself_is_no_login() -> None:
    assert one("entra_signin", graph(0, isInteractive=False))["event.category"] == "session"


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        (github(), {"event.category": "authentication", "event.outcome": "failure", "user.name": "ada",
                    "source.ip": "192.0.2.7", "source.geo.country_iso_code": "PT"}),
        (github("org.add_member", user="eve"), {"event.action": "group_member_added", "user.name": "eve",
                                                "actor.user.name": "ada", "group.name": "corp"}),
        (github("git.clone", repo="corp/x"), {"event.category": "api", "url.path": "corp/x"}),
        (github("hook.create"), {"event.category": "configuration", "event.action": "hook.create"}),
    ],
)  # fmt: skip
def test_github(record: dict[str, Any], fields: dict[str, Any]) -> None:
    assert picked(one("github_audit", record), fields) == fields


@pytest.mark.parametrize(
    ("name", "made"), [("okta_system_log", okta), ("entra_signin", graph), ("github_audit", github)]
)
def test_lines_arrays_and_wrappers_are_read_alike(name: str, made: Any) -> None:
    told = [made(), made()]
    for text in (ndjson(told), json.dumps(told), json.dumps(told, indent=2), json.dumps({"value": told})):
        assert recognised(text) == name
        events, tally = read(name, text)
        assert (len(events), tally.not_understood) == (2, 0)


def test_newest_first_is_no_defect_of_a_clock() -> None:
    told = ndjson([okta(published=f"2026-11-17T0{hour}:00:00Z") for hour in (8, 7, 6)])
    clock = Clock()
    lines = [(n, 0, line.encode()) for n, line in enumerate(told.splitlines(), 1)]
    assert len(list(PARSER.parse(lines, clock, Tally()))) == 3
    assert clock.sentences() == []
