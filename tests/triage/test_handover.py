"""The hand-over says what the run says, and no more."""

from __future__ import annotations

import pytest

from automation.models import Lookup
from casebook.cases.access import fetch_for
from casebook.models import Observable
from triage import answers, handover, run_view

pytestmark = pytest.mark.django_db


def chapters(case) -> dict[str, tuple[str, ...]]:
    return {chapter.title: chapter.lines for chapter in handover.chapters(run_view.view(case))}


def test_every_chapter_stands_on_the_run(guessed, card, lina):
    ip = Observable.objects.get(key="203.0.113.7")
    Lookup.objects.create(
        team=guessed.team, observable=ip, enricher="local_lists", state="done", result="listed", summary="on level5"
    )
    answers.answer(actor=lina, ref=guessed.ref, step_id=card["Does one name"].pk, value="partly", note="two names")
    answers.done(actor=lina, ref=guessed.ref, step_id=card["Ask the owner"].pk, note="she was asleep")
    found = chapters(guessed)
    assert "D05 says yes. (D05, computed)" in found["What happened"]
    assert any(line.startswith("Met: A guess worked.") and "proposed" in line for line in found["Why it is escalated"])
    assert any("Partly (lina): two names." in line for line in found["What is known"])
    assert found["What is not known"] == ("Which doors were knocked at? Not answered yet.",)
    assert any("203.0.113.7 (source)" in line and "listed" in line for line in found["Observables"])
    assert any("she was asleep" in line for line in found["What L1 did"])
    assert any(line.startswith("1 of 2 required") for line in found["What L1 did"])
    assert "Not looked at: Login records of the hosts." in found["What is open"]


def test_never_the_word_clean(harmless):
    ip = Observable.objects.get(key="203.0.113.7")
    Lookup.objects.create(team=harmless.team, observable=ip, enricher="local_lists", state="done", result="not_listed")
    text = handover.generate(run_view.view(harmless))
    assert "not listed" in text
    assert "clean" not in text


def test_a_case_as_text_stands_on_its_own(guessed):
    text = handover.case_as_text(run_view.view(guessed))
    assert text.startswith(f"# {guessed.ref} Failed logins")
    assert "State: new, owner nobody." in text
    assert "Recommendation: escalate." in text


def test_one_query_more_than_the_run(guessed, lina, django_assert_num_queries):
    view = run_view.view(fetch_for(lina, guessed.ref))
    with django_assert_num_queries(1):
        handover.generate(view)
