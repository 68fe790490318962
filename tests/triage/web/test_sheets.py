"""The forms of verbs: a page, a dialog's content, a refusal that keeps what was typed."""

from __future__ import annotations

from typing import Any

import pytest

from casebook.cases import ownership
from casebook.models import Case
from tests.triage.conftest import Card, make_card
from triage import decisions, escalation
from triage.models import Decision, Escalation
from triage.web.sheet_verbs import SHEETS

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "sheet"}


def do(case: Case, verb: str) -> str:
    return f"/cases/{case.ref}/do/{verb}/"


@pytest.mark.parametrize("verb", list(SHEETS))
def test_each_is_a_page_and_a_dialogs_content(verb: str, guessed: Case, page: Any) -> None:
    whole = page("tomas").get(do(guessed, verb)).content.decode()
    part = page("tomas").get(do(guessed, verb), headers=HTMX).content.decode()
    assert "<!doctype html>" in whole
    assert "<!doctype" not in part
    assert f'action="{do(guessed, verb)}"' in part
    assert f'name="version" value="{guessed.version}"' in part


def test_an_unknown_verb_is_not_there(guessed: Case, page: Any) -> None:
    assert page("lina").get(do(guessed, "explode")).status_code == 404


def test_escalation_sends_what_was_edited(guessed: Case, page: Any) -> None:
    client = page("lina")
    shown = client.get(do(guessed, "escalate"))
    assert "## What happened" in shown.context["form"]["handover"].value()
    answer = client.post(do(guessed, "escalate"), {"version": guessed.version, "handover": "It is bad."}, headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"/cases/{guessed.ref}/"
    sent = Escalation.objects.get()
    assert (sent.handover, sent.generated.startswith("# CB-")) == ("It is bad.", True)


def test_escalation_against_the_recommendation_says_so_and_asks_why(harmless: Case, page: Any) -> None:
    client = page("lina")
    assert "Not what is recommended" in client.get(do(harmless, "escalate")).content.decode()
    answer = client.post(do(harmless, "escalate"), {"version": harmless.version, "handover": "My own words."})
    assert answer.status_code == 422
    assert "My own words." in answer.content.decode()
    assert not Escalation.objects.exists()


def test_closing_names_the_open_steps_and_needs_a_reason(harmless: Case, page: Any) -> None:
    client = page("lina")
    assert "2 required steps open" in client.get(do(harmless, "close")).content.decode()
    data = {"version": harmless.version, "verdict": "false_positive"}
    assert client.post(do(harmless, "close"), data).status_code == 422
    assert client.post(do(harmless, "close"), data | {"reason": "our own scanner"}).status_code == 302
    assert Decision.objects.get().overridden[0]["why"] == "unanswered"


def test_l1_is_not_offered_a_true_positive(guessed: Case, page: Any) -> None:
    verdicts = dict(page("lina").get(do(guessed, "close")).context["form"].fields["verdict"].choices)
    assert "true_positive" not in verdicts
    assert "true_positive" in dict(page("tomas").get(do(guessed, "close")).context["form"].fields["verdict"].choices)


def test_a_stale_form_is_refused_with_who_and_kept(harmless: Case, page: Any, tomas: Any) -> None:
    seen = harmless.version
    ownership.take(actor=tomas, ref=harmless.ref)
    data = {"version": seen, "verdict": "false_positive", "reason": "our own scanner"}
    answer = page("lina").post(do(harmless, "close"), data, headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "tomas" in html
    assert "our own scanner</textarea>" in html
    assert f'name="version" value="{seen + 1}"' in html


def test_as_last_time_fills_in_verdict_and_reason(harmless: Case, make_case: Any, page: Any, lina: Any) -> None:
    decisions.close(actor=lina, ref=harmless.ref, verdict="false_positive", reason="our own scanner")
    again = make_case(("ip", "203.0.113.7", "source"), follows=harmless)
    client = page("lina")
    assert "Close as last time" in client.get(do(again, "close")).content.decode()
    client.post(do(again, "close"), {"version": again.version, "as_last_time": "1", "verdict": "", "reason": ""})
    again.refresh_from_db()
    assert again.verdict == "false_positive"
    assert Decision.objects.get(case=again).reason == f"As last time ({harmless.ref}): our own scanner"


def test_wait_assign_severity_playbook_note_and_reopen(
    harmless: Case, page: Any, lina: Any, card: Card, tomas: Any
) -> None:
    client = page("lina")
    make_card("other")

    def post(verb: str, **data: str) -> int:
        harmless.refresh_from_db()
        status: int = client.post(do(harmless, verb), {"version": harmless.version} | data).status_code
        harmless.refresh_from_db()
        return status

    assert (post("wait", reason="the owner is asked"), harmless.state) == (302, "waiting")
    assert client.post(f"/cases/{harmless.ref}/resume/").status_code == 302
    assert (post("assign", to="tessa"), harmless.owner.username) == (302, "tessa")
    assert (post("severity", severity="critical", reason="the host matters"), harmless.severity) == (302, 4)
    assert (post("playbook", slug="other", reason="fits better"), harmless.playbook_version.playbook.slug) == (
        302,
        "other",
    )
    assert post("note", text="talked to the owner") == 302
    decisions.close(actor=tomas, ref=harmless.ref, verdict="duplicate", reason="see the other")
    assert client.post(do(harmless, "reopen"), {"version": "", "reason": "not the same"}).status_code == 403


def test_a_question_goes_back(guessed: Case, page: Any, lina: Any) -> None:
    escalation.escalate(actor=lina, ref=guessed.ref)
    data = {"version": "", "question": "Was it the owner?"}
    assert page("lina").post(do(guessed, "return"), data).status_code == 403
    assert page("tomas").post(do(guessed, "return"), data).status_code == 302
    assert "Was it the owner?" in page("lina").get(f"/cases/{guessed.ref}/").content.decode()


def test_who_may_only_read_gets_no_form(guessed: Case, page: Any) -> None:
    assert page("aude").get(do(guessed, "close")).status_code == 403
