"""“This rule needs tuning”, said once by each person for a case, and listed by rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casebook.actor import Actor
from casebook.clock import db_now
from casebook.errors import Invalid, NotAllowed, NotFound
from casebook.models import Alert, Case, Journal, RuleFeedback
from casebook.sources import feedback

pytestmark = pytest.mark.django_db


def alert_of(case: Case) -> int:
    return Alert.objects.filter(case=case).values_list("pk", flat=True)[0]


def test_one_word_per_person_and_case(lina: Actor, tomas: Actor, case: Case) -> None:
    feedback.say(actor=lina, alert_id=alert_of(case))
    feedback.say(actor=lina, alert_id=alert_of(case), kind="severity", note=" low at most ")
    feedback.say(actor=tomas, alert_id=alert_of(case))
    said = RuleFeedback.objects.order_by("pk").values_list("kind", "note", "rule_id", "rule_name")
    assert list(said) == [
        ("severity", "low at most", "r-9", "ssh brute force"),
        ("unsaid", "", "r-9", "ssh brute force"),
    ]
    assert Journal.objects.filter(verb="rule.feedback", case_id=case.pk).count() == 3


def test_one_more_click_takes_no_word_back(lina: Actor, case: Case) -> None:
    feedback.say(actor=lina, alert_id=alert_of(case), kind="noisy", note="nightly")
    said = feedback.say(actor=lina, alert_id=alert_of(case))
    assert (said.kind, said.note, RuleFeedback.objects.count()) == ("noisy", "nightly", 1)


def test_rules_are_listed_with_counts_and_verdicts(
    lina: Actor, tomas: Actor, open_case: Callable[..., Case], otto: Actor
) -> None:
    noisy = [open_case(assets=[], observables=[{"type": "user", "value": f"u{n}"}]) for n in range(2)]
    other = open_case(rule={"name": "no id, only a name"}, assets=[], observables=[{"type": "user", "value": "x"}])
    Case.objects.filter(pk=noisy[0].pk).update(state="closed", verdict="false_positive", closed_at=db_now())
    for case in noisy:
        feedback.say(actor=lina, alert_id=alert_of(case), note="the scanner again")
    feedback.say(actor=tomas, alert_id=alert_of(noisy[0]), kind="wrong")
    feedback.say(actor=tomas, alert_id=alert_of(other), kind="context")

    first, second = feedback.rules(lina)
    assert (first.rule_id, first.times, first.people) == ("r-9", 3, 2)
    assert first.kinds == {"unsaid": 2, "wrong": 1}
    assert first.verdicts == {"false_positive": 1}
    assert first.notes == ["the scanner again", "the scanner again"]
    assert (second.rule_id, second.rule_name) == ("no id, only a name", "no id, only a name")
    assert feedback.rules(otto) == []  # another team's

    heading, row, _ = feedback.as_rows(feedback.rules(lina))
    assert dict(zip(heading, row, strict=True))["kinds"] == "unsaid 2, wrong 1"


def test_who_and_what(otto: Actor, mara: Actor, lina: Actor, case: Case) -> None:
    with pytest.raises(NotFound):
        feedback.say(actor=otto, alert_id=alert_of(case))
    with pytest.raises(NotAllowed):
        feedback.say(actor=mara, alert_id=alert_of(case))
    with pytest.raises(Invalid, match="what is wrong"):
        feedback.say(actor=lina, alert_id=alert_of(case), kind="boring")
