"""Containment and lookups over REST, as the contract names them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from automation.models import Action, Connector
from casebook.models import Case

Api = Callable[[str], Client]
ASK = {"kind": "block_address", "reason": "it guesses passwords", "expires_in": "24h"}


@pytest.fixture(autouse=True)
def edge(key_target: Any, connect: Callable[..., Connector]) -> Connector:
    return connect(key_target)


def post(client: Client, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    return client.post(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers)


def test_the_whole_way(api: Api, case: Case, address: str, run: Callable[[Action], Action]) -> None:
    tomas, tessa = api("tomas"), api("tessa")
    asked = post(tomas, f"cases/{case.ref}/actions/", ASK | {"target": address})
    assert asked.status_code == 201
    body = asked.json()
    assert body["state"] == "requested"
    assert body["undo"] == "the block is taken off; what was there before stays"
    assert {"rail", "passed", "why", "needs_lead"} == set(body["guard_rails"][0])
    assert asked.headers["Location"] == f"/api/v1/actions/{body['id']}/"
    assert body["may"] == ["withdraw"]

    own = post(tomas, f"actions/{body['id']}/approve/")
    assert (own.status_code, own.headers["Content-Type"]) == (403, "application/problem+json")
    agreed = post(tessa, f"actions/{body['id']}/approve/", {"seen": body["seen"]})
    assert (agreed.status_code, agreed.json()["state"], agreed.json()["approved_by"]) == (200, "approved", "tessa")

    action = run(Action.objects.get(pk=body["id"]))
    assert action.state == "verified"
    in_force = tomas.get("/api/v1/actions/?state=in_force").json()["results"]
    assert [(one["id"], one["in_force"], one["may"]) for one in in_force] == [(action.pk, True, ["undo"])]
    assert post(tomas, f"actions/{action.pk}/undo/").json()["state"] == "undoing"
    run(action)
    assert tomas.get("/api/v1/actions/?state=in_force").json()["results"] == []
    assert tomas.get(f"/api/v1/cases/{case.ref}/actions/").json()["results"][0]["state"] == "undone"


def test_a_tripped_rail_is_422_with_the_rails(api: Api, case: Case) -> None:
    answer = post(api("tomas"), f"cases/{case.ref}/actions/", ASK | {"target": "10.0.0.1"})
    assert answer.status_code == 422
    assert [rail["rail"] for rail in answer.json()["guard_rails"] if not rail["passed"]] == ["public_address"]


def test_a_wrong_state_is_409_with_who_and_what(api: Api, asked: Callable[..., Action]) -> None:
    action = asked()
    tessa = api("tessa")
    post(tessa, f"actions/{action.pk}/approve/")
    answer = post(api("lea"), f"actions/{action.pk}/approve/")
    assert answer.status_code == 409
    assert (answer.json()["state"], answer.json()["approved_by"]) == ("approved", "tessa")


def test_the_same_key_asks_once(api: Api, case: Case, address: str) -> None:
    tomas = api("tomas")
    body = ASK | {"target": address}
    first = post(tomas, f"cases/{case.ref}/actions/", body, **{"Idempotency-Key": "k1"})
    again = post(tomas, f"cases/{case.ref}/actions/", body, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code, again.json()["id"]) == (201, 201, first.json()["id"])
    assert (
        post(tomas, f"cases/{case.ref}/actions/", body | {"reason": "another"}, **{"Idempotency-Key": "k1"}).status_code
        == 422
    )


@pytest.mark.parametrize("verb", ["approve", "refuse", "withdraw", "renew", "undo", "resolve", "retry"])
def test_another_teams_action_and_a_missing_one_are_the_same_404(
    api: Api, asked: Callable[..., Action], verb: str
) -> None:
    otto = api("otto")
    body = {"reason": "because"} | ({"to": "failed"} if verb == "resolve" else {})
    theirs = post(otto, f"actions/{asked().pk}/{verb}/", body)
    missing = post(otto, f"actions/{10**9}/{verb}/", body)
    assert theirs.status_code == missing.status_code == 404
    assert theirs.json()["title"] == missing.json()["title"]


@pytest.mark.parametrize("query", ["state=nothing", "stat=in_force"])
def test_unknown_filters_are_refused(api: Api, query: str) -> None:
    assert api("tomas").get(f"/api/v1/actions/?{query}").status_code == 422


@pytest.mark.parametrize(
    "body", [[], {"target": 5}, {"target": ["x"]}, {"expires_in": True}, {"expires_in": {}}, {"kind": None}]
)
def test_bodies_of_the_wrong_shape_are_422(api: Api, case: Case, body: Any) -> None:
    sent = ASK | {"target": "24.1.1.1"} | body if isinstance(body, dict) else body
    assert post(api("tomas"), f"cases/{case.ref}/actions/", sent or [1]).status_code == 422


def test_lookups_of_a_case(api: Api, case: Case) -> None:
    lina = api("lina")
    asked = post(lina, f"cases/{case.ref}/lookups/")
    assert asked.status_code == 202
    assert asked.json()["asked"] > 0
    listed = lina.get(f"/api/v1/cases/{case.ref}/lookups/").json()["results"]
    assert {"id", "enricher", "observable", "result", "state", "summary", "score", "list_date", "link", "at"} <= set(
        listed[0]
    )
    assert {one["state"] for one in listed} == {"waiting"}
    assert api("otto").get(f"/api/v1/cases/{case.ref}/lookups/").status_code == 404
    assert post(api("mara"), f"cases/{case.ref}/lookups/").status_code == 403
