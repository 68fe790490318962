"""Silence: what matches, for how long, what it swallows, and what comes of that afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import PersonActor
from casebook.epoch import config_epoch
from casebook.errors import Invalid, NotAllowed, NotFound, WrongState
from casebook.intake import silence, silences
from casebook.intake.receive import receive
from casebook.intake.sender import Sender, sender_of
from casebook.intake.suppress import compiled, faults, like
from casebook.models import Alert, AlertObservable, Case, CaseObservable, Grouping, Journal, Source, Suppression, Work
from tests.casebook.intake.sending import close, item, send


def begin(actor: PersonActor, source: Source, **changes: Any) -> Suppression:
    asked: dict[str, Any] = {
        "team_id": source.team_id,
        "name": "Scanner",
        "reason": "our own scanner, weekly",
        "match": {"rule_id": "r-9"},
        "expires_at": timezone.now() + timedelta(days=1),
    }
    return silence.begin(actor=actor, **asked | changes)


@pytest.fixture
def fresh(source: Source):
    """The sender, with tables as new as the configuration is now."""
    return lambda: sender_of(source, config_epoch=config_epoch())


MATCHES = [
    ({"rule_id": "r-9"}, True),
    ({"rule_id": "R-9"}, True),
    ({"rule_id": "r-"}, False),
    ({"rule_id": "r-*"}, True),
    ({"rule_name": "*brute*"}, True),
    ({"title": "many*logins"}, True),
    ({"title": "many*login"}, False),
    ({"technique": "T1589"}, True),
    ({"technique": "t1110"}, False),
    ({"severity_at_most": "high"}, True),
    ({"severity_at_most": "medium"}, False),
    ({"observables": [{"type": "ip", "value": "203.0.113.7"}]}, True),
    ({"observables": [{"type": "ip", "value": "::ffff:203.0.113.7"}]}, True),
    ({"observables": [{"type": "cidr", "value": "203.0.113.0/24"}]}, True),
    ({"observables": [{"type": "cidr", "value": "2001:db8::/32"}]}, False),
    ({"observables": [{"type": "cidr", "value": "198.51.100.0/24"}]}, False),
    ({"observables": [{"type": "user", "value": "svc-*"}]}, True),
    ({"observables": [{"type": "user", "value": "svc-backup"}, {"type": "ip", "value": "192.0.2.1"}]}, False),
    ({"rule_id": "r-9", "observables": [{"type": "asset", "value": "WEB-1"}]}, True),
    ({}, True),
]


@pytest.mark.parametrize(("match", "holds"), MATCHES, ids=str)
def test_everything_named_must_agree(match: dict[str, Any], holds: bool) -> None:
    assert faults(match) == {}
    assert all(test(item()) for test in compiled(match)) is holds


def test_a_technique_covers_its_sub_techniques() -> None:
    assert all(test(item(techniques=["T1110.003"])) for test in compiled({"technique": "T1110"}))
    assert not all(test(item(techniques=["T1110"])) for test in compiled({"technique": "T1110.003"}))


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("a*a", "a", False), ("a*a", "aa", True), ("*", "", True), ("a*b*c", "aXbXc", True), ("a*b*c", "acb", False),
        ("*b*", "abc", True), ("ab*bc", "abc", False), ("ß*", "SS and more", True), ("a**b", "axb", True),
    ],
)  # fmt: skip
def test_stars(pattern: str, text: str, matches: bool) -> None:
    assert like(pattern)(text) is matches


def test_no_pattern_is_slow() -> None:
    assert like("*a" * 250 + "b")("a" * 10_000) is False


@pytest.mark.parametrize(
    ("match", "field"),
    [
        ([], "match"),
        ({"severity": "low"}, "severity"),
        ({"title": "***"}, "title"),
        ({"title": 5}, "title"),
        ({"technique": "brute force"}, "technique"),
        ({"severity_at_most": "lots"}, "severity_at_most"),
        ({"observables": []}, "observables"),
        ({"observables": [{"type": "cidr", "value": "no range"}]}, "observables"),
        ({"observables": [{"type": "ip", "value": "1.1.1.1", "role": "source"}]}, "observables"),
    ],
)
def test_what_is_no_match(match: Any, field: str) -> None:
    assert field in faults(match)


class TestInThePath:
    def test_an_alert_that_matches_is_stored_and_opens_nothing(self, lea, source, fresh) -> None:
        rule = begin(lea, source)
        cases, work = Case.objects.count(), Work.objects.count()
        outcome = send(fresh())

        assert (outcome.outcome, outcome.case) == ("suppressed", None)
        alert = Alert.objects.get(pk=outcome.alert)
        assert (alert.case_id, alert.suppressed_by_id) == (None, rule.pk)
        assert AlertObservable.objects.filter(alert=alert).count() == 3
        assert (Case.objects.count(), Work.objects.count()) == (cases, work)
        assert not Journal.objects.filter(subject=f"alert:{alert.pk}").exists()

    def test_one_that_would_join_an_open_case_is_swallowed_too(self, lea, source, fresh) -> None:
        opened = send(fresh())
        begin(lea, source)
        assert send(fresh()).outcome == "suppressed"
        assert Alert.objects.filter(case_id=opened.case).count() == 1

    def test_a_repeat_of_it_counts_where_it_is(self, lea, source, fresh) -> None:
        rule = begin(lea, source)
        send(fresh(), external_id="again")
        again = send(fresh(), external_id="again")

        assert (again.outcome, again.count, again.case) == ("repeated", 2, None)
        assert silence.swallowed([rule.pk])[rule.pk][:2] == (1, 2)

    def test_once_nothing_holds_a_repeat_opens_a_case_with_all_it_has(self, lea, source, fresh) -> None:
        rule = begin(lea, source)
        silent = send(fresh(), external_id="again")
        silence.end(actor=lea, suppression_id=rule.pk, reason="the scanner is gone")
        again = send(fresh(), external_id="again")

        assert (again.outcome, again.alert) == ("opened", silent.alert)
        alert = Alert.objects.get(pk=silent.alert)
        assert (alert.case_id, alert.suppressed_by_id, alert.count) == (again.case, None, 2)
        assert CaseObservable.objects.filter(case_id=again.case).count() == 3
        assert Grouping.objects.get(case_id=again.case)
        assert silence.swallowed([rule.pk]) == {}
        assert send(fresh()).case == again.case

    def test_a_repeat_for_an_open_case_is_counted_there(self, lea, source, fresh) -> None:
        opened = send(fresh(), external_id="worked on")
        begin(lea, source)
        again = send(fresh(), external_id="worked on")
        assert (again.outcome, again.case, again.count) == ("repeated", opened.case, 2)

    def test_a_repeat_for_a_closed_case_opens_none_while_it_holds(self, lea, source, fresh) -> None:
        opened = send(fresh(), external_id="closed")
        close(opened.case)
        rule = begin(lea, source)
        again = send(fresh(), external_id="closed")

        assert (again.outcome, again.case) == ("suppressed", None)
        assert Alert.objects.get(pk=opened.alert).suppressed_by_id == rule.pk
        assert not Case.objects.filter(follows_id=opened.case).exists()

    def test_of_a_list_only_those_that_match(self, lea, source, fresh) -> None:
        begin(lea, source)
        outcomes = receive(fresh(), [item(0), item(1, rule={"id": "r-1"}), item(2), item(3, rule={"id": "r-1"})])
        assert [outcomes[n].outcome for n in range(4)] == ["suppressed", "opened", "suppressed", "attached"]

    def test_the_databases_clock_says_when_and_nobody_raises_the_epoch_for_it(self, lea, source, fresh) -> None:
        now = timezone.now()
        begin(lea, source, starts_at=now + timedelta(hours=1), expires_at=now + timedelta(hours=2))
        assert send(fresh()).outcome == "opened"

        [rule] = silences.MEMORY.rules(source.team_id, source.pk, config_epoch())
        hours = [0, 0.9, 1.1, 1.9, 2.1]
        assert [rule.holds(item(), now + timedelta(hours=h)) for h in hours] == [False, False, True, True, False]

    def test_another_source_and_another_team_hear_everything(self, lea, source, green) -> None:
        begin(lea, source, source_slug="siem")
        sibling = Source.objects.create(slug="sibling", name="Sibling", team=source.team)
        for other in (sibling, Source.objects.get(slug="green-siem")):
            assert send(sender_of(other, config_epoch=config_epoch())).outcome == "opened"
        begin(lea, source)
        assert send(sender_of(sibling, config_epoch=config_epoch())).outcome == "suppressed"
        green_siem = Source.objects.get(slug="green-siem")
        assert send(sender_of(green_siem, config_epoch=config_epoch())).outcome == "attached"


class TestVerbs:
    def test_it_has_scope_owner_reason_and_end_and_all_hear_of_it(self, lea, source) -> None:
        epoch = config_epoch()
        made = begin(lea, source, source_slug="siem", kind="maintenance", match={})

        assert (made.owner_id, made.source_id, made.kind) == (lea.person_id, source.pk, "maintenance")
        assert config_epoch() > epoch
        entry = Journal.objects.get(verb="suppression.begun")
        assert (entry.actor_name, entry.team_id, entry.payload["reason"]) == ("lea", source.team_id, made.reason)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"reason": "  "}, "reason"),
            ({"name": ""}, "name"),
            ({"kind": "forever"}, "kind"),
            ({"expires_at": None}, "expires_at"),
            ({"expires_at": timezone.now() - timedelta(minutes=1)}, "expires_at"),
            ({"expires_at": timezone.now() + timedelta(days=91)}, "expires_at"),
            ({"starts_at": timezone.now() + timedelta(days=91)}, "expires_at"),
            ({"match": {}}, "match"),
            ({"match": {"severity_at_most": "info"}}, "match"),
            ({"match": {}, "source_slug": "siem"}, "match"),
            ({"match": {}, "kind": "maintenance"}, "match"),
            ({"match": {"colour": "red"}}, "colour"),
        ],
    )
    def test_what_is_missing_is_named(self, lea, source, changes, field) -> None:
        with pytest.raises(Invalid) as refused:
            begin(lea, source, **changes)
        assert field in refused.value.errors
        assert not Suppression.objects.exists()

    def test_whose_right_it_is(self, lina, tomas, aude, otto, adam, source, sender: Sender) -> None:
        for actor in (lina, tomas, aude, otto):
            with pytest.raises(NotAllowed):
                begin(actor, source)
        made = begin(adam, source)
        for actor, refusal in ((lina, NotFound), (aude, NotAllowed), (otto, NotFound)):
            with pytest.raises(refusal):
                silence.end(actor=actor, suppression_id=made.pk)

    def test_another_teams_source_is_none(self, lea, source) -> None:
        with pytest.raises(NotFound):
            begin(lea, source, source_slug="green-siem")

    def test_it_ends_once(self, lea, source) -> None:
        made = begin(lea, source)
        ended = silence.end(actor=lea, suppression_id=made.pk, reason="over")
        assert (ended.ended_by, ended.ended_at is not None) == ("lea", True)
        with pytest.raises(WrongState):
            silence.end(actor=lea, suppression_id=made.pk)
        assert Journal.objects.filter(verb="suppression.ended").count() == 1
