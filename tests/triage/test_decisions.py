"""Closing: who may, when a reason is needed, what is kept and counted."""

from __future__ import annotations

import pytest
from django.utils import timezone

from casebook.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from casebook.models import Grouping, Journal, Work
from triage import answers, decisions, escalation
from triage.models import Decision, Escalation, Task

pytestmark = pytest.mark.django_db


def clear(case, card, lina):
    for text in ("Does one name", "Did a guess"):
        answers.accept(actor=lina, ref=case.ref, step_id=card[text].pk)


def test_following_the_recommendation_needs_no_reason(harmless, card, lina, source):
    clear(harmless, card, lina)
    Grouping.objects.create(team=harmless.team, source=source, key="k", case=harmless, until=timezone.now())
    decision = decisions.close(actor=lina, ref=harmless.ref, verdict="false_positive")
    harmless.refresh_from_db()
    assert (harmless.state, harmless.verdict, harmless.closed_how) == ("closed", "false_positive", "person")
    assert (decision.followed, decision.overridden, decision.recommended) == (True, [], "close")
    assert not Grouping.objects.exists()
    assert Journal.objects.filter(verb="case.closed").count() == 1


def test_open_required_steps_are_counted_and_need_a_reason(harmless, card, lina):
    answers.accept(actor=lina, ref=harmless.ref, step_id=card["Does one name"].pk)
    with pytest.raises(Invalid) as refused:
        decisions.close(actor=lina, ref=harmless.ref, verdict="benign_positive")
    assert "reason" in refused.value.errors
    assert [one["why"] for one in refused.value.extra["open_steps"]] == ["unanswered"]
    decision = decisions.close(actor=lina, ref=harmless.ref, verdict="benign_positive", reason="a planned test")
    assert (decision.followed, len(decision.overridden)) == (False, 1)


def test_an_unaccepted_cannot_tell_is_open_and_an_unknowable_one_is_not(case, card, lina):
    for text in ("Does one name", "Did a guess"):
        answers.answer(actor=lina, ref=case.ref, step_id=card[text].pk, value="cannot_tell")
    with pytest.raises(Invalid) as refused:
        decisions.close(actor=lina, ref=case.ref, verdict="false_positive")
    assert {one["why"] for one in refused.value.extra["open_steps"]} == {"cannot tell"}
    for text in ("Does one name", "Did a guess"):
        answers.answer(
            actor=lina, ref=case.ref, step_id=card[text].pk, value="cannot_tell", unknowable=True, note="no such log"
        )
    assert decisions.close(actor=lina, ref=case.ref, verdict="false_positive").followed


def test_a_true_positive_is_tier_2s_to_close(guessed, lina, tomas):
    with pytest.raises(NotAllowed):
        decisions.close(actor=lina, ref=guessed.ref, verdict="true_positive", reason="it is")
    escalation.escalate(actor=lina, ref=guessed.ref)
    with pytest.raises(NotAllowed):
        decisions.close(actor=lina, ref=guessed.ref, verdict="false_positive", reason="after all")
    escalation.accept(actor=tomas, ref=guessed.ref)
    with pytest.raises(Invalid) as refused:
        decisions.close(actor=tomas, ref=guessed.ref, verdict="true_positive")
    assert "reason" in refused.value.errors
    decision = decisions.close(actor=tomas, ref=guessed.ref, verdict="true_positive", reason="the session read mail")
    assert (decision.recommended, decision.followed) == ("none", True)
    assert set(Task.objects.values_list("state", flat=True)) == {"not_done"}


def test_closing_what_waits_for_tier_2_ends_the_transfer(guessed, lina, tessa):
    escalation.escalate(actor=lina, ref=guessed.ref)
    decisions.close(actor=tessa, ref=guessed.ref, verdict="benign_positive", reason="our own scanner")
    assert Escalation.objects.get().state == "closed"


def test_every_verdict_that_clears_nothing_says_why(harmless, card, lina):
    clear(harmless, card, lina)
    for verdict in ("duplicate", "undetermined"):
        with pytest.raises(Invalid) as refused:
            decisions.close(actor=lina, ref=harmless.ref, verdict=verdict)
        assert "reason" in refused.value.errors
    with pytest.raises(Invalid) as refused:
        decisions.close(actor=lina, ref=harmless.ref, verdict="clean")
    assert "verdict" in refused.value.errors


def test_closing_twice_is_a_conflict_that_says_who(harmless, card, lina, lea):
    clear(harmless, card, lina)
    harmless.refresh_from_db()
    version = harmless.version
    decisions.close(actor=lina, ref=harmless.ref, verdict="false_positive", version=version)
    with pytest.raises(Conflict) as refused:
        decisions.close(actor=lea, ref=harmless.ref, verdict="benign_positive", version=version)
    assert (refused.value.extra["changed_by"], refused.value.extra["state"]) == ("lina", "closed")
    with pytest.raises(WrongState):
        decisions.close(actor=lea, ref=harmless.ref, verdict="benign_positive")
    assert Decision.objects.count() == 1
    with pytest.raises(WrongState):
        answers.accept(actor=lina, ref=harmless.ref, step_id=card["Did a guess"].pk)


def test_outsiders(harmless, otto, mara, aude):
    with pytest.raises(NotFound):
        decisions.close(actor=otto, ref=harmless.ref, verdict="false_positive")
    for actor in (mara, aude):
        with pytest.raises(NotAllowed):
            decisions.close(actor=actor, ref=harmless.ref, verdict="false_positive")


def test_a_verdict_asks_open_relatives_again(make_case, lina):
    one = make_case(("ip", "203.0.113.7", "source"))
    other = make_case(("ip", "203.0.113.7", "source"))
    stranger = make_case(("ip", "203.0.113.8", "source"))
    decisions.close(actor=lina, ref=one.ref, verdict="false_positive", reason="a load test")
    asked = set(Work.objects.filter(kind="findings.compute").values_list("subject", flat=True))
    assert f"case:{other.pk}" in asked
    assert f"case:{stranger.pk}" not in asked
