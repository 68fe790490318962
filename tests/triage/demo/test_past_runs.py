"""The demo's month behind it: every past case was worked, and what is kept of that is what the product itself keeps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from casebook.models import Case, Team
from triage import run_view
from triage.demo import history
from triage.engine.inputs import from_json, pivotal
from triage.facts import in_rail_order, step_view
from triage.models import Answer, Decision, Escalation, Finding, Focus, Run
from triage.replay.choice import usual
from triage.replay.replaying import replay

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
CASES = 60


@pytest.fixture
def told() -> None:
    assert history.write(CASES, now=NOW) == CASES


def test_every_case_has_a_run_with_answers_seconds_and_a_decision(told: None) -> None:
    assert Run.objects.count() == CASES
    assert not Run.objects.exclude(answers__isnull=False).exists()
    assert not Case.objects.exclude(decisions__kind="close").exists()
    assert Focus.objects.filter(step=None).count() == 0
    assert Focus.objects.count() == Answer.objects.count()
    for run in Run.objects.all():
        assert run.revision == run.answers.count()


def test_there_is_something_to_see_in_every_figure(told: None) -> None:
    assert set(Answer.objects.values_list("proposal", flat=True)) == {"none", "accepted", "changed"}
    assert Answer.objects.filter(value="cannot_tell", unknowable=True).exists()
    assert set(Decision.objects.values_list("followed", flat=True)) == {True, False}
    assert Decision.objects.exclude(pivotal=[]).exists()
    assert {"accepted", "returned"} == set(Escalation.objects.values_list("state", flat=True))
    missing = Finding.objects.filter(answer="cannot_tell").values_list("data__missing", flat=True)
    assert missing
    assert all(missing)
    assert Case.objects.values("playbook_version").distinct().count() >= 5


def test_people_answer_and_decide_when_they_could(told: None) -> None:
    for answer in Answer.objects.select_related("run__case", "by"):
        decided = answer.run.case.decided_at
        assert decided
        assert answer.run.started_at <= answer.at <= decided
    for one in Escalation.objects.select_related("case"):
        times = [at for at in (one.case.escalated_at, one.at, one.answered_at, one.case.accepted_at) if at]
        assert len(times) == 4
        assert times == sorted(times)
        assert one.answered_by_id == one.case.owner_id


def test_what_a_decision_kept_is_what_the_engine_says_of_its_inputs(told: None) -> None:
    for one in Decision.objects.select_related("run__version").prefetch_related("run__version__steps"):
        assert one.run
        steps = [step_view(step) for step in in_rail_order(one.run.version.steps.all())]
        inputs = from_json(one.inputs)
        decision = inputs.decide(steps)
        assert decision.recommendation.decision == one.recommended == one.record["recommendation"]["decision"]
        assert pivotal(steps, inputs, decision) == one.pivotal


def test_a_past_case_reads_as_one_that_was_worked_here(told: None) -> None:
    """What is stored shows no answer as overtaken: findings and the proposals kept with answers belong together."""
    for case in Case.objects.select_related("playbook_version__playbook")[:10]:
        assert not [line for line in run_view.view(case).lines if line.stale]


def test_a_replay_by_the_version_they_followed_changes_nothing(told: None) -> None:
    blue = Team.objects.get(slug="blue")
    for run in Run.objects.select_related("version__playbook").distinct("version"):
        slug = run.version.playbook.slug
        report = replay(run.version, usual([blue.pk], playbook=slug, days=3650))
        assert report.cases == Run.objects.filter(version=run.version).count()
        assert (report.changed, report.unkept) == (0, 0)


def test_the_same_seed_tells_the_same(told: None) -> None:
    first = _story()
    history.write(CASES, now=NOW)
    ours = Run.objects.order_by("pk")[CASES:].values_list("case", flat=True)
    assert _story(list(ours)) == first


def _story(cases: list[int] | None = None) -> list[tuple[str, str, int, bool]]:
    found = Decision.objects.order_by("pk")
    found = found if cases is None else found.filter(case__in=cases)
    return [(one.kind, one.recommended, len(one.pivotal), one.followed) for one in found]
