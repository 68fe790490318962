"""Answers: what is taken, what is refused, what is kept."""

from __future__ import annotations

import pytest

from casebook.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from casebook.models import Case, Journal
from tests.triage.conftest import Card, make_card, said, tell
from triage import answers, escalation, run_view, taking_back
from triage.models import Answer, Run

pytestmark = pytest.mark.django_db


def verbs(case: Case) -> list[str]:
    return list(Journal.objects.filter(case_id=case.pk).order_by("id").values_list("verb", flat=True))


def test_an_answer_takes_the_case_begins_the_run_and_is_told(guessed, card, lina):
    step = card["Does one name"]
    given = answers.answer(actor=lina, ref=guessed.ref, step_id=step.pk, value="yes", revision=0)
    guessed.refresh_from_db()
    assert (guessed.state, guessed.owner_id) == ("triage", lina.person_id)
    assert (given.value, given.proposal, given.proposal_answer, given.revision) == ("yes", "accepted", "yes", 1)
    assert given.snapshot == [
        {"detector": "D01", "scope": "case", "answer": "yes", "sentence": "D01 says yes.",
         "digest": given.snapshot[0]["digest"]}
    ]  # fmt: skip
    assert Run.objects.get(case=guessed).revision == 1
    assert verbs(guessed)[-3:] == ["case.taken", "run.started", "step.answered"] or "case.taken" in verbs(guessed)


def test_looking_begins_no_run(guessed):
    view = run_view.view(guessed)
    assert (view.revision, Run.objects.count()) == (0, 0)
    assert view.recommendation.decision == "escalate"  # on proposals alone: a compromise waits for no click


def test_answering_otherwise_needs_half_a_sentence(guessed, card, lina):
    step = card["Does one name"]
    with pytest.raises(Invalid) as refused:
        answers.answer(actor=lina, ref=guessed.ref, step_id=step.pk, value="no", note=" x")
    assert "note" in refused.value.errors
    given = answers.answer(actor=lina, ref=guessed.ref, step_id=step.pk, value="no", note="a load test")
    assert (given.proposal, given.proposal_answer) == ("changed", "yes")
    guessed.refresh_from_db()
    assert Journal.objects.filter(verb="step.answered", payload__before=None).count() == 1


@pytest.mark.parametrize(
    ("text", "value", "extra", "field"),
    [
        ("Does one name", "met", {}, "value"),
        ("Does one name", "noted", {"note": "some text"}, "value"),
        ("Does one name", "yes", {"unknowable": True}, "unknowable"),
        ("Did a guess", "cannot_tell", {"unknowable": True}, "note"),
        ("Which doors", "noted", {}, "note"),
        ("A guess worked", "met", {}, "value"),
        ("Others report", "yes", {}, "value"),
        ("Login records", "yes", {}, "value"),
        ("Does one name", "yes", {"note": "x" * 20_001}, "note"),
    ],
)
def test_what_a_step_does_not_take_is_refused_by_field(guessed, card, lina, text, value, extra, field):
    with pytest.raises(Invalid) as refused:
        answers.answer(actor=lina, ref=guessed.ref, step_id=card[text].pk, value=value, **extra)
    assert field in refused.value.errors
    assert not Answer.objects.exists()


def test_each_section_takes_its_own_values(guessed, card, lina):
    for text, value, note in [
        ("Which doors", "noted", "ports 22 and 2222"),
        ("Others report", "met", ""),
        ("Login records", "done", ""),
        ("One address", "no", ""),
        ("Ask the owner", "done", "she was asleep"),
    ]:
        answers.answer(actor=lina, ref=guessed.ref, step_id=card[text].pk, value=value, note=note)
    assert Answer.objects.filter(current=True).count() == 5


def test_a_judged_criterion_moves_the_recommendation(harmless, card, lina):
    answers.answer(actor=lina, ref=harmless.ref, step_id=card["Others report"].pk, value="met")
    view = run_view.view(harmless)
    assert view.recommendation.decision == "escalate"
    assert view.criteria[1].criterion.judged_by == "lina"


def test_the_same_answer_twice_is_one_answer(guessed, card, lina):
    step = card["Does one name"]
    first = answers.accept(actor=lina, ref=guessed.ref, step_id=step.pk)
    again = answers.accept(actor=lina, ref=guessed.ref, step_id=step.pk)
    assert first.pk == again.pk
    assert Run.objects.get().revision == 1


def test_a_stale_revision_is_a_conflict_that_names_who_and_what(guessed, card, lina, lea):
    step = card["Does one name"]
    answers.answer(actor=lea, ref=guessed.ref, step_id=step.pk, value="yes")
    with pytest.raises(Conflict) as refused:
        answers.answer(actor=lina, ref=guessed.ref, step_id=step.pk, value="partly", note="only two", revision=0)
    assert (refused.value.extra["changed_by"], refused.value.extra["value"]) == ("lea", "yes")
    answers.answer(actor=lina, ref=guessed.ref, step_id=step.pk, value="partly", note="only two", revision=1)
    assert list(Answer.objects.order_by("revision").values_list("value", "current")) == [
        ("yes", False), ("partly", True),
    ]  # fmt: skip


