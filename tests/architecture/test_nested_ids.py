"""Names and ids inside a body are checked like those in an address: another team's is the same as none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from automation.models import Connector
from tests.architecture.access_stage import WHY, Objects, bearer, set_stage

API = "/api/v1/"
BLOCK = {"kind": "block_address", "target": "198.51.100.77", "reason": WHY}


class Inside:
    """Blue's lead and T2, and what is green's."""

    def __init__(self) -> None:
        objects = set_stage()
        self.blue: Objects = objects["blue"]
        self.green: Objects = objects["green"]
        Connector.objects.create(team=self.green.team, slug="greens-own", name="Green's", kind="simulated")
        self.greens_step = self.green.ids["own step"]
        self.clients = {who: Client(headers={"Authorization": f"Bearer {bearer(who)}"}) for who in ("lead", "t2")}

    def ask(self, who: str, method: str, path: str, body: dict[str, Any]) -> HttpResponse:
        with transaction.atomic():
            answer = self.clients[who].generic(method, API + path, json.dumps(body), content_type="application/json")
            transaction.set_rollback(True)
        return answer


@pytest.fixture(scope="module")
def inside(committed: str) -> Inside:
    return Inside()


CASES = (
    # who, method, path, body with what is named: another team's, and one that nobody has
    ("t2", "POST", "cases/{triage}/assign/", {"to": ("otto", "zoe")}),
    ("t2", "POST", "cases/", {"title": "x", "team": ("green", "mauve")}),
    ("t2", "POST", "cases/{triage}/playbook/", {"playbook": ("own-green", "no-such-card"), "reason": WHY}),
    ("t2", "POST", "cases/{investigating}/tasks/", {"title": "x", "owner": ("otto", "zoe")}),
    ("t2", "PATCH", "tasks/{task}/", {"owner": ("otto", "zoe")}),
    ("t2", "POST", "cases/{investigating}/actions/", BLOCK | {"connector": ("greens-own", "no-such-box")}),
    ("t2", "POST", "cases/{triage}/focus/", {"seconds": 5, "step": ("greens step", 999_999_999)}),
    ("lead", "POST", "context/ranges/", {"cidr": "192.0.2.0/25", "label": "Lab", "team": ("green", "mauve")}),
    ("lead", "POST", "context/assets/", {"kind": "host", "name": "db-9", "team": ("green", "mauve")}),
    ("lead", "POST", "context/people/", {"names": ["nwest"], "name": "Nora West", "team": ("green", "mauve")}),
    ("lead", "POST", "context/people/import/", {"csv": "names,name\nnwest,Nora", "team": ("green", "mauve")}),
)


@pytest.mark.parametrize(("who", "method", "path", "body"), CASES, ids=lambda value: str(value)[:40])
def test_anothers_and_nobodys_read_the_same(
    inside: Inside, who: str, method: str, path: str, body: dict[str, Any]
) -> None:
    refs = {name: case.ref for name, case in inside.blue.cases.items()} | {"task": inside.blue.ids["task"]}
    [(field, (anothers, nobodys))] = [(name, value) for name, value in body.items() if isinstance(value, tuple)]
    if anothers == "greens step":
        anothers = inside.greens_step
    said = []
    for named in (anothers, nobodys):
        answer = inside.ask(who, method, path.format(**refs), body | {field: named})
        assert answer.status_code in (404, 422), (named, answer.content)
        said.append((answer.status_code, answer.content.decode().replace(str(named), "…")))
    assert said[0] == said[1]


@pytest.mark.parametrize("step", ["answer", "accept", "done"])
def test_a_step_of_another_playbook_is_not_this_cases(inside: Inside, step: str) -> None:
    ref = inside.blue.cases["triage"].ref
    for number in (inside.greens_step, 999_999_999):
        body = {"value": "no", "note": "looked into it"} if step == "answer" else {}
        assert inside.ask("t2", "POST", f"cases/{ref}/run/steps/{number}/{step}/", body).status_code == 404


@pytest.mark.parametrize(
    "query", ["team=green", "source=green-siem", "owner=otto", "observable={user}", "q={ref}", "playbook=own-green"]
)
def test_a_filter_shows_nothing_of_another_team(inside: Inside, query: str) -> None:
    case = inside.green.cases["triage"]
    user = case.observable_links.get(observable__type="user").observable.value
    query = query.format(ref=case.ref, user=user)
    for path in ("cases/", "actions/", "reports/sla/cases/", "context/ranges/"):
        answer = inside.clients["lead"].get(f"{API}{path}?{query}")
        if answer.status_code == 422:  # no such filter here
            continue
        greens = {case.ref for case in inside.green.cases.values()}
        assert not [one for one in answer.json()["results"] if one.get("ref", one.get("case")) in greens]
        assert not [one for one in answer.json()["results"] if one.get("team") == "green"]
