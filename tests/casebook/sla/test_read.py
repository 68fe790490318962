"""Clocks as people see them: which one a row shows, and how many queries that takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casebook.sla.read import next_unmet, of_cases
from tests.casebook.sla.conftest import Life, minute

Live = Callable[..., Life]
pytestmark = pytest.mark.django_db


def test_the_next_of_ones_own_to_run_out(live: Live) -> None:
    life = live("high")
    assert next_unmet([life.case], "l1", minute(1))[life.case.pk].measure == "time_to_acknowledge"
    life.reach("acknowledged", 2)
    assert next_unmet([life.case], "l1", minute(3))[life.case.pk].measure == "time_to_qualify"
    life.reach("decided", 4).escalate(4)
    assert next_unmet([life.case], "t2", minute(5))[life.case.pk].measure == "time_to_accept"
    assert next_unmet([life.case], "l1", minute(5))[life.case.pk].measure == "time_to_resolve"


def test_what_can_still_be_met_comes_before_what_is_late(live: Live) -> None:
    life = live("high")
    shown = next_unmet([life.case], "l1", minute(45))[life.case.pk]
    assert (shown.measure, shown.state, shown.label) == ("time_to_qualify", "at_risk", "qualify")


def test_only_late_ones_left(live: Live) -> None:
    life = live("high")
    shown = next_unmet([life.case.pk], "l1", minute(60 * 24))[life.case.pk]
    assert (shown.measure, shown.state) == ("time_to_acknowledge", "breached")
    assert shown.breached_at == minute(30)


def test_nothing_left_to_meet_has_no_clock(live: Live) -> None:
    life = live("high").reach("acknowledged", 1).close(2)
    assert next_unmet([life.case], "l1", minute(3)) == {}


def test_a_page_of_cases_takes_one_query(live: Live) -> None:
    cases = [live("high").case for _ in range(8)]
    with CaptureQueriesContext(connection) as queries:
        assert len(of_cases([case.pk for case in cases])) == 8
        assert len(next_unmet(cases, "l1")) == 8
    assert len(queries) == 2


def test_a_breach_says_when_the_target_passed(live: Live) -> None:
    life = live("high").reach("acknowledged", 31)
    assert life.at(31)["time_to_acknowledge"].explain == [
        "31 min in the queue",
        "target of 30 min passed 2026-03-02 08:30:00 UTC",
    ]
