"""What alerts are grouped on, how long, and what a match for a closed case becomes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from casebook.intake.sender import Sender
from casebook.models import Alert, Case, Grouping, Journal
from tests.casebook.intake.sending import close, send, with_policy

ROOT = [{"type": "user", "value": "root", "role": "target"}]
ADMIN = [{"type": "user", "value": "admin", "role": "target"}]
SAME = {"rule": {"id": "r-1"}, "title": "t", "observables": ROOT, "assets": []}
OTHERS: dict[str, dict[str, Any]] = {
    "rule": {"rule": {"id": "r-2"}},
    "entity": {"observables": ADMIN},
    "title": {"title": "another"},
    "id": {},
}


@pytest.mark.parametrize(
    ("on", "separates"),
    [
        ("rule_entity", {"rule", "entity"}),
        ("rule", {"rule"}),
        ("entity", {"entity"}),
        ("title_entity", {"title", "entity"}),
        ("alert", {"rule", "entity", "title", "id"}),
    ],
)
def test_each_policy_separates_what_it_names_and_nothing_else(sender: Sender, on: str, separates: set[str]) -> None:
    sender = with_policy(sender, grouping_on=on)
    first = send(sender, **SAME)
    apart = {name for name, other in OTHERS.items() if send(sender, **SAME | other).case != first.case}
    assert apart == separates


def test_an_alert_about_nothing_groups_by_its_rule_where_entities_count(sender: Sender) -> None:
    sender = with_policy(sender, grouping_on="entity")
    nothing = {"observables": [], "assets": []}
    first = send(sender, rule={"id": "a"}, **nothing)
    assert send(sender, rule={"id": "a"}, **nothing).case == first.case
    assert send(sender, rule={"id": "b"}, **nothing).case != first.case


def test_two_policies_never_share_a_key(sender: Sender) -> None:
    first = send(with_policy(sender, grouping_on="rule"), rule={"id": ""}, title="x", observables=[], assets=[])
    other = send(with_policy(sender, grouping_on="title_entity"), title="x", observables=[], assets=[])
    assert other.case != first.case


def test_the_main_entity_is_kept_with_the_alert(sender: Sender) -> None:
    assert Alert.objects.get(pk=send(sender, observables=ROOT).alert).entity == "user:root"
    assert Alert.objects.get(pk=send(sender, observables=[], assets=[]).alert).entity == ""


class TestWindow:
    """It counts from what was received last; it moves at most every few seconds, and never once it is over."""

    def behind(self, case_id: int | None, by: timedelta) -> None:
        Grouping.objects.filter(case_id=case_id).update(until=timezone.now() + timedelta(hours=24) - by)

    def left(self, case_id: int | None) -> timedelta:
        return Grouping.objects.get(case_id=case_id).until - timezone.now()

    def test_an_alert_that_joins_moves_it_on(self, sender: Sender) -> None:
        first = send(sender, **SAME)
        self.behind(first.case, timedelta(hours=10))
        send(sender, **SAME)
        assert self.left(first.case) > timedelta(hours=23, minutes=59)

    def test_so_does_a_repeat(self, sender: Sender) -> None:
        first = send(sender, external_id="again", **SAME)
        self.behind(first.case, timedelta(hours=10))
        assert send(sender, external_id="again", **SAME).outcome == "repeated"
        assert self.left(first.case) > timedelta(hours=23, minutes=59)

    def test_a_moment_later_it_stays(self, sender: Sender) -> None:
        first = send(sender, **SAME)
        self.behind(first.case, timedelta(seconds=30))
        before = Grouping.objects.get(case_id=first.case).until
        send(sender, **SAME)
        assert Grouping.objects.get(case_id=first.case).until == before

    def test_what_is_over_stays_over(self, sender: Sender) -> None:
        first = send(sender, external_id="late", **SAME)
        self.behind(first.case, timedelta(hours=25))
        send(sender, external_id="late", **SAME)
        assert self.left(first.case) < timedelta(0)
        assert send(sender, **SAME).case != first.case

    def test_a_repeat_for_an_older_case_does_not_move_the_window_of_a_newer_one(self, sender: Sender) -> None:
        older = send(sender, external_id="older", **SAME)
        self.behind(older.case, timedelta(hours=25))
        newer = send(sender, **SAME)
        self.behind(newer.case, timedelta(hours=10))
        assert send(sender, external_id="older", **SAME).case == older.case
        assert self.left(newer.case) < timedelta(hours=15)


class TestClosed:
    """A repeat or a match for a closed case: a new case linked to it, or the same opened again. Never counted in."""

    def test_a_new_alert_of_its_key_opens_a_case_that_follows_it(self, sender: Sender) -> None:
        first = send(sender, **SAME)
        close(first.case)
        other = send(sender, **SAME)

        assert other.outcome == "opened"
        assert Case.objects.get(pk=other.case).follows_id == first.case
        assert Alert.objects.get(pk=first.alert).case_id == first.case
        assert Journal.objects.get(case_id=other.case, verb="case.opened").payload["follows"] == first.case

    def test_it_follows_the_one_closed_last(self, sender: Sender) -> None:
        send_and_close = [close(send(sender, **SAME).case) for _ in range(3)]
        assert Case.objects.get(pk=send(sender, **SAME).case).follows_id == send_and_close[-1].pk

    def test_long_after_closing_it_follows_nothing(self, sender: Sender) -> None:
        first = send(sender, **SAME)
        close(first.case)
        Case.objects.filter(pk=first.case).update(closed_at=timezone.now() - timedelta(days=8))
        assert Case.objects.get(pk=send(sender, **SAME).case).follows_id is None

    def test_another_sources_case_is_not_followed(self, sender: Sender) -> None:
        first = send(sender, **SAME)
        close(first.case)
        other = send(with_policy(sender, grouping_on="title_entity"), **SAME)
        assert Case.objects.get(pk=other.case).follows_id is None

    def test_where_the_source_reopens_a_new_alert_joins_the_closed_case(self, sender: Sender) -> None:
        sender = with_policy(sender, on_closed_repeat="reopen")
        first = send(sender, **SAME)
        close(first.case)
        other = send(sender, **SAME)
        third = send(sender, **SAME)

        assert [(one.outcome, one.case) for one in (other, third)] == [("attached", first.case)] * 2
        case = Case.objects.get(pk=first.case)
        assert (case.state, case.verdict) == ("triage", "")
        assert Journal.objects.filter(case_id=first.case, verb="case.reopened").count() == 1
        assert Grouping.objects.get(case_id=first.case).until > timezone.now() + timedelta(hours=23)

    def test_reopening_ends_with_its_days(self, sender: Sender) -> None:
        sender = with_policy(sender, on_closed_repeat="reopen", reopen_within=timedelta(days=2))
        first = send(sender, external_id="r", **SAME)
        close(first.case)
        Case.objects.filter(pk=first.case).update(closed_at=timezone.now() - timedelta(days=3))

        again = send(sender, external_id="r", **SAME)
        assert again.case != first.case
        assert Case.objects.get(pk=first.case).state == "closed"

    def test_a_repeat_that_reopens_makes_the_case_collect_again(self, sender: Sender) -> None:
        sender = with_policy(sender, on_closed_repeat="reopen")
        first = send(sender, external_id="r", **SAME)
        close(first.case)
        assert send(sender, external_id="r", **SAME).outcome == "repeated"
        assert send(sender, **SAME).case == first.case

    def test_but_not_where_another_open_case_has_its_key(self, sender: Sender) -> None:
        first = send(sender, external_id="r", **SAME)
        close(first.case)
        second = send(sender, **SAME)
        reopening = with_policy(sender, on_closed_repeat="reopen")
        assert send(reopening, external_id="r", **SAME).case == first.case
        assert send(reopening, **SAME).case == second.case
