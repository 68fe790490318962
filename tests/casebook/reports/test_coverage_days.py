"""Days counted ahead of time: whatever happens to alerts, the sum is that of a plain count."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casebook.models import Alert, AlertDay, Source, Team
from casebook.reports import coverage_days
from casebook.reports.coverage_cells import ALERT_DAYS

pytestmark = pytest.mark.django_db
LISTS = ([], ["T1110"], ["T1110.001", "T1078"], ["T1078", "T1110.001"], ["T1566"])
numbers = count(1)


def alert(at: datetime, techniques: list[str] | None = None, team: str = "blue") -> Alert:
    source = Source.objects.get(slug={"blue": "siem", "green": "green-siem"}[team])
    number = next(numbers)
    return Alert(
        team_id=source.team_id, source=source, external_id=f"day-{number}", title="x", techniques=techniques or [],
        received_at=at, raw_id=number, raw_at=at,
    )  # fmt: skip


def many(seed: int, alerts: int = 400) -> None:
    """Over a hundred days, of both teams, some on the edge of a day."""
    chance, now = random.Random(seed), timezone.now()
    rows = []
    for _ in range(alerts):
        at = now - timedelta(days=chance.uniform(0, 100))
        if chance.random() < 0.2:
            at = datetime.combine(at, time(), UTC) - timedelta(microseconds=chance.randint(0, 1))
        rows.append(alert(at, chance.choice(LISTS), chance.choice(("blue", "green"))))
    Alert.objects.bulk_create(rows)


def told(teams: frozenset[int], moment: datetime) -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    for named, alerts in coverage_days.since(teams, moment):
        found[tuple(named)] += alerts
    return found


def plain(teams: frozenset[int], moment: datetime) -> Counter[tuple[str, ...]]:
    rows = Alert.objects.filter(team__in=teams, received_at__gte=moment)
    return Counter(tuple(named) for named in rows.values_list("techniques", flat=True))


def count_all() -> int:
    return sum(iter(coverage_days.count_days, 0))


@pytest.fixture
def teams() -> frozenset[int]:
    return frozenset(Team.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("seed", range(3))
def test_counted_or_not_the_sum_is_that_of_a_plain_count(teams: frozenset[int], seed: int) -> None:
    many(seed)
    now = timezone.now()
    moments = [now - timedelta(days=days) for days in (0, 1, 2.5, 30, ALERT_DAYS)]
    moments.append(datetime.combine(now - timedelta(days=40), time(), UTC))
    for _ in range(3):  # nothing counted, some days, all of them
        for moment in moments:
            for some in (teams, *(frozenset({team}) for team in teams), frozenset()):
                assert told(some, moment) == plain(some, moment)
        coverage_days.count_days() if not AlertDay.objects.exists() else count_all()


def test_all_days_of_the_period_that_are_over_are_counted_and_older_ones_forgotten(teams: frozenset[int]) -> None:
    today = timezone.now().astimezone(UTC).date()
    AlertDay.objects.create(team_id=min(teams), day=today - timedelta(days=200), lists=[])
    assert coverage_days.count_days() == coverage_days.AT_ONCE
    assert count_all() == ALERT_DAYS - 1 - coverage_days.AT_ONCE
    days = AlertDay.objects.order_by("day").values_list("day", flat=True)
    assert (days[0], days.last()) == (today - timedelta(days=ALERT_DAYS), today - timedelta(days=2))
    assert AlertDay.objects.count() == (ALERT_DAYS - 1) * len(teams)


def test_a_counted_day_is_not_counted_from_its_alerts_again(teams: frozenset[int]) -> None:
    many(1)
    count_all()
    moment = timezone.now() - timedelta(days=ALERT_DAYS)
    with CaptureQueriesContext(connection) as queries:
        list(coverage_days.since(teams, moment))
    assert len(queries) == 2
    AlertDay.objects.update(lists=[[["T9999"], 5]])
    assert told(teams, moment)["T9999",] == 5 * AlertDay.objects.filter(day__gt=moment).count()


def test_what_is_dated_back_changed_or_deleted_reopens_its_day_and_no_other(teams: frozenset[int]) -> None:
    many(2)
    count_all()
    whole = AlertDay.objects.count()
    now = timezone.now()
    moment, past = now - timedelta(days=ALERT_DAYS), now - timedelta(days=10)

    def reopened() -> int:
        gone = whole - AlertDay.objects.count()
        assert told(teams, moment) == plain(teams, moment)
        count_all()
        assert AlertDay.objects.count() == whole
        assert told(teams, moment) == plain(teams, moment)
        return gone

    one = alert(past, ["T1200"])
    one.save()
    assert reopened() == 1
    Alert.objects.filter(pk=one.pk).update(techniques=["T1201"])
    assert reopened() == 1
    Alert.objects.filter(pk=one.pk).update(received_at=past - timedelta(days=3))
    assert reopened() == 2
    Alert.objects.filter(pk=one.pk).update(team=Team.objects.get(slug="green"))
    assert reopened() == 2
    one.delete()
    assert reopened() == 1


def test_what_changes_nothing_that_is_counted_reopens_nothing(teams: frozenset[int]) -> None:
    one = alert(timezone.now() - timedelta(days=10), ["T1200"])
    one.save()
    count_all()
    whole = AlertDay.objects.count()
    alert(timezone.now()).save()
    Alert.objects.filter(pk=one.pk).update(count=7, severity=4)
    Alert.objects.filter(pk=one.pk).update(techniques=["T1200"])
    assert AlertDay.objects.count() == whole


def test_a_team_that_is_new_is_counted_for_the_days_before(teams: frozenset[int]) -> None:
    count_all()
    Team.objects.create(slug="newly", name="Newly")
    assert count_all() == ALERT_DAYS - 1
    assert count_all() == 0
