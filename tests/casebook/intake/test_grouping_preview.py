"""A preview says what intake would have done: held against intake itself, and against counting by hand."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from accounts.actors import PersonActor
from casebook.errors import Invalid, NotFound
from casebook.intake.grouping_preview import KEYS, Preview, preview
from casebook.intake.prepare import Item
from casebook.intake.receive import receive
from casebook.intake.sender import Sender
from casebook.models import Alert, Case, Source
from tests.casebook.intake.sending import item, with_policy

DAY = timedelta(days=1)


def some(chance: random.Random, how_many: int) -> list[Item]:
    """Alerts of few rules and few entities, some of them without either."""
    return [
        item(
            number,
            rule={"id": chance.choice(["", "r1", "r2"]), "name": chance.choice(["", "first", "second"])},
            title=chance.choice(["one", "two"]),
            observables=[{"type": "user", "value": user}] if (user := chance.choice(["", "ada", "bo"])) else [],
            assets=[],
        )
        for number in range(how_many)
    ]


def test_there_is_one_for_every_policy() -> None:
    assert set(KEYS) == set(Source.GroupingOn.values)


@pytest.mark.parametrize("on", KEYS)
def test_it_counts_the_cases_intake_opens(lea: PersonActor, sender: Sender, on: str) -> None:
    items = some(random.Random(5), 120)
    outcomes = receive(with_policy(sender, grouping_on=on), items)
    seen = preview(actor=lea, source_slug="siem", on=on, window=DAY)

    cases = {outcome.case for outcome in outcomes.values()}
    assert (seen.alerts, seen.cases, seen.cases_now) == (120, len(cases), len(cases))
    sizes = sorted((Alert.objects.filter(case=case).count() for case in cases), reverse=True)
    assert [group.alerts for group in seen.largest] == sizes[:10]
    assert seen.largest[0].title in ("one", "two")


def by_hand(window: timedelta, since: timedelta) -> tuple[int, list[int]]:
    """Cases and their sizes, rule and entity counting, in plain Python."""
    last: dict[tuple[str, str], tuple[object, int]] = {}
    sizes: dict[tuple[str, str, int], int] = defaultdict(int)
    alerts = Alert.objects.filter(received_at__gte=timezone.now() - since).order_by("received_at", "id")
    for alert in alerts:
        key = (alert.rule_id or alert.rule_name or alert.title, alert.entity)
        before, session = last.get(key, (None, 0))
        if before is not None and alert.received_at - before > window:  # type: ignore[operator]
            session += 1
        last[key] = (alert.received_at, session)
        sizes[*key, session] += 1
    return len(sizes), sorted(sizes.values(), reverse=True)


@pytest.mark.parametrize("minutes", [1, 30, 24 * 60])
def test_a_window_slides_with_what_comes_in(lea: PersonActor, sender: Sender, minutes: int) -> None:
    chance = random.Random(minutes)
    receive(sender, some(chance, 100))
    for alert in Alert.objects.all():
        ago = timedelta(minutes=chance.uniform(0, 9 * 24 * 60))
        Alert.objects.filter(pk=alert.pk).update(received_at=Now() - ago)
    window, days = timedelta(minutes=minutes), timedelta(days=7)

    seen = preview(actor=lea, source_slug="siem", on="rule_entity", window=window, days=7)
    cases, sizes = by_hand(window, days)
    assert (seen.cases, [group.alerts for group in seen.largest]) == (cases, sizes[:10])
    assert seen.alerts == sum(sizes)


def test_of_nothing_comes_nothing(lea: PersonActor, source: Source) -> None:
    assert preview(actor=lea, source_slug="siem", on="rule", window=DAY) == Preview(0, 0, 0, [])


def test_what_cannot_be_asked(lea, lina, otto, source) -> None:
    for actor in (lina, otto):
        with pytest.raises(NotFound):
            preview(actor=actor, source_slug="siem", on="rule", window=DAY)
    for asked in ({"on": "colour"}, {"window": timedelta()}, {"days": 0}, {"days": 91}):
        with pytest.raises(Invalid):
            preview(actor=lea, source_slug="siem", **{"on": "rule", "window": DAY, "days": 7} | asked)


def test_it_changes_nothing(lea: PersonActor, sender: Sender) -> None:
    receive(sender, some(random.Random(1), 20))
    before = list(Case.objects.values())
    preview(actor=lea, source_slug="siem", on="alert", window=DAY)
    assert list(Case.objects.values()) == before
