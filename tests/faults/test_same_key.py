"""R9: one `Idempotency-Key` from fifty hands at once is one effect and one answer; another body under it is refused
and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import models

from accounts.models import Person
from accounts.tokens import issue
from casebook.models import Alert, Case, IdempotencyKey, Journal, RawBody
from tests.conftest import alert_body
from tests.faults.web import ALERTS, Answer, Line, Web

HANDS = 50
CASES = "/api/v1/cases/"
TABLES: tuple[type[models.Model], ...] = (Alert, Case, Journal, RawBody, IdempotencyKey)


@pytest.fixture(scope="module")
def web(serve: Callable[..., Web]) -> Web:
    return serve(workers=2, threads=32)


def at_once(web: Web, path: str, body: bytes, headers: dict[str, str]) -> list[Answer]:
    """The same request from each hand, all let go together."""
    together = Barrier(HANDS)

    def send(_: int) -> Answer:
        with Line(web) as line:
            line.connection.connect()
            together.wait()
            return line.post(body, headers, path)

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(send, range(HANDS)))


def rows() -> dict[str, int]:
    return {table.__name__: table._default_manager.count() for table in TABLES}


@pytest.fixture
def requests(web: Web, request: pytest.FixtureRequest) -> tuple[str, dict[str, Any], dict[str, str]]:
    """Where to, what, and by whom: a SIEM's alert, or a case that a person opens by hand."""
    if request.param == "alert":
        return ALERTS, alert_body(external_id="one-key"), {}
    token = issue(person=Person.objects.get(username="lina"), scopes=[], days=1)
    body = {"title": "A user called", "severity": "low"}
    return CASES, body, {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("requests", ["alert", "case"], indirect=True)
def test_fifty_at_once_are_one(
    web: Web, requests: tuple[str, dict[str, Any], dict[str, str]], tell: Callable[[object], None]
) -> None:
    path, body, who = requests
    headers = who | {"Idempotency-Key": f"fifty{path}"}
    before = rows()
    answers = at_once(web, path, json.dumps(body).encode(), headers)
    after = rows()

    tell(f"R9 {path}: sent {HANDS}, answered {len(answers)}, stored {after['Case'] - before['Case']} case")
    assert {status for status, _ in answers} == {201}
    assert len({json.dumps(told, sort_keys=True) for _, told in answers}) == 1
    assert after["Case"] - before["Case"] == 1
    assert after["Alert"] - before["Alert"] == (path == ALERTS)
    assert after["IdempotencyKey"] - before["IdempotencyKey"] == 1

    other = at_once(web, path, json.dumps(body | {"title": "Something else"}).encode(), headers)
    assert {status for status, _ in other} == {422}
    assert {tuple(told["errors"]) for _, told in other} == {("Idempotency-Key",)}
    assert rows() == after
    if path == ALERTS:
        assert Alert.objects.get(external_id="one-key").count == 1
