"""Escalate, accept, return: the transfer, its rules and what follows."""

from __future__ import annotations

import pytest

from casebook.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from casebook.models import Clock, Journal, Work
from triage import answers, escalation, queries, tasks_t2
from triage.models import Decision, Escalation, Run, Task

pytestmark = pytest.mark.django_db


def test_escalate_keeps_the_record_and_hands_over(guessed, card, lina):
    answers.accept_all(actor=lina, ref=guessed.ref)
    sent = escalation.escalate(actor=lina, ref=guessed.ref)
    guessed.refresh_from_db()
    assert (guessed.state, guessed.tier, guessed.owner_id) == ("escalated", "t2", None)
    assert guessed.decided_at
    assert guessed.escalated_at
    assert guessed.acknowledged_at
    decision = Decision.objects.get()
    assert (decision.kind, decision.recommended, decision.followed) == ("escalate", "escalate", True)
    assert decision.record["criteria"][0]["state"] == "met"
    assert {one["detector"] for one in decision.record["findings"]} == {"D01", "D02", "D05"}
    assert [one["answer"]["value"] for one in decision.record["steps"]] == ["no", "yes", "yes"]
    assert sent.handover == sent.generated
    assert "D05 says yes." in sent.handover
    assert "203.0.113.7" in sent.handover
    assert Journal.objects.filter(verb="case.escalated").count() == 1
    assert Work.objects.filter(kind="notify").exists()
    states = dict(Clock.objects.filter(case=guessed).values_list("measure", "state"))
    assert states["time_to_accept"] == "running"


def test_against_the_recommendation_needs_a_reason(harmless, lina):
    with pytest.raises(Invalid) as refused:
        escalation.escalate(actor=lina, ref=harmless.ref)
    assert "reason" in refused.value.errors
    assert not Run.objects.exists()
    escalation.escalate(actor=lina, ref=harmless.ref, reason="the owner is abroad", handover_text="Look at this.")
    decision = Decision.objects.get()
    assert (decision.followed, decision.recommended) == (False, "more_needed")
    sent = Escalation.objects.get()
    assert sent.handover == "Look at this."
    assert sent.generated.startswith("# CB-")


def test_escalating_twice_is_a_conflict(guessed, lina):
    version = guessed.version
    escalation.escalate(actor=lina, ref=guessed.ref, version=version)
    with pytest.raises(Conflict) as refused:
        escalation.escalate(actor=lina, ref=guessed.ref, version=version)
    assert refused.value.extra["changed_by"] == "lina"
    with pytest.raises(WrongState):
        escalation.escalate(actor=lina, ref=guessed.ref)
    assert Escalation.objects.count() == 1


def test_accept_makes_it_mine_and_plans_the_tasks_once(guessed, card, lina, tomas, tessa):
    escalation.escalate(actor=lina, ref=guessed.ref)
    with pytest.raises(NotAllowed):
        escalation.accept(actor=lina, ref=guessed.ref)
    case = escalation.accept(actor=tomas, ref=guessed.ref)
    assert (case.state, case.owner_id) == ("investigating", tomas.person_id)
    assert list(Task.objects.values_list("title", "state")) == [
        ("Follow what the session did.", "open"), ("Look at the owner's laptop.", "open"),
    ]  # fmt: skip
    sent = Escalation.objects.get()
    assert (sent.state, sent.answered_by_id) == ("accepted", tomas.person_id)
    with pytest.raises(WrongState):
        escalation.accept(actor=tessa, ref=guessed.ref)
    assert tasks_t2.plan(actor=tomas, case=case) == 0


def test_return_lands_on_top_of_whoever_escalated(guessed, lina, tomas):
    escalation.escalate(actor=lina, ref=guessed.ref)
    with pytest.raises(Invalid) as refused:
        escalation.return_(actor=tomas, ref=guessed.ref, question=" ")
    assert "question" in refused.value.errors
    escalation.return_(actor=tomas, ref=guessed.ref, question="Was she travelling?", reason="not enough")
    guessed.refresh_from_db()
    assert (guessed.state, guessed.owner_id) == ("triage", lina.person_id)
    assert guessed.returned_question == "Was she travelling?"
    entry = Journal.objects.get(verb="case.returned")
    assert (entry.payload["question"], entry.payload["to"]) == ("Was she travelling?", "lina")
    escalation.escalate(actor=lina, ref=guessed.ref)
    guessed.refresh_from_db()
    assert guessed.returned_question == ""
    assert list(Escalation.objects.values_list("state", flat=True)) == ["returned", "waiting"]
    assert queries.desk(tomas).waiting[0].escalated_by == "lina"


def test_return_after_acceptance_keeps_the_tasks(guessed, lina, tomas):
    escalation.escalate(actor=lina, ref=guessed.ref)
    escalation.accept(actor=tomas, ref=guessed.ref)
    escalation.return_(actor=tomas, ref=guessed.ref, question="Was she travelling?")
    escalation.escalate(actor=lina, ref=guessed.ref)
    case = escalation.accept(actor=tomas, ref=guessed.ref)
    assert Task.objects.filter(case=case).count() == 2
    first = case.accepted_at
    case.refresh_from_db()
    assert case.accepted_at == first


def test_outsiders_and_onlookers(guessed, otto, mara):
    with pytest.raises(NotFound):
        escalation.escalate(actor=otto, ref=guessed.ref)
    with pytest.raises(NotAllowed):
        escalation.escalate(actor=mara, ref=guessed.ref)


def test_the_desk_shows_three_lists(make_case, lina, tomas, tessa, otto):
    cases = [make_case(("ip", f"203.0.113.{n}", "source"), severity=n) for n in (1, 4, 2)]
    for case in cases:
        escalation.escalate(actor=lina, ref=case.ref, reason="please look")
    escalation.accept(actor=tomas, ref=cases[0].ref)
    escalation.accept(actor=tessa, ref=cases[2].ref)
    desk = queries.desk(tomas)
    assert [case.pk for case in desk.waiting] == [cases[1].pk]
    assert [case.pk for case in desk.mine] == [cases[0].pk]
    assert [case.pk for case in desk.investigating] == [cases[2].pk]
    empty = queries.desk(otto)
    assert (empty.waiting, empty.mine, empty.investigating) == ([], [], [])