def test_changed_since_you_answered_needs_a_fresh_answer(harmless, card, lina):
    for text in ("Does one name", "Did a guess"):
        answers.accept(actor=lina, ref=harmless.ref, step_id=card[text].pk)
    assert run_view.view(harmless).recommendation.decision == "close"
    tell(harmless, said("D01", "yes"), said("D02", "no"), said("D05", "no"))
    view = run_view.view(harmless)
    line = view.line(card["Does one name"].pk)
    assert (line.stale, line.mark, line.answer.value, line.proposal.answer) == (True, "stale", "no", "yes")
    assert view.recommendation.decision == "more_needed"
    answers.answer(actor=lina, ref=harmless.ref, step_id=card["Does one name"].pk, value="no", note="a load test")
    assert run_view.view(harmless).recommendation.decision == "close"


def test_accept_all_records_each_and_leaves_given_answers(guessed, card, lina):
    answers.answer(actor=lina, ref=guessed.ref, step_id=card["Does one name"].pk, value="no", note="a load test")
    given = answers.accept_all(actor=lina, ref=guessed.ref)
    assert {one.step.text: one.value for one in given} == {
        "One address fails in bursts.": "no", "Did a guess work?": "yes",
    }  # fmt: skip
    assert answers.accept_all(actor=lina, ref=guessed.ref) == []
    assert Answer.objects.get(step=card["Does one name"], current=True).value == "no"
    assert Journal.objects.filter(verb="step.answered").count() == 3


def test_nothing_to_accept_is_said(case, card, lina):
    with pytest.raises(WrongState):
        answers.accept(actor=lina, ref=case.ref, step_id=card["Which doors"].pk)


def test_done_is_for_what_is_done(case, card, lina):
    assert answers.done(actor=lina, ref=case.ref, step_id=card["Ask the owner"].pk, note="asked").value == "done"
    assert Journal.objects.filter(verb="step.done").count() == 1
    with pytest.raises(Invalid):
        answers.done(actor=lina, ref=case.ref, step_id=card["Did a guess"].pk)


def test_undo_goes_back_step_by_step_and_deletes_nothing(guessed, card, lina):
    step = card["Does one name"]
    answers.answer(actor=lina, ref=guessed.ref, step_id=step.pk, value="yes")
    answers.answer(actor=lina, ref=guessed.ref, step_id=step.pk, value="partly", note="only two")
    [restored] = taking_back.undo(actor=lina, ref=guessed.ref)
    assert (restored.value, restored.revision, restored.proposal) == ("yes", 3, "accepted")
    assert taking_back.undo(actor=lina, ref=guessed.ref) == [None]
    assert not Answer.objects.filter(current=True).exists()
    assert Answer.objects.count() == 3
    with pytest.raises(WrongState):
        taking_back.undo(actor=lina, ref=guessed.ref)
    again = answers.answer(actor=lina, ref=guessed.ref, step_id=step.pk, value="yes", revision=0)
    assert again.revision == 4
    assert Journal.objects.filter(verb="step.undone").count() == 2


def test_undo_restores_a_colleagues_answer_under_their_name(guessed, card, lina, lea):
    step = card["Does one name"]
    answers.answer(actor=lea, ref=guessed.ref, step_id=step.pk, value="yes")
    with pytest.raises(WrongState):
        taking_back.undo(actor=lina, ref=guessed.ref)
    answers.answer(actor=lina, ref=guessed.ref, step_id=step.pk, value="no", note="a load test")
    [restored] = taking_back.undo(actor=lina, ref=guessed.ref)
    assert (restored.value, restored.by.username) == ("yes", "lea")


def test_an_old_answer_is_not_undone(guessed, card, lina):
    given = answers.accept(actor=lina, ref=guessed.ref, step_id=card["Does one name"].pk)
    Answer.objects.filter(pk=given.pk).update(at=given.at - 2 * taking_back.LONGEST)
    with pytest.raises(WrongState):
        taking_back.undo(actor=lina, ref=guessed.ref)


def test_outsiders_other_roles_and_foreign_steps(guessed, card, lina, otto, mara, pia):
    step = card["Does one name"].pk
    with pytest.raises(NotFound):
        answers.accept(actor=otto, ref=guessed.ref, step_id=step)
    with pytest.raises(NotFound):
        answers.accept(actor=pia, ref=guessed.ref, step_id=step)
    with pytest.raises(NotAllowed):
        answers.accept(actor=mara, ref=guessed.ref, step_id=step)
    other: Card = make_card("other")
    with pytest.raises(NotFound):
        answers.accept(actor=lina, ref=guessed.ref, step_id=other["Does one name"].pk)
    for text in ("Follow what", "Block the"):
        with pytest.raises(WrongState):
            answers.answer(actor=lina, ref=guessed.ref, step_id=card[text].pk, value="yes")
    assert not Answer.objects.exists()


def test_with_tier_2_only_tier_2_answers(guessed, card, lina, tomas):
    step = card["Does one name"].pk
    escalation.escalate(actor=lina, ref=guessed.ref)
    for actor in (lina, tomas):
        with pytest.raises(WrongState):
            answers.accept(actor=actor, ref=guessed.ref, step_id=step)
    escalation.accept(actor=tomas, ref=guessed.ref)
    with pytest.raises(NotAllowed):
        answers.accept(actor=lina, ref=guessed.ref, step_id=step)
    assert answers.accept(actor=tomas, ref=guessed.ref, step_id=step).value == "yes"
