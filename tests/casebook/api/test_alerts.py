"""`POST alerts/`: what a SIEM sends, and what it is told; `GET alerts/<id>/`: what came, untouched."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Token
from accounts.tokens import issue, revoke
from casebook.models import Alert, Case, RawBody, Source
from tests.casebook.api.conftest import post, problem
from tests.conftest import alert_body

pytestmark = pytest.mark.django_db


def refused() -> list[tuple[str, str, bytes, bytes]]:
    """What was kept of requests that were refused: reason, place, digest, bytes."""
    rows = RawBody.objects.exclude(outcome="understood").order_by("id")
    return [(row.reason, row.place, bytes(row.sha256), bytes(row.body)) for row in rows]


def kept(body: bytes) -> None:
    """The last refusal holds these bytes, by their own digest, under the source."""
    row = RawBody.objects.exclude(outcome="understood").latest("id")
    assert (bytes(row.body), bytes(row.sha256)) == (body, hashlib.sha256(body).digest())
    assert row.source_id == Source.objects.get(slug="siem").pk
    assert row.outcome == "refused"


def test_one_alert_opens_a_case(siem):
    answer = post(siem, "alerts/", alert_body(external_id="a-1"))
    assert answer.status_code == 201
    told = answer.json()
    case = Case.objects.get()
    assert told == {
        "alert": Alert.objects.get().pk,
        "outcome": "opened",
        "case": case.ref,
        "url": f"http://127.0.0.1:8000/cases/{case.ref}/",
    }


def test_only_id_and_title_are_required(siem):
    answer = post(siem, "alerts/", {"external_id": "bare", "title": "Something happened"})
    assert answer.status_code == 201
    assert Case.objects.get().severity_word == "medium"


def test_attach_and_repeat(siem):
    first = post(siem, "alerts/", alert_body(external_id="a-1")).json()
    other = post(siem, "alerts/", alert_body(external_id="a-2"))
    again = post(siem, "alerts/", alert_body(external_id="a-1"))
    assert (other.status_code, other.json()["outcome"], other.json()["case"]) == (201, "attached", first["case"])
    assert (again.status_code, again.json()["outcome"], again.json()["count"]) == (200, "repeated", 2)
    assert again.json()["alert"] == first["alert"]


def test_a_list_answers_for_each_in_order_and_one_bad_item_costs_no_other(siem):
    body = [
        alert_body(external_id="a"),
        {"external_id": "b"},
        alert_body(external_id="c", severity="enormous"),
        alert_body(external_id="a"),
        alert_body(external_id="d"),
    ]
    answer = post(siem, "alerts/", body)
    assert answer.status_code == 200
    told = answer.json()
    totals = {
        name: told[name] for name in ("received", "opened", "attached", "repeated", "suppressed", "accepted", "refused")
    }
    assert totals == {
        "received": 5,
        "opened": 1,
        "attached": 1,
        "repeated": 1,
        "suppressed": 0,
        "accepted": 0,
        "refused": 2,
    }
    outcomes = [one.get("outcome") for one in told["results"]]
    assert outcomes == ["opened", None, None, "repeated", "attached"]
    assert "title" in told["results"][1]["errors"]
    assert "severity" in told["results"][2]["errors"]
    assert [place for _, place, _, _ in refused()] == ["item 1: title", "item 2: severity"]
    assert json.loads(refused()[0][3]) == {"external_id": "b"}


def test_an_empty_list_is_an_empty_answer(siem):
    answer = post(siem, "alerts/", [])
    assert (answer.status_code, answer.json()["received"], answer.json()["results"]) == (200, 0, [])


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"external_id": "a",\n  "title": oops}', "line 2, column 12"),
        (b"", "line 1, column 1"),
        (b"oops", "line 1, column 1"),
        (b'[{"external_id": "a", "title": "x"},\n {"external_id": }]', "line 2"),
        (b'{"external_id": "a", "title": "\xff"}', "line 1"),
        (b'[{"external_id": "a", "title": "x"}', "line 1"),
    ],
)
def test_what_is_no_json_is_refused_with_its_position_and_kept(siem, body, place):
    document = problem(post(siem, "alerts/", body), 400)
    assert place in document["detail"]
    kept(body)
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": None}, "title"),
        ({"external_id": ""}, "external_id"),
        ({"external_id": "x" * 501}, "external_id"),
        ({"severity": "worst"}, "severity"),
        ({"detected_at": "yesterday"}, "detected_at"),
        ({"detected_at": "2026-03-30T16:02:00"}, "detected_at"),
        ({"techniques": ["brute force"]}, "techniques"),
        ({"observables": [{"type": "planet", "value": "x"}]}, "observables"),
        ({"observables": [{"type": "ip"}]}, "observables"),
        ({"rule": "r-9"}, "rule"),
        ({"tlp": "purple"}, "tlp"),
    ],
)
def test_a_wrong_field_is_named_and_the_bytes_are_kept(siem, change, field):
    body = json.dumps(alert_body(**change)).encode()
    document = problem(post(siem, "alerts/", body), 422)
    assert next(iter(document["errors"])).startswith(field)
    kept(body)


@pytest.mark.parametrize("field", ["external_id", "title"])
def test_a_missing_field_is_named(siem, field):
    alert = alert_body()
    del alert[field]
    document = problem(post(siem, "alerts/", alert), 422)
    assert document["errors"] == {field: ["required"]}


@pytest.mark.parametrize("body", [b"3", b'"text"', b"null", b"[3, null]"])
def test_json_that_is_no_alert(siem, body):
    answer = post(siem, "alerts/", body)
    assert answer.status_code == (200 if body.startswith(b"[") else 422)
    assert not Alert.objects.exists()


def test_caps_are_named_and_counted(siem, settings):
    settings.CAPS = settings.CAPS | {"alert": 2000, "alerts": 9000, "alerts_items": 3}
    large = json.dumps(alert_body(description="x" * 3000)).encode()
    document = problem(post(siem, "alerts/", large), 413)
    assert "2,000" in document["detail"]
    assert len(refused()) == 1
    assert refused()[0][3] == large[:2000]

    document = problem(post(siem, "alerts/", [alert_body()] * 4), 413)
    assert "3" in document["detail"]
    document = problem(post(siem, "alerts/", b"[" + b" " * 9000 + b"]"), 413)
    assert "9,000" in document["detail"]
    assert not Alert.objects.exists()

    told = post(siem, "alerts/", [alert_body(external_id="ok"), alert_body(description="x" * 3000)]).json()
    assert (told["opened"], told["refused"]) == (1, 1)


def test_an_alert_reads_back_as_it_came(siem, api):
    body = json.dumps(alert_body(external_id="raw", raw={"vendor": [1, 2]}, link="https://siem.example/a/1")).encode()
    told = post(siem, "alerts/", body).json()
    for client in (siem, api("lina"), api("mara"), api("aude")):
        answer = client.get(f"/api/v1/alerts/{told['alert']}/")
        assert answer.status_code == 200
        assert answer.json()["raw"] == json.loads(body)
        assert answer.json()["link"] == "https://siem.example/a/1"
        assert answer.json()["case"] == told["case"]


class TestTokens:
    """401, 403 or 404; at once; and never a word about what is there."""

    def test_none_and_nonsense(self, client, api):
        problem(post(client, "alerts/", alert_body()), 401)
        problem(post(api("cb_nonsense"), "alerts/", alert_body()), 401)
        answer = client.post(
            "/api/v1/alerts/", "{}", content_type="application/json", headers={"Authorization": "Basic eA=="}
        )
        problem(answer, 401)
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="casebook"'

    def test_revoked_at_once(self, siem):
        assert post(siem, "alerts/", alert_body()).status_code == 201
        revoke(Token.objects.get(source__slug="siem"))
        assert "revoked" in problem(post(siem, "alerts/", alert_body()), 401)["detail"]

    def test_expired(self, siem):
        Token.objects.filter(source__slug="siem").update(expires_at=timezone.now() - timedelta(seconds=1))
        assert "expired" in problem(post(siem, "alerts/", alert_body()), 401)["detail"]

    def test_a_source_switched_off(self, siem, source):
        Source.objects.filter(pk=source.pk).update(enabled=False)
        problem(post(siem, "alerts/", alert_body()), 401)

    def test_people_send_no_alerts(self, api):
        problem(post(api("lea"), "alerts/", alert_body()), 403)

    def test_a_source_reads_its_own_alerts_only(self, siem, api, blue):
        told = post(siem, "alerts/", alert_body()).json()
        path = f"/api/v1/alerts/{told['alert']}/"
        colleague = Source.objects.create(slug="edr", name="EDR", team=blue)
        of_colleague = problem(api(issue(source=colleague, scopes=["alerts"], days=1)).get(path), 404)
        stranger = issue(source=Source.objects.get(slug="green-siem"), scopes=["alerts"], days=1)
        of_stranger = problem(api(stranger).get(path), 404)
        missing = problem(siem.get("/api/v1/alerts/999999999/"), 404)
        assert of_colleague == of_stranger == missing

    def test_the_source_decides_the_team(self, api):
        stranger = api(issue(source=Source.objects.get(slug="green-siem"), scopes=["alerts"], days=1))
        told = post(stranger, "alerts/", alert_body(team="blue")).json()
        assert Case.objects.get(pk=told["case"].removeprefix("CB-")).team.slug == "green"

    def test_the_same_id_of_two_sources_is_two_alerts(self, siem, api):
        stranger = api(issue(source=Source.objects.get(slug="green-siem"), scopes=["alerts"], days=1))
        one = post(siem, "alerts/", alert_body(external_id="same")).json()
        other = post(stranger, "alerts/", alert_body(external_id="same")).json()
        assert one["outcome"] == other["outcome"] == "opened"
        assert one["case"] != other["case"]


def test_a_misspelt_field_costs_nothing_and_is_told(siem):
    one = post(siem, "alerts/", alert_body(external_id="a-1", sevrity="high"))
    assert one.status_code == 201
    assert [warning["field"] for warning in one.json()["warnings"]] == ["sevrity"]
    assert "severity" in one.json()["warnings"][0]["detail"]
    many = post(siem, "alerts/", [alert_body(external_id="a-2"), alert_body(external_id="a-1", sevrity="high")]).json()
    assert "warnings" not in many["results"][0]
    assert [warning["field"] for warning in many["results"][1]["warnings"]] == ["sevrity"]
    assert refused() == []


def test_every_wrong_field_is_named(siem):
    document = problem(post(siem, "alerts/", alert_body(severity="hihg", title="")), 422)
    assert document["errors"].keys() == {"severity", "title"}
