"""Answers from the page, with htmx and without: the next step comes back, a refusal keeps what was typed."""

from __future__ import annotations

from typing import Any

import pytest

from casebook.models import Case
from tests.triage.conftest import Card
from triage import answers
from triage.models import Answer

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "step"}


def url(case: Case, card: Card, text: str) -> str:
    return f"/cases/{case.ref}/steps/{card[text].pk}/answer/"


def test_a_plain_form_goes_on_to_the_next_step(guessed: Case, card: Card, page: Any) -> None:
    client = page("lina")
    answer = client.post(url(guessed, card, "Does one name"), {"value": "accept", "revision": 0}, follow=True)
    assert answer.redirect_chain == [(f"/cases/{guessed.ref}/?after={card['Does one name'].pk}", 302)]
    assert answer.context["bench"].card.step == card["Did a guess work"]
    assert Answer.objects.get().proposal == "accepted"


def test_htmx_gets_the_next_step_and_all_it_changed(guessed: Case, card: Card, page: Any) -> None:
    answer = page("lina").post(url(guessed, card, "Does one name"), {"value": "accept"}, headers=HTMX)
    html = answer.content.decode()
    assert answer.headers["HX-Replace-Url"] == f"/cases/{guessed.ref}/?step={card['Did a guess work'].pk}"
    assert "Did a guess work?" in html
    for part in ('id="rail"', 'id="head"', 'id="decision"', 'id="toasts"'):
        assert part in html
    assert html.count("hx-swap-oob") == 4
    assert "data-undo" in html


@pytest.mark.parametrize("htmx", [True, False])
def test_otherwise_without_a_note_is_refused_on_the_same_step(htmx: bool, guessed: Case, card: Card, page: Any) -> None:
    data = {"value": "no", "note": "x", "revision": 0}
    answer = page("lina").post(url(guessed, card, "Does one name"), data, headers=HTMX if htmx else {})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "The evidence proposes yes" in html
    assert ">x</textarea>" in html
    assert 'value="no" data-pending' in html
    assert not Answer.objects.exists()


def test_an_accepted_proposal_may_carry_a_note(guessed: Case, card: Card, page: Any) -> None:
    data = {"value": "accept", "proposed": "yes", "note": "seen it myself"}
    page("lina").post(url(guessed, card, "Does one name"), data)
    given = Answer.objects.get()
    assert (given.value, given.note, given.proposal) == ("yes", "seen it myself", "accepted")


@pytest.mark.parametrize("htmx", [True, False])
def test_who_was_faster_is_named_and_the_note_is_kept(
    htmx: bool, guessed: Case, card: Card, lina: Any, page: Any
) -> None:
    answers.accept(actor=lina, ref=guessed.ref, step_id=card["Does one name"].pk)
    data = {"value": "no", "note": "a test of ours", "revision": 0}
    answer = page("tomas").post(url(guessed, card, "Does one name"), data, headers=HTMX if htmx else {})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "lina answered yes since you looked." in html
    assert "a test of ours</textarea>" in html
    assert 'name="revision" value="1"' in html


def test_accept_all_and_undo(guessed: Case, card: Card, page: Any) -> None:
    client = page("lina")
    assert "3 proposals accepted" in client.post(f"/cases/{guessed.ref}/accept-all/", headers=HTMX).content.decode()
    assert Answer.objects.filter(current=True).count() == 3
    assert "Nothing is left" in client.post(f"/cases/{guessed.ref}/accept-all/", headers=HTMX).content.decode()
    client.post(url(guessed, card, "Ask the owner"), {"value": "done"})
    client.post(f"/cases/{guessed.ref}/undo/", {"step": card["Ask the owner"].pk})
    assert Answer.objects.filter(current=True).count() == 3
    client.post(f"/cases/{guessed.ref}/undo/", {"step": card["Did a guess work"].pk})
    assert not Answer.objects.filter(current=True).exists()  # given at once, they go back at once


def test_nothing_to_take_back_is_said(guessed: Case, card: Card, page: Any) -> None:
    answer = page("lina").post(f"/cases/{guessed.ref}/undo/", {"step": card["Does one name"].pk})
    assert answer.status_code == 409
    assert "no answer of yours" in answer.content.decode()


def test_a_step_is_ticked_noted_and_judged(guessed: Case, card: Card, page: Any) -> None:
    client = page("lina")
    client.post(url(guessed, card, "Ask the owner"), {"value": "done", "note": "he was on holiday"})
    client.post(url(guessed, card, "Which doors"), {"value": "noted", "note": "ssh only"})
    client.post(url(guessed, card, "Others report"), {"value": "not_met"})
    client.post(
        url(guessed, card, "Did a guess"), {"value": "cannot_tell", "unknowable": "1", "note": "the log is gone"}
    )
    given = {one.step.text: (one.value, one.note, one.unknowable) for one in Answer.objects.select_related("step")}
    assert given == {
        "Ask the owner of the account.": ("done", "he was on holiday", False),
        "Which doors were knocked at?": ("noted", "ssh only", False),
        "Others report the same.": ("not_met", "", False),
        "Did a guess work?": ("cannot_tell", "the log is gone", True),
    }


def test_cannot_tell_asks_why_in_place_and_says_what_the_tick_comes_to(guessed: Case, card: Card, page: Any) -> None:
    step = card["Did a guess"]
    client = page("lina")
    html = client.get(f"/cases/{guessed.ref}/?step={step.pk}").content.decode()
    folded = html.partition(f'id="cannot-tell-{step.pk}"')[2].partition("</details>")[0]
    assert "Why can nobody know?" in folded
    assert "Ticked, the question counts as answered" in folded
    assert 'data-key="u"' in folded
    assert html.count('data-key="u"') == 1
    refused = client.post(url(guessed, card, "Did a guess"), {"value": "cannot_tell", "unknowable": "1"})
    assert refused.status_code == 422
    asked = refused.content.decode().partition(f'id="cannot-tell-{step.pk}"')[2].partition("</details>")[0]
    assert asked.startswith(' data-reveal="focus" open>')
    assert 'name="unknowable" value="1" checked' in asked
    assert "aria-invalid" in asked


def test_a_criterion_has_no_such_form(guessed: Case, card: Card, page: Any) -> None:
    html = page("lina").get(f"/cases/{guessed.ref}/?step={card['Others report'].pk}").content.decode()
    assert "Why can nobody know?" not in html
    assert 'id="say-cannot_tell"' in html


def test_who_may_not_answer_is_refused(guessed: Case, card: Card, page: Any) -> None:
    data = {"value": "accept"}
    assert page("aude").post(url(guessed, card, "Does one name"), data).status_code == 403
    assert page("otto").post(url(guessed, card, "Does one name"), data).status_code == 404
    assert page("lina").post(f"/cases/{guessed.ref}/steps/999999/answer/", data).status_code == 404
    assert not Answer.objects.exists()
