"""Alerts by the minute: what the sweep counts, and what a late sender adds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db.models import F

from casebook.clock import db_now
from casebook.models import Alert, Case, Source, SourceMinute
from casebook.sources import minutes

pytestmark = pytest.mark.django_db
STEP = timedelta(minutes=1)


def arrived(alerts: int, *, minutes_ago: int, open_case: Callable[..., Case]) -> None:
    """Alerts that came within one minute of the past."""
    minute = db_now().replace(second=20, microsecond=0) - timedelta(minutes=minutes_ago)
    for _ in range(alerts):
        case = open_case()
        Alert.objects.filter(case=case).filter(received_at=F("last_seen_at")).update(received_at=minute)


def counted() -> dict[datetime, int]:
    return dict(SourceMinute.objects.values_list("minute", "alerts"))


def test_minutes_that_are_over_are_counted(source: Source, open_case: Callable[..., Case]) -> None:
    arrived(2, minutes_ago=3, open_case=open_case)
    arrived(1, minutes_ago=1, open_case=open_case)
    open_case()  # in the minute that still runs
    assert minutes.count() == 2
    this = db_now().replace(second=0, microsecond=0)
    assert counted() == {this - 3 * STEP: 2, this - STEP: 1}
    assert minutes.count() == 0  # nothing new, nothing written


def test_a_sender_that_commits_late_is_counted_after_all(source: Source, open_case: Callable[..., Case]) -> None:
    arrived(1, minutes_ago=1, open_case=open_case)
    minutes.count()
    arrived(4, minutes_ago=2, open_case=open_case)
    minutes.count()
    assert sorted(counted().values()) == [1, 4]


def test_the_rate_has_a_bar_for_every_stretch(source: Source, open_case: Callable[..., Case]) -> None:
    arrived(3, minutes_ago=2, open_case=open_case)
    minutes.count()
    bars = minutes.rate(source.pk, buckets=5, step=STEP)
    assert [alerts for _, alerts in bars] == [0, 0, 3, 0, 0]
    assert minutes.rate(source.pk, buckets=2, step=timedelta(hours=1))[1][1] in (0, 3)  # the hour may just have begun
    assert minutes.totals([source.pk], since=bars[0][0]) == {source.pk: 3}


def test_old_minutes_go(source: Source) -> None:
    SourceMinute.objects.create(source=source, minute=db_now() - timedelta(days=40), alerts=9)
    minutes.count()
    assert counted() == {}
