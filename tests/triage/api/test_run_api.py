"""The run over REST, shape by shape, with its refusals."""

from __future__ import annotations

import json

import pytest

from tests.triage.conftest import ROW, said, tell
from triage import answers, escalation
from triage.models import Answer, Focus

pytestmark = pytest.mark.django_db


def post(client, path, body=None, **headers):
    return client.post(f"/api/v1{path}", json.dumps(body or {}), content_type="application/json", headers=headers)


def test_the_run_has_the_contracts_shape(case, card, api, lina):
    tell(case, said("D01", "yes", evidence=(ROW,)), said("D01", "partly", "elsewhere"), said("D05", "yes"))
    answers.accept(actor=lina, ref=case.ref, step_id=card["Does one name"].pk)
    answer = api("lina").get(f"/api/v1/cases/{case.ref}/run/")
    assert answer.status_code == 200
    run = answer.json()
    assert run["playbook"] == {"slug": "guessing", "technique": None, "name": "Guessing", "version": 1}
    assert (run["revision"], run["progress"]) == (1, {"answered": 1, "required": 2})
    sections = [step["section"] for step in run["steps"]]
    assert sections == [
        "log_source", "indicator", "question", "question", "question", "l1_step", "criterion", "criterion",
        "t2_action", "t2_action", "containment",
    ]  # fmt: skip
    question = next(step for step in run["steps"] if step["id"] == card["Does one name"].pk)
    assert question["proposal"]["state"] == "ready"
    assert question["proposal"]["answer"] == "yes"
    assert [(one["detector"], one["scope"]) for one in question["findings"]] == [("D01", "case"), ("D01", "elsewhere")]
    finding = question["findings"][0]
    assert finding["deciding"] is True
    assert finding["evidence"][0] == {
        "evidence": 1, "source": "auth.log", "line": 31, "offset": 2048, "length": 80, "text": "…",
        "event": {"user.name": "m"},
    }  # fmt: skip
    given = question["answer"]
    assert (given["value"], given["by"], given["proposal"], given["stale"], given["revision"]) == (
        "yes", "lina", "accepted", False, 1,
    )  # fmt: skip
    criterion = run["criteria"][0]
    assert (criterion["id"], criterion["confirmed"], criterion["state"]) == (card["A guess"].pk, True, "met")
    assert criterion["because"][0]["step"] == card["Did a guess"].pk
    assert criterion["because"][0]["proposed"] is True
    assert run["recommendation"]["decision"] == "escalate"
    assert run["recommendation"]["because"]


def test_reading_the_run_takes_twelve_queries_at_most(guessed, card, api, lina, django_assert_max_num_queries):
    answers.accept_all(actor=lina, ref=guessed.ref)
    client = api("lina")
    with django_assert_max_num_queries(12):
        client.get(f"/api/v1/cases/{guessed.ref}/run/")


def test_answer_accept_done_and_undo(guessed, card, api):
    client, run = api("lina"), f"/cases/{guessed.ref}/run"
    question, step = card["Does one name"].pk, card["Ask the owner"].pk
    refused = post(client, f"{run}/steps/{question}/answer/", {"value": "no"})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["note"])
    given = post(client, f"{run}/steps/{question}/answer/", {"value": "no", "note": "a load test", "revision": 0})
    assert given.status_code == 200
    assert given.json()["answer"]["proposal"] == "changed"
    stale = post(client, f"{run}/steps/{question}/answer/", {"value": "yes", "revision": 0})
    assert (stale.status_code, stale.json()["changed_by"], stale.json()["value"]) == (409, "lina", "no")
    assert post(client, f"{run}/steps/{question}/accept/").json()["answer"]["value"] == "yes"
    assert post(client, f"{run}/steps/{step}/done/", {"note": "asleep"}).json()["answer"]["value"] == "done"
    undone = post(client, f"{run}/undo/")
    assert undone.status_code == 200
    assert next(one for one in undone.json()["steps"] if one["id"] == step)["answer"] is None
    rest = post(client, f"{run}/accept-all/").json()
    assert {one["answer"]["value"] for one in rest["accepted"]} == {"yes", "no"}
    assert rest["revision"] == 6


def test_the_same_key_answers_once(guessed, card, api):
    client, path = api("lina"), f"/cases/{guessed.ref}/run/steps/{card['Does one name'].pk}/answer/"
    first = post(client, path, {"value": "partly", "note": "two names"}, **{"Idempotency-Key": "k1"})
    again = post(client, path, {"value": "partly", "note": "two names"}, **{"Idempotency-Key": "k1"})
    other = post(client, path, {"value": "yes"}, **{"Idempotency-Key": "k1"})
    assert first.json() == again.json()
    assert other.status_code == 422
    assert Answer.objects.count() == 1


def test_bad_bodies_are_named(guessed, card, api):
    client, path = api("lina"), f"/cases/{guessed.ref}/run/steps/{card['Does one name'].pk}/answer/"
    for body, field in (
        ({}, "value"),
        ({"value": "perhaps"}, "value"),
        ({"value": "yes", "revision": "x"}, "revision"),
    ):
        refused = post(client, path, body)
        assert (refused.status_code, list(refused.json()["errors"])) == (422, [field])
        assert refused["Content-Type"] == "application/problem+json"
    assert client.post(f"/api/v1{path}", "[1]", content_type="application/json").status_code == 422
    broken = client.post(f"/api/v1{path}", '{"value":', content_type="application/json")
    assert broken.status_code == 400


def test_focus_is_counted(case, card, api):
    client = api("lina")
    told = post(client, f"/cases/{case.ref}/focus/", {"step": card["Does one name"].pk, "seconds": 12})
    assert told.status_code == 204
    assert Focus.objects.get().seconds == 12
    assert post(client, f"/cases/{case.ref}/focus/", {"seconds": 9999}).status_code == 422


def test_who_may_not(guessed, card, api):
    path = f"/cases/{guessed.ref}/run/"
    step = f"{path}steps/{card['Does one name'].pk}/accept/"
    assert api("otto").get(f"/api/v1{path}").status_code == 404
    assert post(api("otto"), step).status_code == 404
    assert api("mara").get(f"/api/v1{path}").status_code == 200
    assert post(api("mara"), step).status_code == 403
    assert api("nobody-known").get(f"/api/v1{path}").status_code == 401
    assert api("lina").get("/api/v1/cases/CB-999999/run/").status_code == 404


def test_a_closed_case_takes_no_answers(guessed, card, api, lina, tomas):
    escalation.escalate(actor=lina, ref=guessed.ref)
    refused = post(api("lina"), f"/cases/{guessed.ref}/run/steps/{card['Does one name'].pk}/accept/")
    assert (refused.status_code, refused.json()["state"]) == (409, "escalated")
