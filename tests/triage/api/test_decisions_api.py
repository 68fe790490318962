"""Escalate, accept, return, close, playbook, hand-over and tasks over REST."""

from __future__ import annotations

import json

import pytest

from tests.triage.conftest import make_card
from triage.models import Task

pytestmark = pytest.mark.django_db


def post(client, path, body=None):
    return client.post(f"/api/v1{path}", json.dumps(body or {}), content_type="application/json")


def test_the_whole_transfer(guessed, api):
    lina, tomas, ref = api("lina"), api("tomas"), guessed.ref
    before = lina.get(f"/api/v1/cases/{ref}/handover/").json()
    assert before["handover"] == before["generated"]
    assert before["escalations"] == []
    sent = post(lina, f"/cases/{ref}/escalate/", {"version": 1, "handover": "Please look."})
    assert (sent.status_code, sent.json()["state"], sent.json()["tier"]) == (200, "escalated", "t2")
    assert post(lina, f"/cases/{ref}/escalate/", {"version": 1}).status_code == 409
    assert post(lina, f"/cases/{ref}/accept/").status_code == 403
    back = post(tomas, f"/cases/{ref}/return/", {"question": "Was she travelling?"})
    assert (back.json()["state"], back.json()["owner"]) == ("triage", "lina")
    assert post(lina, f"/cases/{ref}/escalate/").status_code == 200
    accepted = post(tomas, f"/cases/{ref}/accept/")
    assert (accepted.json()["state"], accepted.json()["owner"]) == ("investigating", "tomas")
    told = tomas.get(f"/api/v1/cases/{ref}/handover/").json()["escalations"]
    assert [(one["state"], one["by"], one["answered_by"]) for one in told] == [
        ("accepted", "lina", "tomas"), ("returned", "lina", "tomas"),
    ]  # fmt: skip
    assert told[1]["question"] == "Was she travelling?"
    assert told[1]["handover"] == "Please look."
    silent = post(tomas, f"/cases/{ref}/close/", {"verdict": "true_positive"})
    assert (silent.status_code, list(silent.json()["errors"])) == (422, ["reason"])
    closed = post(tomas, f"/cases/{ref}/close/", {"verdict": "true_positive", "reason": "the session read mail"})
    assert (closed.json()["state"], closed.json()["verdict"]) == ("closed", "true_positive")
    stale = post(tomas, f"/cases/{ref}/close/", {"verdict": "true_positive", "reason": "again"})
    assert stale.status_code == 409
    assert {"state", "owner", "changed_by", "changed"} <= set(stale.json())


def test_tasks(guessed, api):
    lina, tomas, ref = api("lina"), api("tomas"), guessed.ref
    post(lina, f"/cases/{ref}/escalate/")
    post(tomas, f"/cases/{ref}/accept/")
    tasks = lina.get(f"/api/v1/cases/{ref}/tasks/").json()["results"]
    assert [task["state"] for task in tasks] == ["open", "open"]
    made = post(tomas, f"/cases/{ref}/tasks/", {"title": "Call the bank", "owner": "tessa"})
    assert (made.status_code, made.json()["owner"]) == (201, "tessa")
    assert post(lina, f"/cases/{ref}/tasks/", {"title": "x"}).status_code == 403
    assert post(tomas, f"/cases/{ref}/tasks/", {}).json()["errors"].keys() == {"title"}

    def patch(client, body):
        path = f"/api/v1/tasks/{tasks[0]['id']}/"
        return client.patch(path, json.dumps(body), content_type="application/json")

    done = patch(tomas, {"state": "done", "outcome": "nothing seen", "revision": 1})
    assert (done.status_code, done.json()["state"], done.json()["revision"]) == (200, "done", 2)
    assert patch(tomas, {"state": "open", "revision": 1}).status_code == 409
    assert patch(api("otto"), {"state": "open"}).status_code == 404
    assert patch(lina, {"state": "open"}).status_code == 403
    assert Task.objects.get(pk=tasks[0]["id"]).state == "done"


def test_playbook(guessed, api):
    make_card("probing")
    lina = api("lina")
    chosen = post(lina, f"/cases/{guessed.ref}/playbook/", {"playbook": "probing", "reason": "a scan"})
    assert (chosen.status_code, chosen.json()["playbook"]["slug"]) == (200, "probing")
    wrong = post(lina, f"/cases/{guessed.ref}/playbook/", {"playbook": "none", "reason": "a scan"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["playbook"])


def test_outsiders_see_nothing(guessed, api):
    bodies = {"escalate": {}, "accept": {}, "return": {}, "close": {}, "playbook": {"playbook": "guessing"}}
    for verb, own in bodies.items():
        body = {"verdict": "false_positive", "question": "why?", "reason": "x y z"} | own
        assert post(api("otto"), f"/cases/{guessed.ref}/{verb}/", body).status_code == 404
    for part in ("handover", "tasks", "run"):
        assert api("otto").get(f"/api/v1/cases/{guessed.ref}/{part}/").status_code == 404
        assert api("pia").get(f"/api/v1/cases/{guessed.ref}/{part}/").status_code == 404
        assert api("aude").get(f"/api/v1/cases/{guessed.ref}/{part}/").status_code == 200
