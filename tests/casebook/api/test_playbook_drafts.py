"""A playbook's draft and what becomes of it, over the API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.casebook.api.conftest import problem

pytestmark = pytest.mark.django_db
Api = Callable[[str], Client]
T1589 = "/api/v1/playbooks/T1589/"


def send(client: Client, method: str, path: str, **body: Any) -> HttpResponse:
    return client.generic(method, T1589 + path, json.dumps(body), content_type="application/json")


def test_a_draft_from_begin_to_publish(api: Api) -> None:
    client = api("pia")
    begun = send(client, "POST", "draft/")
    assert begun.status_code == 201
    draft = begun.json()
    assert (draft["version"], draft["revision"], draft["based_on"], draft["flaws"]) == (2, 1, 1, [])
    text = draft["card"].replace("name: Gather", "name: Gathering")
    saved = send(client, "PUT", "draft/", card=text, revision=1).json()
    assert (saved["revision"], saved["written_by"]) == (2, "pia")
    told = send(client, "POST", "publish/", revision=2, note="reads better").json()
    assert (told["version"], told["state"], told["published_by"]) == (2, "published", "pia")
    assert told["published_at"].endswith("Z")
    one = api("lina").get(T1589).json()
    assert [(v["number"], v["state"], v["note"]) for v in one["versions"]] == [
        (2, "published", "reads better"), (1, "retired", "")
    ]  # fmt: skip


def test_a_text_that_cannot_be_read_is_kept_with_its_flaws(api: Api) -> None:
    client = api("pia")
    text = send(client, "POST", "draft/").json()["card"].replace("polarity: suspicious", "polarity: odd", 1)
    saved = send(client, "PUT", "draft/", card=text, revision=1)
    assert saved.status_code == 200
    (flaw,) = saved.json()["flaws"]
    assert text.splitlines()[flaw["line"] - 1].strip() == "polarity: odd"
    assert problem(send(client, "POST", "publish/", revision=2), 422)["errors"]["card"]


def test_a_stale_save_says_who_was_faster(api: Api) -> None:
    draft = send(api("pia"), "POST", "draft/").json()
    send(api("lea"), "PUT", "draft/", card=draft["card"] + "# hers\n", revision=1)
    told = problem(send(api("pia"), "PUT", "draft/", card=draft["card"] + "# his\n", revision=1), 409)
    assert (told["changed_by"], told["revision"]) == ("lea", 2)


def test_drafts_are_for_authors_only(api: Api) -> None:
    send(api("pia"), "POST", "draft/")
    for method, path in (("GET", "draft/"), ("POST", "draft/"), ("PUT", "draft/"), ("DELETE", "draft/"),
                         ("POST", "publish/"), ("POST", "retire/"), ("POST", "review/")):  # fmt: skip
        problem(send(api("lina"), method, path), 403)
    assert "draft" not in {version["state"] for version in api("lina").get(T1589).json()["versions"]}
    problem(api("lina").get(T1589, {"version": "2"}), 404)
    assert api("lina").get("/api/v1/playbooks/", {"state": "draft"}).json()["results"] == []
    assert [one["slug"] for one in api("pia").get("/api/v1/playbooks/", {"state": "draft"}).json()["results"]] == [
        "T1589"
    ]


def test_thrown_away_retired_and_reviewed(api: Api) -> None:
    client = api("lea")
    send(client, "POST", "draft/")
    assert send(client, "DELETE", "draft/").status_code == 204
    problem(send(client, "GET", "draft/"), 404)
    assert send(client, "POST", "review/", note="still right").json()["reviewed_by"] == "lea"
    problem(send(client, "POST", "retire/"), 422)
    assert send(client, "POST", "retire/", reason="merged").json()["state"] == "retired"
    problem(send(client, "POST", "retire/", reason="again"), 409)


def test_what_a_body_lacks_is_named(api: Api) -> None:
    client = api("pia")
    send(client, "POST", "draft/")
    assert problem(send(client, "PUT", "draft/", card="x"), 422)["errors"] == {"revision": ["required"]}
    assert "revision" in problem(send(client, "POST", "publish/"), 422)["errors"]
    problem(send(client, "PUT", "draft/", card=5, revision=1), 422)
    problem(send(client, "POST", "draft/", version=1), 409)
