"""What an alert quotes of a log may prove a yes; a no needs the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from tests.triage.detectors.making import SOURCE, login, of_alert, of_log
from triage.detectors.protocol import Context, Scope
from triage.detectors.quoted import QUOTED, told_once

HQ = Context(ranges=(("203.0.113.0/24", "hq"),))


def fails(number: int, *, every: float = 30, start: float = 0) -> list[Any]:
    return [login(start + every * turn) for turn in range(number)]


@pytest.mark.parametrize("name", ["D01", "D02", "D03", "D04", "D05", "D07", "D09", "D10"])
def test_three_quoted_lines_are_no_ground_for_a_no(detect: Any, name: str) -> None:
    found = detect(name, of_alert(fails(3)), context=HQ)["case"]
    assert (found.answer, found.confidence) == ("cannot_tell", "low")
    assert found.missing == ("iam events",) if name == "D10" else ("authentication" in found.missing[0])


def test_what_is_asked_for_is_the_log_of_that_host_and_time(detect: Any) -> None:
    found = detect("D02", of_alert(fails(3, every=60)))["case"]
    assert found.sentence == (
        f"3 failed logins from {SOURCE}, at most 2 within 120 s: under the threshold. The alert quotes 3 records and "
        "not the log, which may hold more: attach the log of web-1 for the time 30 Mar 10:00–10:02 UTC."
    )
    assert found.would_change == "The missing log."
    around = detect("D02", of_alert(fails(1)))["case"].sentence
    assert around.endswith("attach the log of web-1 for the time around 30 Mar 10:00 UTC.")


def test_the_time_the_case_asks_about_goes_before_that_of_the_quotes(detect: Any) -> None:
    scope = Scope(ips=(SOURCE,), window=("2026-03-30T09:00:00Z", "2026-03-30T11:00:00Z"))
    assert "for the time 30 Mar 09:00–11:00 UTC" in detect("D02", of_alert(fails(3)), scope=scope)["case"].sentence


def test_a_yes_may_stand(detect: Any) -> None:
    assert detect("D02", of_alert(fails(8, every=5)))["case"].answer == "yes"


def test_the_log_beside_the_quotes_carries_a_no(detect: Any) -> None:
    events = pl.concat([of_alert(fails(3)), of_log(fails(3, start=600))])
    assert detect("D02", events)["case"].answer == "no"


def test_quotes_do_not_widen_what_the_log_covers(detect: Any) -> None:
    """The log ends before the alert's time; that the alert has lines of then does not make it reach there."""
    events = pl.concat([of_alert(fails(1, start=3600)), of_log(fails(2))])
    scope = Scope(ips=(SOURCE,), window=("2026-03-30T10:00:00Z", "2026-03-30T11:00:00Z"))
    found = detect("D02", events, scope=scope)["case"]
    assert (found.answer, found.missing) == ("cannot_tell", ("authentication events for 30 Mar 10:00–11:00 UTC",))


def test_a_line_both_quoted_and_in_the_log_counts_once(detect: Any) -> None:
    quoted, logged = of_alert(fails(3)), of_log(fails(4))
    found = detect("D01", pl.concat([quoted, logged]))["case"]
    assert found.figures["attempts"] == 4
    assert {row.source for row in found.evidence} == {"auth.log"}


@pytest.mark.parametrize(
    ("quoted", "kept"),
    [
        (login(0), 0),
        (login(0, event__action="as the sender calls it", host__name="web-1.example.com"), 0),
        (login(0, won=True), 1),
        (login(0, "ben"), 1),
        (login(0, source="198.51.100.4"), 1),
        (login(1), 1),
        (login(0.4), 0),  # a finer clock
        ({**login(0), "@timestamp": None}, 1),
    ],
)
def test_what_makes_a_quoted_line_the_same(quoted: Any, kept: int) -> None:
    events = told_once(pl.concat([of_alert([quoted]), of_log([login(0)])]))
    assert events.filter(QUOTED).height == kept
    assert events.filter(~QUOTED).height == 1


def test_records_of_a_file_are_no_quotes(log: Callable[..., pl.DataFrame]) -> None:
    in_an_array = of_log([{**login(0), "evidence.pointer": "/Records/0"}])
    assert not in_an_array.select(QUOTED.any()).item()
