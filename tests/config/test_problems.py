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


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "get"])
def test_a_slash_left_out_is_told_with_the_right_address_whoever_asks_however(method: str) -> None:
    sender = Client(enforce_csrf_checks=True, headers={"Authorization": "Bearer cb_x"})
    answer = sender.generic(method.upper(), "/api/v1/alerts", "{}", content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)
    assert "/api/v1/alerts/" in answer.json()["detail"]


def test_a_method_the_route_has_not(api: Any, case: Any) -> None:
    answer = api("lina").delete(f"/api/v1/cases/{case.ref}/")
    assert (answer.status_code, answer["Content-Type"]) == (405, PROBLEM)
    assert "PATCH" in answer["Allow"]
    assert (answer.json()["title"], answer.json()["detail"]) == ("Method not allowed", 'Method "DELETE" not allowed.')


def test_a_body_of_a_kind_the_route_does_not_read(api: Any) -> None:
    answer = api("lina").post("/api/v1/cases/", "<case/>", content_type="text/xml")
    assert (answer.status_code, answer.json()["title"]) == (415, "Unsupported media type")
    assert "text/xml" in answer.json()["detail"]
    assert "{" not in answer.json()["title"]


@pytest.mark.parametrize(
    ("path", "body", "field", "says"),
    [
        ("cases/", {"title": "A call", "sevrity": "high"}, "sevrity", "did you mean severity?"),
        (
            "cases/",
            {"title": "A call", "observables": [{"kind": "ip", "value": "1.1.1.1"}]},
            "observables.0.kind",
            "ty",
        ),
        ("cases/{ref}/take/", {"versoin": 1}, "versoin", "did you mean version?"),
        ("cases/{ref}/close/", {"verdikt": "benign"}, "verdikt", "did you mean verdict?"),
        ("cases/{ref}/actions/", {"adress": "198.51.100.1"}, "adress", "there are: connector, expires_in"),
        ("cases/{ref}/evidence/", {"text": "a line", "time_zone": "UTC"}, "time_zone", "did you mean timezone?"),
    ],
)
def test_a_field_nobody_reads_is_refused_by_name(
    api: Any, case: Any, path: str, body: dict[str, Any], field: str, says: str
) -> None:
    answer = api("lina").post(f"/api/v1/{path.format(ref=case.ref)}", body, content_type="application/json")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert says in answer.json()["errors"][field][0]


def test_what_any_verb_of_a_case_may_carry_is_taken(api: Any, case: Any) -> None:
    body = {"reason": "mine now", "question": None, "handover": ""}
    assert api("lina").post(f"/api/v1/cases/{case.ref}/take/", body, content_type="application/json").status_code == 200


def test_a_choice_says_what_there_is_to_choose_from(api: Any, case: Any) -> None:
    answer = api("lina").post(
        f"/api/v1/cases/{case.ref}/close/", {"verdict": "fine", "version": "x"}, content_type="application/json"
    )
    assert answer.json()["errors"].keys() == {"verdict", "version"}
    assert "not one of true_positive, " in answer.json()["errors"]["verdict"][0]


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
