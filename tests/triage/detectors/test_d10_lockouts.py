"""D10: lockouts and refused second factors, and which logs could have told of them."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.logs import sample
from tests.triage.detectors.conftest import located_frame
from tests.triage.detectors.making import SOURCE, login, of_log
from tests.triage.events.reading_formats import read_path
from tests.triage.events.sample_events import events_of
from triage.detectors.protocol import Scope
from triage.events.parsers.protocol import Event
from triage.events.schema import empty

OKTA = {"host__name": None, "service__name": "okta"}


def lockout(at: float = 0, user: str = "ana") -> Event:
    """A domain controller locks an account; it names no source."""
    told = {"event__category": "iam", "event__action": "account_locked", "event__code": "4740"}
    return login(at, user, None, won=True, host__name="dc-1", **told)


def denied(at: float = 0, user: str = "ana") -> Event:
    return login(at, user, event__action="mfa_denied", event__code="user.mfa.okta_verify.deny_push", **OKTA)


def failed_factor(at: float = 0, user: str = "ana") -> Event:
    return login(at, user, event__action="mfa_failed", event__code="user.authentication.auth_via_mfa", **OKTA)


def sign_in(at: float = 0, user: str = "ana") -> Event:
    return login(at, user, won=True, event__action="login", event__code="user.session.start", **OKTA)


def turned_away(at: float = 0, user: str = "ana") -> Event:
    return login(at, user, event__code="4625", event__reason="account locked")


@pytest.mark.parametrize(
    ("events", "answer"),
    [
        ([lockout(at) for at in (0, 5000, 10799)], "yes"),
        ([lockout(at) for at in (0, 5000, 10800)], "no"),  # the first leaves the window as the third comes
        ([lockout(0), lockout(60)], "no"),
        ([lockout(0), lockout(60), lockout(90, "ben")], "no"),
        ([denied(at) for at in (0, 300, 599)], "yes"),
        ([denied(at) for at in (0, 300, 600)], "no"),
        ([denied(0), denied(60)], "no"),
        ([denied(0), failed_factor(60), failed_factor(90)], "yes"),
        ([denied(0), failed_factor(1), denied(60), failed_factor(62)], "no"),  # each refusal is told twice
        ([denied(0), failed_factor(3), denied(60)], "yes"),
        ([denied(0), failed_factor(1, "ben"), denied(60)], "no"),
        ([sign_in()], "no"),
        ([turned_away(at) for at in (0, 60, 120)] + [lockout(0, "ben")], "partly"),
        ([turned_away(0), turned_away(60), lockout(0, "ben")], "no"),
    ],
)
def test_thresholds(detect: Any, events: list[Event], answer: str) -> None:
    assert detect("D10", of_log(events))["case"].answer == answer


def test_it_says_what_and_whether_they_gave_in(detect: Any) -> None:
    events = [denied(0), denied(60), denied(120), sign_in(150), lockout(9000)]
    found = detect("D10", of_log(events))["case"]
    assert (found.answer, found.confidence) == ("yes", "high")
    assert found.sentence == "ana: 1 lockout and 3 refused second factors, then let in at 30 Mar 10:02:30 UTC."
    assert found.figures["let_in_at"] == "2026-03-30T10:02:30Z"
    assert (found.figures["denials_peak"], found.figures["lockouts"]) == (3, 1)
    assert found.entities == {"user": ["ana"], "ip": [SOURCE]}
    assert [row.line for row in found.evidence] == [1, 2, 3, 5]


def test_a_login_long_after_is_no_giving_in(detect: Any) -> None:
    found = detect("D10", of_log([denied(0), denied(60), denied(120), sign_in(721)]))["case"]
    assert (found.confidence, found.figures["let_in_at"]) == ("medium", None)


def test_under_the_threshold_it_says_how_far(detect: Any) -> None:
    found = detect("D10", of_log([lockout(0), lockout(60), denied(0)]))["case"]
    assert found.sentence == "At most ana: 2 lockouts and 1 refused second factor: under the threshold."
    assert (found.answer, found.confidence) == ("no", "high")


def test_lockouts_that_show_by_their_mark_alone(detect: Any) -> None:
    found = detect("D10", of_log([*[turned_away(at) for at in (0, 60, 120)], lockout(0, "ben")]))["case"]
    assert (found.answer, found.confidence) == ("partly", "low")
    assert "3 logins of ana met an account locked already." in found.sentence
    assert [row.event["event.code"] for row in found.evidence] == ["4625"] * 3


@pytest.mark.parametrize(
    "event",
    [
        login(0),
        login(0, event__code="4625"),
        login(0, "root", None, event__category="iam", event__action="user_created"),
    ],
)
def test_a_log_that_never_tells_of_lockouts_proves_nothing(detect: Any, event: Event) -> None:
    """A server's own log: lockouts stand in that of the domain controller or identity provider."""
    found = detect("D10", of_log([event]))["case"]
    assert (found.answer, found.missing) == ("cannot_tell", ("iam events",))
    assert "attach the log of the directory or identity provider" in found.sentence


def test_a_case_about_a_source_speaks_for_the_accounts_it_tried(detect: Any) -> None:
    events = [login(0, "ana", SOURCE, event__code="4625"), *[lockout(at) for at in (60, 120, 180)]]
    others = [lockout(at, "ben") for at in (60, 120, 180)]
    found = detect("D10", of_log([*events, *others]), scope=Scope(ips=(SOURCE,)))
    assert found["case"].entities["user"] == ["ana"]
    assert found["elsewhere"].entities["user"] == ["ben"]


def test_nothing_can_be_said_without_events(detect: Any) -> None:
    found = detect("D10", empty())["case"]
    assert (found.answer, found.missing) == ("cannot_tell", ("iam events",))


class TestSamples:
    def test_one_lockout_is_under_the_threshold(self, detect: Any) -> None:
        path = sample("logs/identity/okta_account_change.json")
        found = detect("D10", located_frame(read_path(path)[1]))["case"]
        assert (found.answer, found.figures["lockouts"], found.figures["lockouts_peak"]) == ("no", 1, 1)

    def test_a_domain_controllers_log_without_lockouts_is_a_no(self, detect: Any) -> None:
        events = events_of("logs/windows/otrf_purplesharp_ad_playbook_I.security.ndjson", "windows_json")
        assert detect("D10", located_frame(events))["case"].answer == "no"

    def test_an_ssh_log_is_none(self, detect: Any, sample_events: pl.DataFrame) -> None:
        assert detect("D10", sample_events)["case"].answer == "cannot_tell"
