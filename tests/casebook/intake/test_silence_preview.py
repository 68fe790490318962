"""What a suppression would have swallowed: exactly what intake, with the same match in force, would have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import PersonActor
from casebook.errors import Invalid, NotAllowed, NotFound
from casebook.intake import silence_preview
from casebook.intake.sender import Sender
from casebook.intake.silence_preview import preview
from casebook.intake.suppress import compiled
from casebook.models import Alert, Source, Suppression
from tests.casebook.intake.sending import item, send
from tests.casebook.intake.test_suppression import MATCHES

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("match", "holds"), MATCHES, ids=str)
def test_it_agrees_with_intake(lea: PersonActor, sender: Sender, match: dict[str, Any], holds: bool) -> None:
    send(sender)
    found = preview(actor=lea, team_id=sender.team_id, match=match)
    assert (found.looked_at <= 1, found.alerts) == (True, int(holds))
    assert all(test(item()) for test in compiled(match)) is holds


def test_it_counts_repeats_and_shows_the_newest(lea: PersonActor, sender: Sender) -> None:
    ids = [send(sender, external_id=f"n-{number}").alert for number in range(7)]
    send(sender, external_id="n-6")
    send(sender, external_id="other", rule={"id": "r-1"})
    found = preview(actor=lea, team_id=sender.team_id, match={"rule_id": "r-9"})
    assert (found.looked_at, found.alerts, found.times, found.more) == (8, 7, 8, False)
    assert [alert.pk for alert in found.newest] == sorted(ids, reverse=True)[:5]  # type: ignore[type-var]
    assert not Suppression.objects.exists()
    assert not Alert.objects.exclude(suppressed_by=None).exists()


def test_of_its_team_its_source_and_its_days_alone(
    lea: PersonActor, sender: Sender, green: Any, open_case: Callable[..., Any]
) -> None:
    send(sender)
    Source.objects.create(team_id=sender.team_id, slug="second", name="Second")
    open_case(source="green-siem")
    found = preview(actor=lea, team_id=sender.team_id, match={})
    assert found.alerts == 1
    assert preview(actor=lea, team_id=sender.team_id, match={}, source_slug="second").alerts == 0
    with pytest.raises(NotFound):
        preview(actor=lea, team_id=sender.team_id, match={}, source_slug="green-siem")
    with pytest.raises(NotAllowed):
        preview(actor=lea, team_id=green.pk, match={})
    Alert.objects.update(received_at=timezone.now() - timedelta(days=8))
    assert preview(actor=lea, team_id=sender.team_id, match={}).alerts == 0
    assert preview(actor=lea, team_id=sender.team_id, match={}, days=9).alerts == 1


def test_it_says_all_that_is_wrong(lea: PersonActor, lina: PersonActor, sender: Sender) -> None:
    match = {"rule_id": "***", "technique": "T11", "observables": [{"type": "adress", "value": "203.0.113.7"}]}
    with pytest.raises(Invalid) as refusal:
        preview(actor=lea, team_id=sender.team_id, match=match, days=91)
    assert set(refusal.value.errors) == {"rule_id", "technique", "observables", "days"}
    with pytest.raises(NotAllowed):
        preview(actor=lina, team_id=sender.team_id, match={"rule_id": "r-9"})


def test_it_stops_at_the_newest_and_asks_the_same_number_of_times(
    lea: PersonActor, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        send(sender, external_id=f"n-{number}")
    match = {"observables": [{"type": "ip", "value": "203.0.113.7"}]}
    assert lea.may("source.read")  # a person's rights are read once
    with CaptureQueriesContext(connection) as asked:
        assert preview(actor=lea, team_id=sender.team_id, match=match).alerts == 6
    assert len(asked) == 3  # alerts, their observables, the newest of them
    monkeypatch.setattr(silence_preview, "MOST", 4)
    monkeypatch.setattr(silence_preview, "BATCH", 2)
    found = preview(actor=lea, team_id=sender.team_id, match=match)
    assert (found.looked_at, found.alerts, found.more) == (4, 4, True)
