"""What no view decides: no database, no such route, no such method, a body nobody reads."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: Any, **kw: Any) -> Any:
        raise OperationalError("connection refused")

    monkeypatch.setattr("accounts.api_auth.resolve", gone)
    monkeypatch.setattr("accounts.signin.PersonBackend.get_user", gone)


def test_without_a_database_the_api_says_try_again(no_database: None) -> None:
    answer = Client(headers={"Authorization": "Bearer cb_x"}).post("/api/v1/alerts/", "{}", "application/json")
    assert (answer.status_code, answer["Retry-After"], answer["Content-Type"]) == (503, "5", PROBLEM)


def test_without_a_database_a_page_says_try_again(page: Any, no_database: None) -> None:
    client = page("lina")
    client.raise_request_exception = False
    answer = client.get("/playbooks/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_an_unknown_route_and_one_without_its_slash(api: Any) -> None:
    for path in ("/api/v1/nonsense/", "/api/v1/cases"):
        answer = api("lina").post(path, {}, content_type="application/json")
        assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)
    assert "slash" in answer.json()["detail"]


def test_a_method_the_route_has_not(api: Any, case: Any) -> None:
    answer = api("lina").delete(f"/api/v1/cases/{case.ref}/")
    assert (answer.status_code, answer["Content-Type"]) == (405, PROBLEM)
    assert "PATCH" in answer["Allow"]


def test_head_and_options(api: Any, case: Any) -> None:
    assert api("lina").head(f"/api/v1/cases/{case.ref}/").status_code == 200
    assert api("lina").options(f"/api/v1/cases/{case.ref}/").status_code == 200


def test_who_does_not_say_who_they_are(client: Client) -> None:
    answer = client.get("/api/v1/cases/")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="casebook"')


def test_bodies_refused_by_their_headers(client: Client) -> None:
    small = {"data": b"x", "content_type": "application/json"}
    assert client.post("/api/v1/cases/", **small, headers={"Content-Encoding": "gzip"}).status_code == 415
    assert client.post("/api/v1/cases/", **small, headers={"Transfer-Encoding": "chunked"}).status_code == 411
    assert client.post("/api/v1/cases/", **small, CONTENT_LENGTH="-1").status_code == 400
    large = b"x" * (1024 * 1024 + 1)
    assert client.post("/signin/", large, content_type="application/json").status_code == 413
