"""This case, or elsewhere; and when "no" may be said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from triage.detectors.protocol import Scope
from triage.detectors.sides import split
from triage.events.schema import empty

Log = Callable[..., pl.DataFrame]


def failed(user: str, source: str) -> str:
    return f"Failed password for {user} from {source} port 5 ssh2"


@pytest.fixture
def events(log: Log) -> pl.DataFrame:
    return log(
        (0, failed("ana", "203.0.113.7")),
        (1, failed("ben", "203.0.113.7")),
        (2, failed("ana", "198.51.100.9")),
        (3, "pam_unix(sshd:session): session opened for user ana by (uid=0)"),
    )


@pytest.mark.parametrize(
    ("scope", "mine"),
    [
        (Scope(), [1, 2, 3, 4]),
        (Scope(ips=("203.0.113.7",)), [1, 2]),
        (Scope(ips=("::ffff:203.0.113.7",)), [1, 2]),
        (Scope(ips=("203.0.113.0/24",)), [1, 2]),
        (Scope(ips=("203.0.113.7",), users=("ana",)), [1, 2, 4]),
        (Scope(users=("ana",)), [1, 3, 4]),
        (Scope(hosts=("web-1",)), [1, 2, 3, 4]),
        (Scope(hosts=("db-1",)), []),
        (Scope(ips=("192.0.2.1",)), []),
    ],
)
def test_what_belongs_to_the_case(events: pl.DataFrame, scope: Scope, mine: list[int]) -> None:
    case, elsewhere = split(events, scope)
    assert case.events["evidence.line"].to_list() == mine
    assert sorted(mine + elsewhere.events["evidence.line"].to_list()) == [1, 2, 3, 4]


def test_the_window_narrows_the_case(events: pl.DataFrame) -> None:
    scope = Scope(ips=("203.0.113.7",), window=("2026-03-30T10:00:01Z", None), margin_s=0)
    assert split(events, scope)[0].events["evidence.line"].to_list() == [2]


def test_a_log_of_another_time_is_read_whole_and_that_is_said(detect: Any, events: pl.DataFrame) -> None:
    scope = Scope(ips=("203.0.113.7",), window=("2027-01-01T00:00:00Z", None))
    found = detect("D01", events, scope=scope, settings={"attempts": 1})["case"]
    assert found.answer == "yes"
    assert "does not reach the alert's time" in found.sentence
    assert found.confidence != "high"


@pytest.mark.parametrize("name", ["D01", "D02", "D03", "D05"])
def test_no_is_only_said_with_the_needed_events(detect: Any, events: pl.DataFrame, name: str) -> None:
    found = detect(name, empty())["case"]
    assert (found.answer, found.missing) == ("cannot_tell", ("authentication events",))
    assert "attach the log" in found.sentence
    assert detect(name, events)["case"].answer == "no"


def test_no_is_only_said_where_the_window_is_covered(detect: Any, events: pl.DataFrame) -> None:
    scope = Scope(ips=("203.0.113.7",), window=("2026-03-30T09:00:00Z", "2026-03-30T10:00:02Z"))
    found = detect("D01", events, scope=scope)["case"]
    assert found.answer == "cannot_tell"
    assert found.missing == ("authentication events for 30 Mar 09:00–10:00 UTC",)


def test_a_log_that_never_mentions_the_case_lowers_confidence(detect: Any, events: pl.DataFrame) -> None:
    found = detect("D01", events, scope=Scope(ips=("192.0.2.1",)))["case"]
    assert (found.answer, found.confidence) == ("no", "low")
    assert "never mentions" in found.sentence
