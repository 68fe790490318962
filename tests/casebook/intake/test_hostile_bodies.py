"""What senders get wrong, through the door: each has its answer, none is a 500, and the bytes are kept."""

from __future__ import annotations

import gzip
import hashlib
import json
import tracemalloc
from typing import Any

import pytest
from django.test import Client

from casebook.intake.read_back import raw_body
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
        ({"severity": "\x00"}, "severity", "is not one of info, low, medium, high, critical"),
        ({"severity": None}, "severity", "null is not one of info"),
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
    body = json.dumps(alert_body()).encode()
    answer = send(siem, body, content_type=kind)
    assert answer.status_code == 415
    assert answer["Content-Type"] == "application/problem+json"
    assert "application/x-ndjson" in answer.json()["detail"]
    assert bytes(last_refusal().body) == body


def test_a_body_without_length_is_411(siem: Client) -> None:
    answer = send(siem, b"x", headers={"Transfer-Encoding": "chunked"})
    assert answer.status_code == 411
    assert "Content-Length" in answer.json()["detail"]


class TestPacked:
    """Senders that pack what they send: unpacked up to the cap, and never a byte beyond it."""

    def sent(self, siem: Client, body: bytes, packing: str = "gzip") -> Any:
        return send(siem, body, headers={"Content-Encoding": packing})

    def test_gzip_is_unpacked_and_what_it_held_is_kept(self, siem: Client) -> None:
        plain = json.dumps(alert_body(external_id="packed")).encode()
        assert self.sent(siem, gzip.compress(plain)).status_code == 201
        assert raw_body(Alert.objects.get(external_id="packed")) == plain

    def test_several_in_a_row_are_one_body(self, siem: Client) -> None:
        one, two = (json.dumps(alert_body()).encode() for _ in range(2))
        body = gzip.compress(b"[" + one + b",") + gzip.compress(two + b"]")
        assert self.sent(siem, body).json()["received"] == 2

    def test_a_bomb_stops_at_the_cap(self, siem: Client, settings: Any) -> None:
        settings.CAPS = settings.CAPS | {"alerts": 1_000_000}
        bomb = gzip.compress(b"[" + b" " * 200_000_000 + b"]")
        tracemalloc.start()
        answer = self.sent(siem, bomb)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert answer.status_code == 413
        assert "1,000,000" in answer.json()["detail"]
        assert peak < 30_000_000
        assert len(last_refusal().body) == 1_000_000

    @pytest.mark.parametrize("body", [b"not packed", gzip.compress(b"{}" * 99)[:-9], gzip.compress(b"{}") + b"rest"])
    def test_what_is_broken_is_400_and_kept(self, siem: Client, body: bytes) -> None:
        answer = self.sent(siem, body)
        assert answer.status_code == 400
        assert "gzip" in answer.json()["detail"]
        assert bytes(last_refusal().body) == body

    @pytest.mark.parametrize("packing", ["deflate", "br", "gzip, gzip"])
    def test_another_packing_is_415_and_kept(self, siem: Client, packing: str) -> None:
        answer = self.sent(siem, b"whatever", packing)
        assert answer.status_code == 415
        assert "gzip" in answer.json()["detail"]
        assert bytes(last_refusal().body) == b"whatever"


def lines(siem: Client, body: bytes, kind: str = "application/x-ndjson") -> Any:
    return send(siem, body, content_type=kind)


def test_one_alert_a_line(siem: Client) -> None:
    good = [json.dumps(alert_body(external_id=f"line-{n}")).encode() for n in range(3)]
    answer = lines(siem, b"\r\n" + good[0] + b"\r\n\n  \n" + good[1] + b"\n{broken\n" + good[2])
    told = answer.json()

    assert answer.status_code == 200
    assert (told["received"], told["refused"]) == (4, 1)
    assert [result.get("outcome", "error") for result in told["results"]] == ["opened", "attached", "error", "attached"]
    assert "line 1, column 2" in told["results"][2]["error"]
    assert raw_body(Alert.objects.get(external_id="line-1")) == good[1]
    assert bytes(last_refusal().body) == b"{broken"
    assert last_refusal().place.startswith("item 2")


def test_lines_have_a_cap(siem: Client, settings: Any) -> None:
    settings.CAPS = settings.CAPS | {"alerts_items": 3}
    body = b"\n".join(json.dumps(alert_body()).encode() for _ in range(4))
    answer = lines(siem, body)
    assert answer.status_code == 413
    assert bytes(last_refusal().body) == body
    assert lines(siem, b"\n\n").json()["received"] == 0


def test_a_long_list_is_stored_chunk_by_chunk_and_told_in_order(siem: Client) -> None:
    bodies = [alert_body(external_id=f"long-{n}", rule={"id": f"r{n % 7}"}) for n in range(450)]
    bodies[101] = {"title": "no id"}
    bodies[333] = bodies[5]
    told = send(siem, json.dumps(bodies).encode()).json()

    outcomes = [result.get("outcome", "error") for result in told["results"]]
    assert (told["received"], told["opened"], told["refused"], told["repeated"]) == (450, 7, 1, 1)
    assert (outcomes[101], outcomes[333]) == ("error", "repeated")
    assert told["results"][333]["alert"] == told["results"][5]["alert"]
    assert Alert.objects.filter(external_id__startswith="long-").count() == 448


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
