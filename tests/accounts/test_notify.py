"""What stands in a mail: enough to know whether to get up, and the page on which something can be done."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail

from accounts.models import Person
from accounts.notify import tell
from casebook.journal.record import record
from casebook.models import Case, Journal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reachable() -> None:
    for person in Person.objects.all():
        Person.objects.filter(pk=person.pk).update(email=f"{person.username}@soc.example")


def told(verb: str, case: Case, actor: Any, **payload: Any) -> list[Any]:
    record(actor, verb, case, payload)
    tell(Journal.objects.filter(verb=verb).latest("id").id)
    return mail.outbox


def test_an_escalation_says_how_bad_it_is_and_why(case: Case, lina: Any) -> None:
    because = ["Met: one source guesses many names.", "5 failures in 20 min from 203.0.113.7"]
    sent = told("case.escalated", case, lina, reason="a guess worked", because=because, escalation=1, edited=False)
    assert {to for one in sent for to in one.to} == {"tomas@soc.example", "tessa@soc.example", "lea@soc.example"}
    assert sent[0].subject.startswith(f"{case.ref} [high]: lina escalated")
    assert sent[0].body == "\n".join(
        [
            sent[0].body.splitlines()[0], "", f"{case.ref}, high: {case.title}", f"About: {case.about}", "",
            "Why: a guess worked", "", "Because:", *(f"- {line}" for line in because), "",
            f"http://127.0.0.1:8000/cases/{case.ref}/",
        ]
    )  # fmt: skip


def test_what_has_no_reason_has_no_empty_headings(case: Case, lina: Any) -> None:
    body = told("case.escalated", case, lina, reason="", because=[], escalation=1, edited=False)[0].body
    assert "Why:" not in body
    assert "Because:" not in body
    assert "\n\n\n" not in body


def test_a_request_leads_to_the_page_on_which_it_is_looked_at(case: Case, tomas: Any) -> None:
    sent = told("action.requested", case, tomas, action=7, what="block 198.51.100.7 at Edge", reason="it guesses",
                reason_text=": it guesses", kind="block_address", target="198.51.100.7")  # fmt: skip
    assert {to for one in sent for to in one.to} == {"tessa@soc.example", "lea@soc.example"}
    assert sent[0].body.splitlines()[-1] == "http://127.0.0.1:8000/actions/7/approve/"
    assert "Why: it guesses" in sent[0].body


def test_words_of_others_stay_in_one_line_of_the_subject(case: Case, lina: Any) -> None:
    Case.objects.filter(pk=case.pk).update(title="guess\r\nBcc: all@soc.example")
    case.refresh_from_db()
    sent = told(
        "case.escalated", case, lina, reason="x\r\nBcc: all@soc.example", because=[], escalation=1, edited=False
    )
    assert "\n" not in sent[0].subject
    assert sent[0].recipients() == [sent[0].to[0]]
