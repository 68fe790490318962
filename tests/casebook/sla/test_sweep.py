"""What time alone changes: at risk, breached, once each, and said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casebook.models import Clock, Journal
from casebook.sla.sweep import sweep
from tests.casebook.sla.conftest import Life

Live = Callable[..., Life]
ACK = "time_to_acknowledge"
pytestmark = pytest.mark.django_db


def shifted(life: Life, minutes: float) -> None:
    """Put the case's only clock of interest where it would be ``minutes`` after it started, by today's time."""
    started = timezone.now() - timedelta(minutes=minutes)
    clock = life.row(ACK)
    Clock.objects.filter(case=life.case).exclude(measure=ACK).delete()
    target = timedelta(seconds=clock.target_s)
    Clock.objects.filter(pk=clock.pk).update(
        started_at=started, due_at=started + target, risk_at=started + 0.75 * target, segments=[]
    )


def test_running_comes_to_be_at_risk_then_breached(live: Live) -> None:
    life = live("high")
    shifted(life, 10)
    assert sweep() == 0
    shifted(life, 25)
    assert sweep() == 1
    assert life.row(ACK).state == "at_risk"
    shifted(life, 31)
    assert sweep() == 1
    row = life.row(ACK)
    assert (row.state, row.breached_at) == ("breached", row.due_at)
    assert sweep() == 0
    assert life.said()[-2:] == [f"clock.at_risk {ACK}", f"clock.breached {ACK}"]


def test_a_clock_nobody_swept_in_time_goes_straight_to_breached(live: Live) -> None:
    life = live("high")
    shifted(life, 600)
    assert sweep() == 1
    assert life.said()[-1] == f"clock.breached {ACK}"


def test_what_has_ended_or_stands_still_is_left_alone(live: Live) -> None:
    paused = live("high").pause(1)
    met = live("high").reach("acknowledged", 1)
    for life in (paused, met):
        Clock.objects.filter(case=life.case).exclude(measure=ACK).delete()
    assert sweep() == 0
    assert (paused.row(ACK).state, met.row(ACK).state) == ("paused", "met")


def test_the_entry_is_the_cases_and_the_workers(live: Live) -> None:
    life = live("high")
    shifted(life, 31)
    sweep()
    entry = Journal.objects.filter(case_id=life.case.pk, verb="clock.breached").get()
    assert (entry.team_id, entry.actor_kind, entry.subject) == (
        life.case.team_id,
        "worker",
        f"clock:{life.row(ACK).pk}",
    )
    assert entry.payload["label"] == "Acknowledge"
    assert entry.payload["target"] == "30 min"


def test_many_clocks_take_as_many_queries_as_one(live: Live) -> None:
    lives = [live("high") for _ in range(12)]
    for life in lives:
        shifted(life, 31)
    with CaptureQueriesContext(connection) as queries:
        assert sweep() == 12
    assert len(queries) <= 4
