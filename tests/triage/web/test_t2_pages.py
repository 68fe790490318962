"""Tier 2's page and desk: the hand-over, tasks, one story, and who may do what."""

from __future__ import annotations

from typing import Any

import pytest

from casebook.models import Case
from tests.triage.conftest import ROW, Card, said, tell
from triage import answers, decisions, escalation
from triage.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def handed_over(guessed: Case, card: Card, lina: Any) -> Case:
    answers.accept_all(actor=lina, ref=guessed.ref)
    escalation.escalate(actor=lina, ref=guessed.ref)
    guessed.refresh_from_db()
    return guessed


@pytest.fixture
def accepted(handed_over: Case, tomas: Any) -> Case:
    escalation.accept(actor=tomas, ref=handed_over.ref)
    handed_over.refresh_from_db()
    return handed_over


def test_the_same_address_shows_the_hand_over(handed_over: Case, page: Any) -> None:
    html = page("tomas").get(f"/cases/{handed_over.ref}/").content.decode()
    accept = f'action="/cases/{handed_over.ref}/accept/"'
    for text in ("What happened", "Met: A guess worked.", "waiting since", accept, "Return…"):
        assert text in html, text
    html = page("lina").get(f"/cases/{handed_over.ref}/").content.decode()
    assert "Waiting for Tier 2 to accept" in html
    assert accept not in html


def test_the_answers_stay_readable(accepted: Case, page: Any) -> None:
    html = page("lina").get(f"/cases/{accepted.ref}/?view=analysis").content.decode()
    assert "Does one name fail again and again?" in html
    assert "Tier 2 decides" in html
    assert 'id="answer"' not in html  # no longer Tier 1's to answer
    assert 'id="answer"' in page("tomas").get(f"/cases/{accepted.ref}/?view=analysis").content.decode()


def test_acceptance_is_one_press_and_says_who_was_faster(handed_over: Case, page: Any) -> None:
    version = handed_over.version
    assert page("lina").post(f"/cases/{handed_over.ref}/accept/").status_code == 403
    assert page("tomas").post(f"/cases/{handed_over.ref}/accept/", {"version": version}).status_code == 302
    late = page("tessa").post(f"/cases/{handed_over.ref}/accept/", {"version": version})
    assert late.status_code == 409
    assert "changed by tomas since you looked" in late.content.decode()


def test_the_story_tells_events_people_and_folds_answers(accepted: Case, page: Any) -> None:
    days = page("tomas").get(f"/cases/{accepted.ref}/").context["page"].days
    told = [entry.text for day in days for entry in day.entries]
    assert "lina answered 3 steps" in told
    assert "tomas accepted the hand-over" in told
    assert not [text for text in told if "now says" in text or "added the task" in text]


def test_what_the_log_says_stands_in_the_story(accepted: Case, page: Any) -> None:
    event = {"@timestamp": "2026-03-30T16:01:36Z", "user.name": "mallory", "source.ip": "203.0.113.7",
             "event.outcome": "success", "event.code": "password"}  # fmt: skip
    row = type(ROW)(1, "auth.log", 31, 0, 9, "Accepted password", event)
    tell(accepted, said("D05", "yes", evidence=(row,), figures={"success_line": 31}))
    days = page("tomas").get(f"/cases/{accepted.ref}/").context["page"].days
    first = days[0].entries[0]
    assert (first.text, first.strong) == ("accepted, password for mallory from 203.0.113.7", True)
    assert (first.where, first.url) == ("auth.log 31", "/evidence/1/lines/?line=31&mark=mallory&mark=203.0.113.7")


def test_tasks_are_worked_from_the_page(accepted: Case, page: Any) -> None:
    client, task = page("tomas"), Task.objects.order_by("id")[0]
    assert client.post(f"/tasks/{task.pk}/", {"revision": 1, "state": "done"}).status_code == 302
    data = {"revision": 2, "state": "open", "owner": "tessa", "due_at": "2026-12-01T09:00", "outcome": "half way"}
    client.post(f"/tasks/{task.pk}/", data)
    task.refresh_from_db()
    assert (task.state, task.owner.username, task.outcome) == ("open", "tessa", "half way")
    assert task.due_at is not None
    client.post(f"/cases/{accepted.ref}/tasks/", {"title": "Call the owner", "owner": "tomas"})
    html = client.get(f"/cases/{accepted.ref}/").content.decode()
    assert "0 of 3 done" in html
    assert "Call the owner" in html


def test_a_refused_task_keeps_what_was_typed(accepted: Case, page: Any) -> None:
    client, task = page("tomas"), Task.objects.order_by("id")[0]
    stale = client.post(f"/tasks/{task.pk}/", {"revision": 0, "outcome": "my long report", "state": "done"})
    assert stale.status_code == 409
    assert "my long report</textarea>" in stale.content.decode()
    wrong = client.post(f"/cases/{accepted.ref}/tasks/", {"title": "Look", "due_at": "soon"})
    assert wrong.status_code == 422
    assert 'value="Look"' in wrong.content.decode()
    assert client.post(f"/tasks/{task.pk}/", {"state": "not_done"}).status_code == 422


def test_tasks_are_not_everybodys(accepted: Case, page: Any) -> None:
    task = Task.objects.order_by("id")[0]
    assert page("lina").post(f"/tasks/{task.pk}/", {"state": "done"}).status_code == 403
    assert page("tomas").post("/tasks/999999/", {"state": "done"}).status_code == 404


def test_the_desk_has_three_bands(handed_over: Case, make_case: Any, page: Any, lina: Any, tomas: Any) -> None:
    others = [make_case(("ip", "203.0.113.9", "source"), title=title) for title in ("of tomas", "of tessa")]
    for case in others:
        escalation.escalate(actor=lina, ref=case.ref, reason="it looks bad")
    escalation.accept(actor=tomas, ref=others[0].ref)
    bands = {key: lines for key, _, lines in page("tomas").get("/t2/").context["bands"]}
    assert {line.case.ref for line in bands["waiting"]} == {handed_over.ref, others[1].ref}
    assert [line.case.ref for line in bands["mine"]] == [others[0].ref]
    assert bands["waiting"][0].watch.first.measure == "time_to_accept"
    assert page("lina").get("/t2/").status_code == 403
    part = page("tomas").get("/t2/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="desk"')


def test_an_empty_desk_says_so(db: None, page: Any) -> None:
    assert "Nothing waits for Tier 2" in page("tomas").get("/t2/").content.decode()


def test_hand_overs_and_text(accepted: Case, page: Any) -> None:
    html = page("lina").get(f"/cases/{accepted.ref}/handover/").content.decode()
    assert html.count("What happened") == 3  # as sent, as it would be now, and what Copy takes
    text = page("lina").get(f"/cases/{accepted.ref}/text/").content.decode()
    assert f"# {accepted.ref} Failed logins" in text


def test_a_closed_case_keeps_its_page(accepted: Case, page: Any, tomas: Any) -> None:
    decisions.close(actor=tomas, ref=accepted.ref, verdict="true_positive", reason="a guess worked")
    html = page("tomas").get(f"/cases/{accepted.ref}/").content.decode()
    assert "true positive" in html
    assert "Reopen…" in html
    assert 'id="add-task"' not in html
