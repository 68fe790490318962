"""Clocks as people see them: which one a row shows, and how many queries that takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casebook.sla.read import ClockView, Watch, of_cases, watched
from tests.casebook.sla.conftest import Life, minute

Live = Callable[..., Life]
pytestmark = pytest.mark.django_db


def seen(life: Life, tier: str, at: int) -> Watch:
    return watched([life.case], tier, minute(at))[life.case.pk]


def first_of(watch: Watch) -> ClockView:
    assert watch.first is not None
    return watch.first


def test_the_next_of_ones_own_to_run_out(live: Live) -> None:
    life = live("high")
    assert first_of(seen(life, "l1", 1)).measure == "time_to_acknowledge"
    life.reach("acknowledged", 2)
    assert first_of(seen(life, "l1", 3)).measure == "time_to_qualify"
    life.reach("decided", 4).escalate(4)
    assert first_of(seen(life, "t2", 5)).measure == "time_to_accept"
    assert first_of(seen(life, "l1", 5)).measure == "time_to_resolve"


def test_a_breach_stands_before_what_can_still_be_met_and_hides_it_not(live: Live) -> None:
    shown = seen(live("high"), "l1", 45)
    assert (first_of(shown).measure, first_of(shown).state) == ("time_to_acknowledge", "breached")
    assert first_of(shown).over_s == 15 * 60
    assert shown.then is not None
    assert (shown.then.measure, shown.then.state, shown.then.label) == ("time_to_qualify", "at_risk", "qualify")
    assert shown.missed == ()


def test_the_oldest_breach_first(live: Live) -> None:
    shown = seen(live("high"), "l1", 60 * 24)
    assert (first_of(shown).measure, first_of(shown).state) == ("time_to_acknowledge", "breached")
    assert first_of(shown).breached_at == minute(30)
    assert shown.then is None


def test_a_missed_target_stays_beside_the_next(live: Live) -> None:
    life = live("high").reach("acknowledged", 42)
    shown = seen(life, "l1", 43)
    assert first_of(shown).measure == "time_to_qualify"
    assert [(one.label, one.over_s) for one in shown.missed] == [("acknowledge", 12 * 60)]
    life.close(44)
    assert [one.label for one in seen(life, "l1", 45).missed] == ["acknowledge"]
    assert seen(life, "t2", 45).missed == ()


def test_a_late_clock_that_stands_still_is_missed_and_not_forgotten(live: Live) -> None:
    life = live("high").reach("acknowledged", 1).pause(70, "asked the owner")
    shown = seen(life, "l1", 80)
    assert first_of(shown).state == "paused"
    assert [(one.measure, one.over_s) for one in shown.missed] == [("time_to_qualify", 10 * 60)]


def test_nothing_left_to_meet_has_no_clock(live: Live) -> None:
    life = live("high").reach("acknowledged", 1).close(2)
    assert seen(life, "l1", 3) == Watch()


def test_a_page_of_cases_takes_one_query(live: Live) -> None:
    cases = [live("high").case for _ in range(8)]
    with CaptureQueriesContext(connection) as queries:
        assert len(of_cases([case.pk for case in cases])) == 8
        assert len(watched(cases, "l1")) == 8
    assert len(queries) == 2


def test_a_breach_says_when_the_target_passed(live: Live) -> None:
    life = live("high").reach("acknowledged", 31)
    assert life.at(31)["time_to_acknowledge"].explain == [
        "31 min in the queue",
        "target of 30 min passed 2026-03-02 08:30:00 UTC",
    ]
