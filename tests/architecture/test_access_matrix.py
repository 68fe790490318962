"""Role × route × method × object: what happens is what `expected_access.py` says, and every route has a row there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Person
from automation.containment.binding import seen_of
from automation.models import Action, SavedSearch
from casebook.models import Case, Team
from tests.architecture.access_stage import CALLERS, COLLEAGUES, Objects, bearer, missing, set_stage
from tests.architecture.expected_access import NOWHERE, OPEN_TO_ALL, ROWS
from tests.architecture.rights import RIGHTS, STRANGERS, V1, Row
from triage import left_behind

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
EVERYBODY = (*STRANGERS, "source", *CALLERS)


class Stage:
    """Both teams' objects, and one client for each caller."""

    def __init__(self) -> None:
        self.objects = set_stage()
        self.tokens = {caller: bearer(caller) for caller in EVERYBODY if caller != "anonymous"}
        self.pages = {caller: _browser(name) for caller, name in CALLERS.items()}
        self.api = Client(raise_request_exception=False)

    def teams(self, caller: str) -> tuple[Objects, Objects]:
        """The caller's own team's objects, and another's."""
        own = "green" if caller == "l1 of green" else "blue"
        return self.objects[own], self.objects["blue" if own == "green" else "green"]

    def ask(self, caller: str, row: Row, path: str, own: Objects) -> HttpResponse:
        """Send the row's request as the caller, and undo whatever it did."""
        body = _looked_at(_personal(row.body, caller, own.team), path)
        path = f"{path}?{row.query}" if row.query else path
        client = self.pages.get(caller, self.api)
        cookies = client.cookies.copy()  # signing out takes the cookie, not only the session's row
        with transaction.atomic():
            answer = self._send(caller, row.method, path, body)
            transaction.set_rollback(True)
        client.cookies = cookies
        return answer

    def _send(self, caller: str, method: str, path: str, body: dict[str, Any]) -> HttpResponse:
        is_api = path.startswith(f"/{V1}")
        client = self.api if is_api else self.pages.get(caller, self.api)
        headers = {}
        if caller in self.tokens and (is_api or caller not in CALLERS):
            headers["Authorization"] = f"Bearer {self.tokens[caller]}"
        if method == "GET":
            return client.get(path, headers=headers)
        if not is_api:
            return client.post(path, body, headers=headers) if method == "POST" else client.generic(method, path)
        return client.generic(method, path, json.dumps(body), content_type="application/json", headers=headers)


