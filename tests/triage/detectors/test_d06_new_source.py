"""D06: a login from where the account never logged in before, at and under what counts as history."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.triage.detectors.making import login, of_log
from triage.detectors.protocol import Scope
from triage.events.parsers.protocol import Event
from triage.events.schema import empty

DAY = 86400
HOME, AWAY = "192.0.2.10", "203.0.113.7"


def history(logins: int = 5, *, days: float = 3, user: str = "ana", source: str = HOME, **fields: Any) -> list[Event]:
    """So many logins, the first so many days before the moment the tests call now (0)."""
    at = [-days * DAY + number * 60 for number in range(logins)]
    return [login(when, user, source, won=True, **fields) for when in at]


def now(source: str = AWAY, *, user: str = "ana", at: float = 0, **fields: Any) -> Event:
    return login(at, user, source, won=True, **fields)


@pytest.mark.parametrize(
    ("events", "answer"),
    [
        ([*history(), now()], "yes"),
        ([*history(4), now()], "cannot_tell"),
        ([*history(days=2.99), now()], "cannot_tell"),
        ([*history(), now(HOME)], "no"),
        ([*history(), now("192.0.2.250")], "no"),  # the same /24
        ([*history(), now("192.0.3.10")], "yes"),
        ([*history(source="2001:db8:1:1::5"), now("2001:db8:1:ffff::9")], "no"),  # the same /48
        ([*history(source="2001:db8:1:1::5"), now("2001:db8:2::9")], "yes"),
        ([*history(), *history(user="ben", source=AWAY), now()], "yes"),  # that another account knows it is no excuse
        ([*history(), now(user="ben")], "cannot_tell"),
        ([*history(), login(0, "ana", AWAY)], "no"),  # nobody got in
        ([*history(source="127.0.0.1"), now("127.0.0.1")], "no"),
        ([*history(), now(user="HOST$")], "no"),
    ],
)
def test_history_and_networks(detect: Any, events: list[Event], answer: str) -> None:
    assert detect("D06", of_log(events), scope=near_now())["case"].answer == answer


def near_now() -> Scope:
    """A case about what happened at the moment the tests call now; its history lies beside it."""
    return Scope(window=("2026-03-30T10:00:00+00:00", "2026-03-30T10:00:00+00:00"))


@pytest.mark.parametrize(
    ("before", "after", "answer", "confidence"),
    [
        ({"source__as__number": 64500}, {"source__as__number": 64500}, "no", "high"),  # another address of the provider
        ({"source__as__number": 64500}, {"source__as__number": 64501}, "yes", "high"),
        ({}, {"source__as__number": 64501}, "yes", "medium"),  # nothing to hold the provider against
        (
            {"source__as__number": 64500, "source__geo__country_iso_code": "AT"},
            {"source__as__number": 64500, "source__geo__country_iso_code": "BR"},
            "yes",
            "high",
        ),
        ({"source__geo__country_iso_code": "AT"}, {"source__geo__country_iso_code": "AT"}, "yes", "medium"),
    ],
)
def test_provider_and_country_where_they_are_told(
    detect: Any, before: Any, after: Any, answer: str, confidence: str
) -> None:
    found = detect("D06", of_log([*history(**before), now(**after)]), scope=near_now())["case"]
    assert (found.answer, found.confidence) == (answer, confidence)


def test_it_says_where_from_and_where_from_before(detect: Any) -> None:
    events = [*history(6), now(source__geo__country_iso_code="BR", source__as__number=64501)]
    found = detect("D06", of_log(events), scope=near_now())["case"]
    assert found.sentence == (
        "ana logged in from 203.0.113.7 (AS64501, BR) at 30 Mar 10:00 UTC, where none of 6 earlier logins over 3 days "
        "came from (192.0.2.0/24)."
    )
    assert [row.line for row in found.evidence] == [6, 7], "the last login from each earlier network, then the new one"
    assert found.figures["earlier"] == [
        {"network": "192.0.2.0/24", "logins": 6, "first": "2026-03-27T10:00:00Z", "last": "2026-03-27T10:05:00Z"}
    ]
    assert (found.figures["new_sources"], found.entities) == (1, {"ip": [AWAY], "user": ["ana"]})


def test_the_new_network_is_known_from_then_on(detect: Any) -> None:
    found = detect("D06", of_log([*history(), now(), now(at=60), now(at=DAY)]))["case"]
    assert found.figures["new_sources"] == 1
    later = Scope(ips=(AWAY,), window=("2026-03-31T10:00:00Z", "2026-03-31T10:00:00Z"))
    assert detect("D06", of_log([*history(), now(), now(at=DAY)]), scope=later)["case"].answer == "no"


def test_history_is_read_from_the_whole_log_and_judged_for_the_case(detect: Any) -> None:
    events = of_log([*history(), *history(user="ben"), now(), now("198.51.100.4", user="ben")])
    found = detect("D06", events, scope=Scope(ips=(AWAY,)))
    assert found["case"].entities["user"] == ["ana"]
    assert found["elsewhere"].entities["user"] == ["ben"]


def test_too_little_history_asks_for_an_earlier_log(detect: Any) -> None:
    found = detect("D06", of_log([*history(2), now()]), scope=near_now())["case"]
    assert (found.answer, found.confidence) == ("cannot_tell", "low")
    assert found.missing == ("authentication events before 30 Mar 10:00 UTC",)
    assert "fewer than 5 earlier logins over 3 days" in found.sentence


def test_logins_that_name_no_address_are_not_from_a_known_one(detect: Any) -> None:
    found = detect("D06", of_log([login(0, source=None, won=True)]))["case"]
    assert (found.answer, found.missing) == ("cannot_tell", ("source addresses of the logins",))
    became_root = login(0, "root", None, won=True, actor__user__name="ana", event__action="su")
    assert detect("D06", of_log([became_root, login(5)]))["case"].answer == "no"


def test_settings(detect: Any) -> None:
    events = of_log([*history(2, days=1), now()])
    chosen = {"earlier_logins": 2, "earlier_days": 1}
    assert detect("D06", events, settings=chosen, scope=near_now())["case"].answer == "yes"
    same = of_log([*history(), now("192.0.3.10")])
    assert detect("D06", same, settings={"ipv4_prefix": 16}, scope=near_now())["case"].answer == "no"


def test_nothing_can_be_said_without_logins(detect: Any) -> None:
    found = detect("D06", empty())["case"]
    assert (found.answer, found.missing) == ("cannot_tell", ("authentication events",))


def test_sample(detect: Any, sample_events: pl.DataFrame) -> None:
    found = detect("D06", sample_events)["case"]
    assert (found.answer, found.figures["new_sources"]) == ("yes", 2)
    new = {(one["user"], one["source"], one["at"][:16]) for one in found.figures["new"]}
    assert new == {
        ("elastic_user_2", "95.93.96.191", "2017-04-03T07:28"),
        ("ubuntu", "95.93.96.191", "2017-04-09T18:30"),
    }
