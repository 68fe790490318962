"""Suppressions over REST."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from casebook.epoch import config_epoch
from casebook.intake.sender import sender_of
from casebook.models import Journal, Source, Suppression
from tests.casebook.intake.sending import send as send_alert

pytestmark = pytest.mark.django_db
Api = Callable[[str], Client]
AT = "/api/v1/suppressions/"


def body(**changes: Any) -> dict[str, Any]:
    until = (timezone.now() + timedelta(days=1)).isoformat()
    plain = {"team": "blue", "name": "Weekly scan", "reason": "our own scanner", "match": {"rule_id": "r-9"}}
    return plain | {"expires_at": until} | changes


def send(client: Client, path: str, asked: object) -> tuple[int, dict[str, Any]]:
    answer = client.post(path, json.dumps(asked), content_type="application/json")
    return answer.status_code, answer.json()


def test_begun_listed_with_what_it_swallowed_and_ended(api: Api, source: Source) -> None:
    status, made = send(api("lea"), AT, body(source="siem"))
    assert (status, made["state"], made["owner"], made["source"], made["alerts"]) == (201, "in_force", "lea", "siem", 0)
    for _ in range(3):
        send_alert(sender_of(source, config_epoch=config_epoch()), external_id="scan")
    [row] = api("aude").get(AT).json()["results"]
    assert (row["id"], row["alerts"], row["times"]) == (made["id"], 1, 3)
    assert row["last_at"]
    status, ended = send(api("adam"), f"{AT}{made['id']}/end/", {"reason": "it found something"})
    assert (status, ended["state"], ended["ended_by"]) == (200, "past", "adam")
    assert Journal.objects.get(verb="suppression.ended").payload["reason_text"] == ": it found something"
    assert send(api("adam"), f"{AT}{made['id']}/end/", {})[0] == 409


def test_by_state(api: Api) -> None:
    later = (timezone.now() + timedelta(hours=3)).isoformat()
    now = send(api("lea"), AT, body())[1]["id"]
    coming = send(api("lea"), AT, body(starts_at=later, kind="maintenance", match={}, source="siem"))[1]["id"]
    past = send(api("lea"), AT, body())[1]["id"]
    send(api("lea"), f"{AT}{past}/end/", {})
    found = {
        state: [row["id"] for row in api("lea").get(f"{AT}?state={state}").json()["results"]]
        for state in ("in_force", "coming", "past")
    }
    assert found == {"in_force": [now], "coming": [coming], "past": [past]}
    assert [row["state"] for row in api("lea").get(AT).json()["results"]] == ["past", "coming", "in_force"]
    assert api("lea").get(f"{AT}?state=lost").status_code == 422
    assert api("lea").get(f"{AT}?stat=past").status_code == 422


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"match": None}, "match"), ({"match": []}, "match"), ({"match": {}}, "match"),
        ({"match": {"rule": "r-9"}}, "rule"), ({"match": {"title": "**"}}, "title"),
        ({"match": {"observables": [{"type": "address", "value": "203.0.113.7"}]}}, "observables"),
        ({"match": {"observables": [{"type": ["ip"], "value": "203.0.113.7"}]}}, "observables"),
        ({"name": ""}, "name"), ({"reason": " "}, "reason"), ({"expires_at": None}, "expires_at"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"), ({"expires_at": "tomorrow"}, "expires_at"),
        ({"expires_at": (timezone.now() + timedelta(days=91)).isoformat()}, "expires_at"),
        ({"team": ""}, "team"), ({"kind": "forever"}, "kind"), ({"untl": "x"}, "untl"), ({"name": 7}, "name"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(api: Api, changes: dict[str, Any], field: str) -> None:
    status, problem = send(api("lea"), AT, body(**changes))
    assert (status, field in problem["errors"]) == (422, True), problem
    assert not Suppression.objects.exists()


def test_whose_they_are(api: Api) -> None:
    made = send(api("lea"), AT, body())[1]
    assert api("lina").get(AT).status_code == 403
    assert send(api("lina"), AT, body())[0] == 404
    assert send(api("aude"), AT, body())[0] == 403
    assert send(api("lea"), AT, body(team="green"))[0] == 404
    assert send(api("lea"), AT, body(source="green-siem"))[0] == 404
    assert send(api("otto"), f"{AT}{made['id']}/end/", {})[0] == 404
    assert send(api("aude"), f"{AT}{made['id']}/end/", {})[0] == 403


def test_the_same_key_begins_one(api: Api) -> None:
    asked = json.dumps(body())
    for _ in range(2):
        answer = api("lea").post(AT, asked, content_type="application/json", headers={"Idempotency-Key": "k-1"})
        assert answer.status_code == 201
    assert Suppression.objects.count() == 1