def _browser(username: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(Person.objects.get(username=username))
    return client


def _personal(body: dict[str, Any], caller: str, team: Team) -> dict[str, Any]:
    """Bodies that speak of ``me``, ``colleague``, the ``own`` team and a search of its log system."""
    me = CALLERS.get(caller, "nobody")
    colleague = next(name for name in COLLEAGUES[team.slug] if name != me)
    known = {"to": {"me": me, "colleague": colleague}, "team": {"own": team.pk, "own by name": team.slug}}
    if body.get("search") == "own":
        body = body | {"search": SavedSearch.objects.filter(system__team=team).values_list("pk", flat=True)[0]}
    return {name: known.get(name, {}).get(value, value) if isinstance(value, str) else value
            for name, value in body.items()}  # fmt: skip


def _looked_at(body: dict[str, Any], path: str) -> dict[str, Any]:
    """Bodies that say they have ``seen`` what their page shows: the action ``as it stands``, what a close leaves."""
    if body.get("seen") == "as it stands":
        pk = int(re.search(r"actions/(\d+)/", path)[1])  # type: ignore[index]
        action = Action.objects.select_related("connector").filter(pk=pk).first()
        return body | {"seen": seen_of(action) if action else "nothing"}
    if body.get("seen") == "all that is left":
        case = Case.objects.filter(pk=int(re.search(r"CB-(\d+)/", path)[1])).first()  # type: ignore[index]
        return body | {f"left_{one.key}": "on" for one in (left_behind.of_case(case) if case else [])}
    return body


@pytest.fixture(scope="module")
def stage(committed: str) -> Stage:
    return Stage()


def expected(row: Row, caller: str, whose: str) -> str:
    """The table's answer. Another team's object, and a missing one, do not exist: unless the room itself is shut."""
    answer = RIGHTS[row.right]["l1" if caller == "l1 of green" else caller]
    return "404" if whose != "own" and answer in ("ok", "403", "422") else answer


def said(answer: HttpResponse) -> str:
    """What a response comes to, in the table's words."""
    status = answer.status_code
    if status == 302 and answer.headers["Location"].startswith("/signin/?next="):
        return "sign-in"
    if status == 200 and answer.headers.get("Content-Type") == "application/json" and _is_empty_list(answer):
        return "none"
    return "ok" if status < 400 else str(status)


def _is_empty_list(answer: HttpResponse) -> bool:
    body = json.loads(answer.getvalue())  # a stream has no content
    return isinstance(body, dict) and {"next", "previous", "results"} <= set(body) and body["results"] == []


def alike(answer: str, wanted: str) -> bool:
    if wanted == "ok":
        return answer in ("ok", "none")
    return answer == {"shut": "403"}.get(wanted, wanted)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row(row: Row, stage: Stage) -> None:
    differences = []
    for caller in EVERYBODY:
        own, other = stage.teams(caller)
        paths = {"own": own.path(row.route, row.on, caller, row.verb)}
        if row.on:
            paths |= {"other": other.path(row.route, row.on, caller, row.verb)}
            paths["missing"] = missing(row.route, row.verb)
        hidden = {}
        for whose, path in paths.items():
            response = stage.ask(caller, row, path, own)
            if not alike(said(response), wanted := expected(row, caller, whose)):
                differences.append(f"{caller}, {whose}: {said(response)}, not {wanted} ({path}: {_words(response)})")
            if whose != "own" and response.status_code == 404:
                hidden[whose] = _shape(response)
        if len(hidden) == 2 and hidden["other"] != hidden["missing"]:
            differences.append(f"{caller}: another team's 404 reads otherwise than a missing one's: {hidden}")
    assert not differences, "\n".join([str(row), *differences])


@pytest.mark.parametrize("route", sorted({row.route for row in ROWS}), ids=lambda route: route or "/")
def test_methods_without_a_row_do_nothing(route: str, stage: Stage) -> None:
    known = {row.method for row in ROWS if row.route == route}
    on = next(row.on for row in ROWS if row.route == route)
    own, _ = stage.teams("lead")
    for method in METHODS:
        if method not in known:
            answer = stage.ask("lead", Row(method, route, ""), own.path(route, on, "lead", "note"), own)
            assert answer.status_code == 405, f"{method} {route}: {answer.status_code}, and no row says what it does"


def test_every_route_has_a_row() -> None:
    there = set(_routes(get_resolver()))
    named = {row.route for row in ROWS} | set(OPEN_TO_ALL) | set(NOWHERE)
    assert not there - named, f"routes without a row in expected_access.py: {sorted(there - named)}"
    assert not named - there, f"rows of routes that are gone: {sorted(named - there)}"


@pytest.mark.parametrize("path", OPEN_TO_ALL)
def test_the_schema_is_open_to_all(path: str, stage: Stage) -> None:
    assert stage.api.get(f"/{path}").status_code == 200


def test_an_address_that_leads_nowhere_is_a_problem_document(stage: Stage) -> None:
    for method in METHODS:
        answer = stage.api.generic(method, f"/{V1}no/such/route/")
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield here
        else:
            yield from _routes(pattern, here)


def _shape(response: HttpResponse) -> str:
    """A refusal without what differs from request to request: the object's name and the form's token."""
    text = b"".join(response).decode() if response.streaming else response.content.decode()
    text = re.sub(r"CB-\d+|\bown-\w+|no-such-playbook|(?:green-)?siem|\b\d+\b", "#", text)
    return re.sub(r"\b[A-Za-z0-9]{64}\b", "(csrf)", text)


def _words(response: HttpResponse) -> str:
    """The refusal itself, for whoever reads a failure."""
    if response.streaming:
        return "a file"
    text = re.sub(r"<[^>]+>|\s+", " ", response.content.decode("utf-8", "replace"))
    return text[-300:] if response.status_code == 500 else text[:300]
