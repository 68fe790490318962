"""D09: one account, many slow sources; at, under and beside each threshold."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.triage.detectors.making import SOURCE, login, of_log
from triage.detectors.protocol import Scope
from triage.events.parsers.protocol import Event
from triage.events.schema import empty

HOUR, DAY = 3600, 86400


def guessed(
    sources: int, *, every: float = HOUR + 7, user: str = "ana", start: float = 0, **fields: Any
) -> list[Event]:
    """One failure for the account from each of so many addresses."""
    return [
        login(start + every * number, user, f"198.51.{number}.9", event__count=fields.get("count", 1))
        for number in range(1, sources + 1)
    ]


def burst(source: str, *, times: int = 8, every: float = 10, user: str = "ana") -> list[Event]:
    return [login(every * number, user, source) for number in range(times)]


@pytest.mark.parametrize(
    ("events", "answer"),
    [
        (guessed(10), "yes"),
        (guessed(9), "no"),
        (guessed(10, every=DAY / 9), "no"),  # the first leaves the window as the tenth comes
        (guessed(10, every=DAY / 9 - 1), "yes"),
        ([*guessed(9), *guessed(9, user="ben")], "no"),  # each account has its own sources
        (guessed(9) * 5, "no"),  # the same sources again are no more sources
        ([*guessed(9), *burst("203.0.113.99")], "no"),  # a source that fails in bursts is D02's
        ([*guessed(9), *burst("203.0.113.99", times=7)], "yes"),
        ([*guessed(9), *burst("203.0.113.99", every=18)], "yes"),
        (guessed(10, count=8), "no"),  # each of them a folded burst
        ([*guessed(9), login(5, source="127.0.0.1")], "no"),
        ([*guessed(9), login(5, source=None)], "no"),
    ],
)
def test_sources_within_a_day(detect: Any, events: list[Event], answer: str) -> None:
    assert detect("D09", of_log(events))["case"].answer == answer


def test_a_burst_at_another_account_makes_a_source_fast_too(detect: Any) -> None:
    events = [*guessed(9), login(0, "ana", SOURCE), *burst(SOURCE, user="ben")]
    assert detect("D09", of_log(events))["case"].answer == "no"


def test_names_without_an_account_are_tried_without_an_attempt(detect: Any) -> None:
    named = [{**event, "event.outcome": "unknown", "user.exists": False} for event in guessed(10)]
    found = detect("D09", of_log(named))["case"]
    assert (found.answer, found.confidence) == ("yes", "medium")
    assert "10 slow sources failed for ana (no such account)" in found.sentence
    asked_for_more = [{**event, "event.outcome": "unknown"} for event in guessed(10)]
    assert detect("D09", of_log(asked_for_more))["case"].answer == "no", "a sign-in that was interrupted did not fail"


def test_it_says_how_many_and_from_where(detect: Any) -> None:
    told = [
        {**event, "source.geo.country_iso_code": "BR" if number % 2 else "AT", "source.as.number": 64500 + number}
        for number, event in enumerate(guessed(20))
    ]
    found = detect("D09", of_log([*told, *guessed(21, start=10 * DAY)]))["case"]
    assert found.confidence == "high"
    assert found.figures["sources"] == 21
    found = detect("D09", of_log([*told, login(30 * DAY, source="192.0.2.77")]))["case"]
    assert found.sentence == ("20 slow sources failed for ana between 30 Mar 11:00 and 31 Mar 06:02 UTC (21 in all).")
    assert (found.figures["sources"], found.figures["sources_in_all"], found.figures["networks"]) == (20, 21, 20)
    assert found.figures["countries"] == ["AT", "BR"]
    assert len(found.figures["as_numbers"]) == 20
    assert len(found.evidence) == 20


def test_a_case_about_one_source_speaks_for_the_accounts_it_tried(detect: Any) -> None:
    events = of_log([*guessed(12), *guessed(11, user="ben", every=60)])
    scope = Scope(ips=("198.51.12.9",), window=("2026-03-30T22:00:00Z", "2026-03-30T22:00:00Z"))
    found = detect("D09", events, scope=scope)
    assert (found["case"].answer, found["case"].entities["user"]) == ("yes", ["ana"])
    assert found["case"].figures["sources"] == 12
    assert found["elsewhere"].entities["user"] == ["ben"], "and not ana again"


def test_a_day_before_and_after_the_case_is_looked_at_and_no_more(detect: Any) -> None:
    scope = Scope(users=("ana",), window=("2026-04-09T10:00:00Z", "2026-04-09T10:00:00Z"))
    events = [*guessed(10), *guessed(2, start=10 * DAY)]
    assert detect("D09", of_log(events), scope=scope)["case"].answer == "no"


def test_where_minutes_were_rewritten_all_sources_count(detect: Any) -> None:
    events = [login(HOUR * number, "ana", f"198.51.{number}.9") for number in range(10) for _ in range(9)]
    assert detect("D09", of_log(events))["case"].answer == "yes"


def test_nothing_can_be_said_without_logins(detect: Any) -> None:
    found = detect("D09", empty())["case"]
    assert (found.answer, found.missing) == ("cannot_tell", ("authentication events",))


def test_sample(detect: Any, sample_events: pl.DataFrame) -> None:
    found = detect("D09", sample_events)["case"]
    assert (found.answer, found.entities["user"]) == ("yes", ["admin"])
    counted = {one["user"]: (one["sources"], one["in_all"]) for one in found.figures["users"]}
    assert counted["admin"] == (12, 35)
    assert counted["root"] == (8, 64)
    assert detect("D09", sample_events, scope=Scope(users=("root",)))["case"].answer == "no"
