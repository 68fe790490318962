"""Counts of a few runs that can be told by hand; each list holds exactly the cases its figure counted."""

from __future__ import annotations

from datetime import timedelta
from statistics import median

import pytest
from django.utils import timezone

from casebook.errors import Invalid, NotAllowed, NotFound
from tests.triage.conftest import make_card, said, tell
from triage import answers, decisions, escalation
from triage.models import Answer, Decision, Focus, Run
from triage.playbook_report.behind import FIGURES, Figure, behind, read_figure
from triage.playbook_report.report import report
from triage.playbook_report.scope import Scope, may_open, read

pytestmark = pytest.mark.django_db
ADDRESS = ("ip", "203.0.113.7", "source")


@pytest.fixture
def scope():
    now = timezone.now()
    return Scope(now - timedelta(days=1), now + timedelta(days=1), "guessing")


@pytest.fixture
def closed(harmless, card, lina):
    """Proposals accepted, closed as recommended."""
    for text in ("Does one name", "Did a guess"):
        answers.accept(actor=lina, ref=harmless.ref, step_id=card[text].pk)
    decisions.close(actor=lina, ref=harmless.ref, verdict="false_positive")
    return harmless


@pytest.fixture
def returned(make_case, card, lina, tomas):
    """Login records are missing, so one answer is *cannot tell*; escalated against no recommendation, and returned."""
    case = make_case(ADDRESS)
    tell(case, said("D01", "cannot_tell"), said("D05", "no"))
    answers.answer(actor=lina, ref=case.ref, step_id=card["Does one name"].pk, value="cannot_tell")
    answers.answer(actor=lina, ref=case.ref, step_id=card["Did a guess"].pk, value="yes", note="the owner says so")
    escalation.escalate(actor=lina, ref=case.ref, reason="please look at this")
    escalation.return_(actor=tomas, ref=case.ref, reason="missing_evidence", question="Where are the records?")
    return case


def test_figures_of_a_playbook(closed, returned, scope, lea):
    [line] = report(lea, Scope(scope.start, scope.end)).lines
    assert (line.name, line.runs, line.abandoned, line.closed) == ("guessing", 2, 0, 1)
    assert dict(line.verdicts) == {"false_positive": 1}
    assert (line.unknown, line.answers, line.unknown_rate) == (1, 4, 0.25)
    assert (line.escalated, line.returned, line.return_rate) == (1, 1, 1.0)
    assert line.decided == 2
    assert line.overridden == Decision.objects.filter(followed=False).count()


def test_questions_and_what_they_lacked(closed, returned, scope, lea, card):
    found = report(lea, scope)
    by_key = {one.key: one for one in found.questions}
    name, guess = by_key[card["Does one name"].key], by_key[card["Did a guess"].key]
    assert name.text == "Does one name fail again and again?"
    assert (name.answers, name.unknown, guess.unknown) == (2, 1, 0)
    assert (guess.accepted, guess.changed, guess.changed_rate) == (1, 1, 0.5)
    assert [(one.missing, one.answers, one.runs) for one in found.lacks] == [("authentication events", 1, 1)]


def test_pivotal_is_what_the_decisions_say(closed, returned, scope, lea):
    for one in report(lea, scope).questions:
        said_so = Decision.objects.filter(pivotal__contains=[one.key]).count()
        assert (one.pivotal, one.decided) == (said_so, 2)
    assert Decision.objects.exclude(pivotal=[]).exists(), "nothing was pivotal: the test shows nothing"


def test_active_time_is_summed_by_run_and_told_by_question(closed, make_case, card, lina, scope, lea):
    step, other = card["Does one name"], card["Did a guess"]
    seconds = [(10, 5), (40, 5), (100, 5)]
    runs = [Run.objects.get(case=closed)]
    runs += [Run.objects.create(team=case.team, case=case, version=card.version) for case in (make_case(), make_case())]
    for run in runs:
        Answer.objects.get_or_create(
            run=run, step=step, current=True, defaults={"value": "no", "by_id": lina.person_id}
        )
    Focus.objects.all().delete()
    for run, (one, two) in zip(runs, seconds, strict=True):
        Focus.objects.create(run=run, step=step, person_id=lina.person_id, seconds=one)
        Focus.objects.create(run=run, step=other, person_id=lina.person_id, seconds=two)
    found = report(lea, scope)
    assert (found.lines[0].median_s, found.lines[0].timed) == (median(sum(pair) for pair in seconds), 3)
    assert found.lines[0].p90_s == pytest.approx(45 + 0.8 * 60)
    question = next(one for one in found.questions if one.key == step.key)
    assert (question.median_s, question.timed) == (40, 3)


def test_an_abandoned_run_counts_as_such_and_nowhere_else(closed, scope, lea):
    Run.objects.update(abandoned_at=timezone.now(), abandoned_reason="another playbook fits")
    found = report(lea, scope)
    assert (found.lines[0].runs, found.lines[0].abandoned, found.lines[0].closed) == (1, 1, 0)
    assert dict(found.lines[0].reasons) == {"another playbook fits": 1}
    assert (found.questions, found.lacks, found.lines[0].decided) == ([], [], 0)


