"""Past cases decided again: by the version they followed nothing changes, by another exactly what it says."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from casebook.models import Job
from tests.triage.conftest import make_card, work_off
from triage import answers, decisions, escalation
from triage.engine.inputs import Inputs, from_json, pivotal, to_json
from triage.engine.types import AlertView, AnswerView, FindingView, LookupView, StepView
from triage.models import Decision
from triage.replay import job as replay_job
from triage.replay.choice import usual
from triage.replay.replaying import replay

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(harmless, card, lina):
    """A case closed as recommended, by its proposals accepted."""
    for text in ("Does one name", "Did a guess"):
        answers.accept(actor=lina, ref=harmless.ref, step_id=card[text].pk)
    decisions.close(actor=lina, ref=harmless.ref, verdict="false_positive")
    return harmless


@pytest.fixture
def stricter(card):
    """A draft that escalates where D02 says no: nonsense, and so surely another outcome."""
    draft = make_card("guessing", 2, "draft")
    step = draft["Others report"]
    step.expression, step.confirmed = {"finding": {"detector": "D02", "answer": "no"}}, True
    step.save()
    return draft.version


def over(case, **more):
    return usual([case.team_id], **more)


def test_the_version_it_followed_comes_to_the_same(closed, card, guessed, lina):
    report = replay(card.version, over(closed))
    assert (report.cases, report.changed, report.changes) == (1, 0, [])
    assert dict(report.matrix) == {("close: false_positive", "close: false_positive"): 1}


def test_another_version_tells_which_change_and_why(closed, stricter):
    report = replay(stricter, over(closed))
    assert report.changed == 1
    [change] = report.changes
    assert (change["case"], change["done"]) == (closed.ref, "false_positive")
    assert change["followed"] == {"slug": "guessing", "version": 1}
    assert (change["from"]["decision"], change["to"]["decision"]) == ("close", "escalate")
    assert any("D01 says no" in line for line in change["from"]["because"])
    assert any("D02 says no" in line for line in change["to"]["because"])


def test_twice_is_the_same_to_the_byte(closed, stricter):
    first, second = (json.dumps(replay(stricter, over(closed)).to_json()) for _ in range(2))
    assert first == second


def test_what_happens_later_does_not_reach_into_it(closed, card, stricter):
    """The inputs are kept with the decision: findings that change after it change no replay."""
    before = replay(stricter, over(closed)).to_json()
    closed.findings.all().update(answer="yes", sentence="changed later")
    assert replay(stricter, over(closed)).to_json() == before


def test_tier_2_decides_for_itself_and_its_case_counts_by_tier_1s_decision(guessed, card, lina, tomas):
    escalation.escalate(actor=lina, ref=guessed.ref)
    escalation.accept(actor=tomas, ref=guessed.ref)
    decisions.close(actor=tomas, ref=guessed.ref, verdict="true_positive", reason="the session read mail")
    report = replay(card.version, over(guessed))
    assert dict(report.matrix) == {("escalate", "escalate"): 1}


def test_a_decision_from_before_inputs_were_kept_is_counted_apart(closed, card):
    Decision.objects.update(inputs={})
    report = replay(card.version, over(closed))
    assert (report.cases, report.unkept) == (0, 1)


def test_cases_are_chosen_by_playbook_time_team_and_name(closed, card, green):
    assert replay(card.version, over(closed, playbook="other")).cases == 0
    assert replay(card.version, usual([green.pk])).cases == 0
    assert replay(card.version, over(closed, days=0)).cases == 0


def test_inputs_are_read_back_as_they_were():
    inputs = Inputs(
        answers={"question:1": AnswerView("yes", proposal_answer="no", proposal_digest="d", person="lina")},
        findings=(FindingView("D01", "yes", missing=("web events",), figures={"attempts": 31}),),
        lookups=(LookupView("ip", "203.0.113.7", None), LookupView("ip", "203.0.113.8", "listed", "lists", 3.5)),
        alert=AlertView({"severity": "high", "techniques": ["T1110"]}),
        computing=frozenset({"D05"}),
        accepted=True,
    )
    assert from_json(json.loads(json.dumps(to_json(inputs)))) == inputs


def test_an_answer_is_pivotal_where_without_it_the_recommendation_is_another():
    met = {"answer": {"step": "q:1", "value": "yes"}}
    steps = [
        StepView(1, "q:1", "question", 1, "One?", "suspicious", required=True),
        StepView(2, "q:2", "question", 2, "Two?", "open"),
        StepView(3, "c:1", "criterion", 1, "Met.", expression=met, confirmed=True),
    ]
    inputs = Inputs(answers={"q:1": AnswerView("yes"), "q:2": AnswerView("noted")})
    assert pivotal(steps, inputs, inputs.decide(steps)) == ["q:1"]


# ------------------------------------------------------------------ asked for by a person
def test_a_job_tells_what_the_command_tells(closed, stricter, lea):
    asked = replay_job.ask(actor=lea, slug="guessing", number="2", choice=over(closed))
    work_off("jobs")
    job = Job.objects.get(pk=asked.pk)
    assert (job.state, job.done, job.total) == ("done", 1, 1)
    said = StringIO()
    call_command("replay", "guessing", "-n", "2", "--format", "json", stdout=said)
    assert json.loads(said.getvalue())["changes"] == job.result["changes"]


def test_an_author_who_reads_no_cases_is_told_without_the_evidence(closed, stricter, pia):
    asked = replay_job.ask(actor=pia, slug="guessing", number="2", choice=over(closed))
    work_off("jobs")
    [change] = Job.objects.get(pk=asked.pk).result["changes"]
    assert change["to"]["because"] == ["“Others report the same.” is met"]
    assert "D01" not in json.dumps(change)


def test_a_job_asked_to_stop_stops_and_says_how_far_it_came(closed, stricter, lea):
    asked = replay_job.ask(actor=lea, slug="guessing", number="2", choice=over(closed))
    Job.objects.filter(pk=asked.pk).update(cancel_asked=True, state="running")
    work_off("jobs")
    assert Job.objects.get(pk=asked.pk).state == "cancelled"


def test_the_command_checks(closed, stricter):
    said = StringIO()
    call_command("replay", "guessing", "-n", "1", "--check", stdout=said)
    assert "0 recommendations change" in said.getvalue()
    with pytest.raises(CommandError, match=r"1 recommendation\(s\) change"):
        call_command("replay", "guessing", "--check", stdout=StringIO())
    with pytest.raises(CommandError, match="no version 9 of playbook guessing"):
        call_command("replay", "guessing", "-n", "9")
    with pytest.raises(CommandError, match="no team nowhere"):
        call_command("replay", "guessing", "--team", "nowhere")
