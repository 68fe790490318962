"""The run: begun once, whoever comes first; abandoned where another playbook is chosen."""

from __future__ import annotations

import pytest
from django.db import connection

from casebook.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from casebook.models import Journal
from tests.triage.conftest import make_card
from triage import answers, escalation, focusing, run_view, runs
from triage.models import Answer, Focus, Run, Task

pytestmark = pytest.mark.django_db


def test_two_who_begin_at_once_get_the_same_run(case, lina, lea):
    first, second = runs.current(lina, case), runs.current(lea, case)
    assert first == second
    assert Journal.objects.filter(verb="run.started").count() == 1


def test_another_playbook_keeps_the_old_run_and_says_why(guessed, card, lina):
    answers.answer(actor=lina, ref=guessed.ref, step_id=card["Does one name"].pk, value="yes")
    other = make_card("probing")
    run = runs.change_playbook(actor=lina, ref=guessed.ref, slug="probing", reason="it is a scan")
    guessed.refresh_from_db()
    assert guessed.playbook_version == other.version == run.version
    assert "it is a scan" in guessed.playbook_why
    old = Run.objects.exclude(pk=run.pk).get()
    assert old.abandoned_at
    assert old.abandoned_reason == "it is a scan"
    assert Answer.objects.filter(run=old).count() == 1
    assert run_view.view(guessed).decision.progress.answered == 0
    verbs = set(Journal.objects.filter(case_id=guessed.pk).values_list("verb", flat=True))
    assert {"case.playbook", "run.abandoned"} <= verbs
    with pytest.raises(Conflict):
        runs.change_playbook(actor=lina, ref=guessed.ref, slug="probing", reason="again")


def test_a_version_may_be_chosen_but_never_a_draft_or_another_teams(case, card, green, lina):
    make_card("guessing", 3, "retired")
    make_card("guessing", 2, "draft")
    make_card("secret", team=green)
    for slug, number, field in [
        ("guessing", 2, "playbook_version"), ("secret", None, "playbook"), ("none", None, "playbook"),
    ]:  # fmt: skip
        with pytest.raises(Invalid) as refused:
            runs.change_playbook(actor=lina, ref=case.ref, slug=slug, number=number, reason="better")
        assert field in refused.value.errors
    with pytest.raises(Invalid) as refused:
        runs.change_playbook(actor=lina, ref=case.ref, slug="guessing", reason=" ")
    assert "reason" in refused.value.errors
    assert runs.change_playbook(actor=lina, ref=case.ref, slug="guessing", number=3, reason="older").version.number == 3


def test_who_may_change_it_and_when(guessed, lina, tomas, otto, mara):
    make_card("probing")
    for actor, error in ((otto, NotFound), (mara, NotAllowed)):
        with pytest.raises(error):
            runs.change_playbook(actor=actor, ref=guessed.ref, slug="probing", reason="better")
    escalation.escalate(actor=lina, ref=guessed.ref)
    with pytest.raises(WrongState):
        runs.change_playbook(actor=tomas, ref=guessed.ref, slug="probing", reason="better")
    escalation.accept(actor=tomas, ref=guessed.ref)
    with pytest.raises(NotAllowed):
        runs.change_playbook(actor=lina, ref=guessed.ref, slug="probing", reason="better")
    runs.change_playbook(actor=tomas, ref=guessed.ref, slug="probing", reason="better")
    assert Task.objects.count() == 4  # the old ones stay, the new playbook's are planned


def test_the_facts_are_seven_queries_however_much_there_is(guessed, card, lina, django_assert_num_queries):
    with django_assert_num_queries(7):
        run_view.view(guessed)  # no run yet: no answers to ask for, but whether one is being computed
    answers.accept_all(actor=lina, ref=guessed.ref)
    for text in ("Login records", "Ask the owner"):
        answers.done(actor=lina, ref=guessed.ref, step_id=card[text].pk)
    with django_assert_num_queries(7):
        run_view.view(guessed)


def test_focus_adds_up_by_step_and_person(case, card, lina, lea, mara):
    step = card["Does one name"].pk
    for actor, seconds in ((lina, 10), (lina, 5), (lea, 7)):
        focusing.focus(actor=actor, ref=case.ref, seconds=seconds, step_id=step)
    focusing.focus(actor=lina, ref=case.ref, seconds=3)
    focusing.focus(actor=lina, ref=case.ref, seconds=4)
    assert run_view.view(case).line(step).seconds == 22
    assert sorted(Focus.objects.values_list("seconds", flat=True)) == [7, 7, 15]
    case.refresh_from_db()
    assert case.owner_id is None  # looking takes no case
    for seconds, step_id, field in (
        (0, step, "seconds"),
        (301, step, "seconds"),
        (5, make_card("x")["Did"].pk, "step"),
    ):
        with pytest.raises(Invalid) as refused:
            focusing.focus(actor=lina, ref=case.ref, seconds=seconds, step_id=step_id)
        assert field in refused.value.errors
    with pytest.raises(NotAllowed):
        focusing.focus(actor=mara, ref=case.ref, seconds=5)
    assert connection.in_atomic_block


def test_marks_tell_what_each_step_waits_for(guessed, card, lina):
    marks = {line.step.text: line.mark for line in run_view.view(guessed).lines}
    assert marks["Login records of the hosts."] == "waiting"
    assert marks["Does one name fail again and again?"] == "proposed"
    assert marks["Which doors were knocked at?"] == "open"
    assert marks["A guess worked."] == "proposed"
    assert marks["Others report the same."] == "open"
    answers.accept(actor=lina, ref=guessed.ref, step_id=card["Does one name"].pk)
    marks = {line.step.text: line.mark for line in run_view.view(guessed).lines}
    assert marks["Does one name fail again and again?"] == "answered"