def test_a_question_keeps_its_line_across_versions(closed, make_case, card, lina, scope, lea):
    card.version.state = "retired"
    card.version.save()
    second, case = make_card("guessing", 2), make_case()
    run = Run.objects.create(team=case.team, case=case, version=second.version)
    Answer.objects.create(run=run, step=second["Does one name"], value="yes", by_id=lina.person_id)
    found = report(lea, scope)
    assert [(line.name, line.runs) for line in found.lines] == [(2, 1), (1, 1)]
    assert next(one for one in found.questions if one.key == card["Does one name"].key).answers == 2


def test_gain_and_idle_questions_wait_for_enough_cases(closed, make_case, card, lina, scope, lea):
    step = card["Did a guess"]
    assert [one.gain_bits for one in report(lea, scope).questions] == [None, None]
    Answer.objects.filter(step=step).update(value="no")
    for at in range(19):
        verdict, value = ("true_positive", "yes") if at < 10 else ("false_positive", "no")
        case = make_case(state="closed", verdict=verdict, closed_at=timezone.now())
        run = Run.objects.create(team=case.team, case=case, version=card.version)
        Answer.objects.create(run=run, step=step, value=value, by_id=lina.person_id)
        Decision.objects.create(team=case.team, case=case, run=run, kind="close", verdict=verdict, by_id=lina.person_id)
    Decision.objects.update(pivotal=[])
    question = next(one for one in report(lea, scope).questions if one.key == step.key)
    assert question.gain_bits == pytest.approx(1.0)
    assert [one.key for one in report(lea, scope).never_changes] == [step.key]
    Decision.objects.filter(case=closed).update(pivotal=[step.key])
    assert report(lea, scope).never_changes == []


def test_each_list_holds_the_cases_its_figure_counted(closed, returned, scope, lea, card):
    found = report(lea, scope)
    [line] = found.lines
    for name in ("runs", "abandoned", "closed", "timed", "decided", "overridden", "escalated", "returned"):
        assert behind(lea, scope, Figure(name)).count() == getattr(line, name), name
    for one in found.questions:
        for name in ("unknown", "accepted", "changed", "pivotal", "decided", "timed", "judged"):
            assert behind(lea, scope, Figure(name, one.key)).count() == getattr(one, name), (name, one.text)
        assert behind(lea, scope, Figure("answered", one.key)).count() == one.answers
        assert behind(lea, scope, Figure("proposed", one.key)).count() == one.accepted + one.changed
    assert list(behind(lea, scope, Figure("lacking", "authentication events"))) == [returned]
    assert not behind(lea, scope, Figure("lacking", "proxy events")).exists()
    assert list(behind(lea, scope, Figure("closed", "false_positive"))) == [closed]


def test_all_lines_together(closed, returned, make_case, lina, scope, lea):
    other = make_card("other")
    case = make_case()
    run = Run.objects.create(team=case.team, case=case, version=other.version)
    Answer.objects.create(run=run, step=other["Did a guess"], value="cannot_tell", by_id=lina.person_id)
    for one, seconds in zip(Run.objects.order_by("pk"), (10, 20, 90), strict=True):
        Focus.objects.create(run=one, person_id=lina.person_id, seconds=seconds)
    found = report(lea, Scope(scope.start, scope.end))
    for name in ("runs", "closed", "answers", "unknown", "decided", "escalated", "returned", "timed"):
        assert getattr(found.whole, name) == sum(getattr(line, name) for line in found.lines), name
    assert [(line.name, line.title, line.median_s) for line in found.lines] == [
        ("guessing", "Guessing", 15),
        ("other", "Guessing", 90),
    ]
    assert found.whole.median_s == 20


def test_a_detector_that_looked_elsewhere_lacks_nothing_here(returned, scope, lea):
    [decision] = Decision.objects.all()
    assert [one["missing"] for one in decision.lacking] == [["authentication events"]]
    for finding in decision.inputs["findings"]:
        finding["scope"] = "elsewhere"
    decision.save(update_fields=["inputs"])
    assert report(lea, scope).lacks == []


def test_who_sees_what(closed, scope, lea, pia, mara, lina, green):
    assert may_open(lea)
    assert may_open(mara)
    assert report(pia, scope).lines[0].runs == 1
    assert not may_open(pia)
    for name in FIGURES:
        with pytest.raises(NotAllowed):
            behind(pia, scope, Figure(name))
    with pytest.raises(NotAllowed):
        report(lina, scope)
    Run.objects.update(team=green)
    assert report(pia, scope).lines == []


def test_what_cannot_be_read_is_refused_by_field(scope, lea, card):
    for params, name in (({"version": "0"}, "version"), ({"version": "²"}, "version"), ({"from": "x"}, "from")):
        with pytest.raises(Invalid) as refused:
            read(params, timezone.now())
        assert name in refused.value.errors
    with pytest.raises(Invalid):
        read_figure({"figure": "nonsense"})
    with pytest.raises(NotFound):
        report(lea, Scope(scope.start, scope.end, "nothing"))
