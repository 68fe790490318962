"""A source far past its contract is told to wait, alone, and before anything it sent is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.tokens import issue
from casebook.intake import contract_limit
from casebook.models import Alert, RawBody, Source
from tests.conftest import alert_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds, to be moved by hand."""
    now = [1000.0]
    monkeypatch.setattr(contract_limit.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def siem(source: Source, source_token: str) -> Client:
    Source.objects.filter(pk=source.pk).update(contract_per_minute=30)
    return Client(headers={"Authorization": f"Bearer {source_token}"})


def send(client: Client, alerts: int = 1, body: bytes | None = None) -> Any:
    sent = [alert_body() for _ in range(alerts)]
    data = body if body is not None else json.dumps(sent[0] if alerts == 1 else sent).encode()
    return client.post("/api/v1/alerts/", data, content_type="application/json")


def test_twice_its_contract_in_a_burst_and_then_no_more(siem: Client, clock: list[float]) -> None:
    assert {send(siem).status_code for _ in range(60)} == {201}
    answer = send(siem)

    assert answer.status_code == 429
    assert answer["Content-Type"] == "application/problem+json"
    assert int(answer["Retry-After"]) == 2
    assert Alert.objects.count() == 60
    clock[0] += 1.1
    assert send(siem).status_code == 201
    assert send(siem).status_code == 429


def test_within_its_contract_nobody_ever_waits(siem: Client, clock: list[float]) -> None:
    for _ in range(150):
        clock[0] += 60 / 30
        assert send(siem).status_code == 201


def test_nothing_of_the_request_is_read(siem: Client, clock: list[float]) -> None:
    send(siem, 61)
    before = RawBody.objects.count()
    assert send(siem, body=b"{ broken").status_code == 429
    assert RawBody.objects.count() == before + 1  # once a minute the source's page is told
    assert send(siem, body=b"{ broken").status_code == 429
    assert RawBody.objects.count() == before + 1
    told = RawBody.objects.latest("id")
    assert (told.outcome, told.place, bytes(told.body)) == ("refused", "429", b"")
    assert "contract of 30" in told.reason


def test_a_list_pays_for_all_it_holds(siem: Client, clock: list[float]) -> None:
    assert send(siem, 100).status_code == 200
    answer = send(siem)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) == 42
    clock[0] += 42
    assert send(siem).status_code == 201


def test_the_neighbour_notices_nothing(siem: Client, clock: list[float]) -> None:
    send(siem, 100)
    assert send(siem).status_code == 429
    neighbour = issue(source=Source.objects.get(slug="green-siem"), scopes=["alerts"], days=1)
    assert send(Client(headers={"Authorization": f"Bearer {neighbour}"})).status_code == 201


def test_without_a_contract_there_is_no_limit(source: Source, source_token: str, clock: list[float]) -> None:
    client = Client(headers={"Authorization": f"Bearer {source_token}"})
    assert send(client, 500).status_code == 200
    assert send(client).status_code == 201
