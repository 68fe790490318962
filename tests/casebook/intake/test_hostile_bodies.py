"""What senders get wrong, through the door: each has its answer, none is a 500, and the bytes are kept."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.test import Client

from casebook.models import Alert, Case, RawBody
from tests.conftest import alert_body

REQUIRED = b'"external_id":"a","title":"t"'


@pytest.fixture
def siem(source_token: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {source_token}"})


def send(client: Client, body: bytes, **kw: Any) -> Any:
    return client.post("/api/v1/alerts/", body, content_type=kw.pop("content_type", "application/json"), **kw)


def last_refusal() -> RawBody:
    return RawBody.objects.filter(outcome="refused").order_by("-id")[0]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", "byte 0"),
        (b"   ", "byte 3"),
        (b"{", "byte 1"),
        (b"{" + REQUIRED, "byte 30"),
        (b"{" + REQUIRED + b"} x", "(byte 32)"),
        (b"\xef\xbb\xbf{" + REQUIRED + b"}", "byte 0"),
        (b"{" + REQUIRED + b',"raw":NaN}', "byte 37"),
        (b"{" + REQUIRED + b',"raw":1e400}', "byte 37"),
        (b"{" + REQUIRED + b',"raw":' + b"9" * 5000 + b"}", "byte 37"),
        (b"{" + REQUIRED + b',"raw":"\\ud800"}', "byte 38"),
        (b"{" + REQUIRED + b',"raw":"\xff"}', "byte 38"),
        (b"{" + REQUIRED + b',"raw":"\n\x00"}', "byte 38"),
        (b"[" + b"{" + REQUIRED + b"},]", "byte"),
        (b"{" + REQUIRED + b',"raw":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "nested too deeply"),
        (b"[" * 100_000, ""),
    ],
)  # fmt: skip
def test_unparsable_is_400_with_the_place_and_is_kept(siem: Client, body: bytes, place: str) -> None:
    answer = send(siem, body)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert place in answer.json()["detail"]
    kept = last_refusal()
    assert bytes(kept.body) == body
    assert bytes(kept.sha256) == hashlib.sha256(body).digest()


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"title": "  "}, "title", "blank"),
        ({"external_id": "x" * 501}, "external_id", "500"),
        ({"severity": "\x00"}, "severity", "Invalid enum value"),
        ({"severity": None}, "severity", "Expected"),
        ({"detected_at": "2026-11-24T08:00:00"}, "detected_at", "needs its zone"),
        ({"detected_at": 1_700_000_000}, "detected_at", "2026-11-24T08:00:00Z"),
        ({"detected_at": "yesterday"}, "detected_at", "2026-11-24T08:00:00Z"),
        ({"detected_at": "0001-01-01T00:00:00+14:00"}, "detected_at", "outside"),
        ({"first_event_at": "9999-12-31T23:59:59-12:00"}, "first_event_at", "outside"),
        ({"techniques": ["T1110", "T1110\n"]}, "techniques.1", "T1110.001"),
        ({"observables": [{"type": "ip", "value": "1.1.1.1"}, {"type": "colour", "value": "red"}]},
         "observables.1.type", "colour"),
        ({"observables": [{"type": "ip"}]}, "observables.0.value", "required"),
        ({"observables": [{"type": "ip", "value": " "}]}, "observables.0.value", "blank"),
        ({"assets": [{"name": "a", "critical": "yes"}]}, "assets.0.critical", "bool"),
        ({"events": [1]}, "events.0", "object"),
        ({"rule": {"id": 5}}, "rule.id", "str"),
    ],
)  # fmt: skip
def test_invalid_is_422_naming_the_field_and_is_kept(
    siem: Client, changes: dict[str, Any], field: str, says: str
) -> None:
    body = json.dumps(alert_body() | changes).encode()
    answer = send(siem, body)

    assert answer.status_code == 422
    assert says in answer.json()["errors"][field][0]
    kept = last_refusal()
    assert bytes(kept.body) == body
    assert kept.place == field


@pytest.mark.parametrize("body", [b'"text"', b"5", b"null", b"true"])
def test_json_that_is_no_alert(siem: Client, body: bytes) -> None:
    answer = send(siem, body)
    assert answer.status_code == 422
    assert "body" in answer.json()["errors"]


@pytest.mark.parametrize(
    "body",
    [
        b"{" + REQUIRED + b',"title":"the last of two keys counts"}',
        b"{" + REQUIRED + b',"detected_at":"2026-11-24T08:00:00.1234567Z"}',
        b"{" + REQUIRED + b',"detected_at":"2026-11-24T08:00:00.123456789+05:30"}',
        b"{" + REQUIRED + b',"description":"\\u0000"}',
        b"{" + REQUIRED + b',"raw":{"n":123456789012345678901234567890}}',
        b"{" + REQUIRED + b',"raw":' + b"[" * 300 + b"]" * 300 + b"}",
        b"[{" + REQUIRED + b"}]",
        b"[]",
    ],
)
def test_odd_and_taken(siem: Client, body: bytes) -> None:
    answer = send(siem, body)
    assert answer.status_code in (200, 201)
    if body != b"[]":
        assert siem.get(f"/api/v1/alerts/{Alert.objects.get(external_id='a').pk}/").status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_another_content_type_is_415(siem: Client, kind: str) -> None:
    answer = send(siem, json.dumps(alert_body()).encode(), content_type=kind)
    assert answer.status_code == 415
    assert answer["Content-Type"] == "application/problem+json"


def test_a_compressed_body_is_415_and_one_without_length_411(siem: Client) -> None:
    assert send(siem, b"x", headers={"Content-Encoding": "gzip"}).status_code == 415
    answer = send(siem, b"x", headers={"Transfer-Encoding": "chunked"})
    assert answer.status_code == 411
    assert "Content-Length" in answer.json()["detail"]


def test_caps(siem: Client, settings: Any) -> None:
    settings.CAPS = settings.CAPS | {"alert": 1000, "alerts": 5000, "alerts_items": 3}

    big = json.dumps(alert_body(description="x" * 1000)).encode()
    assert send(siem, big).status_code == 413
    assert bytes(last_refusal().body) == big[:1000]

    many = json.dumps([alert_body() for _ in range(4)]).encode()
    answer = send(siem, many)
    assert answer.status_code == 413
    assert "3" in answer.json()["detail"]

    mixed = json.loads(send(siem, b"[" + big + b"," + json.dumps(alert_body()).encode() + b"]").content)
    assert (mixed["refused"], mixed["opened"]) == (1, 1)

    assert send(siem, b"[" + b" " * 5000 + b"]").status_code == 413
    assert not Case.objects.filter(title__startswith="xxx").exists()


def test_the_same_key_counts_once(siem: Client) -> None:
    body = json.dumps(alert_body(external_id="keyed")).encode()
    first = send(siem, body, headers={"Idempotency-Key": "k"})
    again = send(siem, body, headers={"Idempotency-Key": "k"})

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert Alert.objects.get(external_id="keyed").count == 1


def test_a_refusal_under_a_key_is_kept_and_may_be_mended(siem: Client) -> None:
    before = RawBody.objects.filter(outcome="refused").count()
    assert send(siem, b'{"title":"no id"}', headers={"Idempotency-Key": "k"}).status_code == 422
    assert RawBody.objects.filter(outcome="refused").count() == before + 1
    good = json.dumps(alert_body()).encode()
    assert send(siem, good, headers={"Idempotency-Key": "k"}).status_code == 201
