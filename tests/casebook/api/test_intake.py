"""The vendors' door: by token or by a key in the address, understood or kept, and never a 500."""

from __future__ import annotations

import json
import logging
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Token
from accounts.tokens import TokenRefused, issue, resolve, revoke
from casebook.intake.read_back import facts_of, raw_body
from casebook.models import Alert, IdempotencyKey, Journal, RawBody, Source
from config.logs import OneLine
from tests.casebook.api.conftest import V1, problem

HIVE = {
    "type": "siem", "source": "ours", "sourceRef": "h-1", "title": "Many failed logins", "description": "d",
    "severity": 3, "tags": ["ssh"], "observables": [{"dataType": "ip", "data": "203.0.113.7"}],
}  # fmt: skip


def hive(**changes: Any) -> dict[str, Any]:
    return HIVE | changes


def post(client: Client, adapter: str, body: Any, key: str = "", **kw: Any) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    path = f"{V1}intake/{adapter}/" + (f"{key}/" if key else "")
    return client.post(path, data, content_type=kw.pop("content_type", "application/json"), **kw)


@pytest.fixture
def key(source: Source) -> str:
    return issue(source=source, scopes=["alerts"], days=1, in_url=True)


class TestAnswers:
    def test_one_message_opens_and_its_repeat_is_counted(self, siem: Client) -> None:
        first, again = post(siem, "thehive", hive()), post(siem, "thehive", hive())

        assert (first.status_code, again.status_code) == (201, 200)
        assert (first.json()["outcome"], again.json()["outcome"], again.json()["count"]) == ("opened", "repeated", 2)
        alert = Alert.objects.get(pk=first.json()["alert"])
        assert (alert.title, alert.severity) == ("Many failed logins", 3)
        assert raw_body(alert) == json.dumps(hive()).encode()
        assert RawBody.objects.get(id=alert.raw_id).adapter == "thehive"

    def test_many_messages_are_told_in_their_order(self, siem: Client) -> None:
        body = [hive(sourceRef="m-1"), {"nothing": "of ours"}, hive(sourceRef="m-2"), 5]
        told = post(siem, "thehive", body).json()

        assert (told["received"], told["opened"], told["attached"], told["accepted"]) == (4, 1, 1, 2)
        outcomes = [result["outcome"] for result in told["results"]]
        assert outcomes == ["opened", "accepted", "attached", "accepted"]
        assert told["results"][1]["reason"]

    def test_what_is_not_understood_is_202_and_kept_with_why_where_and_by_whom(self, siem: Client) -> None:
        answer = post(siem, "elastic", {"nothing": "of Elastic's"})
        told = answer.json()

        assert answer.status_code == 202
        assert (told["alert"], told["outcome"], told["case"]) == (None, "accepted", None)
        kept = RawBody.objects.get(outcome="not_understood")
        assert (kept.reason, kept.place, kept.adapter) == (told["reason"], told["place"], "elastic")
        assert bytes(kept.body) == b'{"nothing": "of Elastic\'s"}'
        assert not Alert.objects.filter(raw_id=kept.id).exists()

    def test_a_message_at_another_vendors_address_is_told_so(self, siem: Client) -> None:
        for adapter in ("generic", "wazuh"):
            reason = post(siem, adapter, hive()).json()["reason"]
            assert "TheHive" in reason
            assert "intake/thehive/" in reason
        assert "address" not in post(siem, "thehive", {"nothing": "of anybody's"}).json()["reason"]

    @pytest.mark.parametrize(
        "body", [b"", b"{", b'{"a":NaN}', b"\xff\xfe", b"[" * 10_000 + b"]" * 10_000, b'"\\ud800"']
    )
    def test_what_is_no_json_is_400_with_the_place_and_kept(self, siem: Client, body: bytes) -> None:
        problem(post(siem, "wazuh", body), 400)
        kept = RawBody.objects.get(outcome="refused")
        assert (bytes(kept.body), kept.adapter) == (body, "wazuh")

    def test_an_adapter_that_does_not_exist_is_404_naming_those_that_do_and_the_body_is_kept(self, siem) -> None:
        document = problem(post(siem, "arcsight", hive()), 404)
        assert "thehive" in document["detail"]
        assert "wazuh" in document["detail"]
        assert bytes(RawBody.objects.get(outcome="refused").body) == json.dumps(hive()).encode()

    def test_over_the_cap_is_413_and_counted(self, siem: Client, settings: Any) -> None:
        settings.CAPS = settings.CAPS | {"intake": 500}
        document = problem(post(siem, "thehive", hive(description="x" * 600)), 413)
        assert "500" in document["detail"]
        assert RawBody.objects.get(outcome="refused").reason == document["detail"]

    def test_any_content_type_will_do(self, siem: Client) -> None:
        for number, kind in enumerate(("text/plain", "application/x-www-form-urlencoded", "application/octet-stream")):
            assert post(siem, "thehive", hive(sourceRef=f"c-{number}"), content_type=kind).status_code == 201

    def test_the_same_key_is_answered_once(self, siem: Client) -> None:
        headers = {"Idempotency-Key": "k"}
        answers = [post(siem, "thehive", hive(sourceRef="once"), headers=headers) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        assert Alert.objects.get(title=HIVE["title"]).count == 1

    def test_people_send_none(self, api: Any) -> None:
        problem(post(api("lea"), "thehive", hive()), 403)


class TestSourceKey:
    """It creates alerts and does nothing else; it is no token, and a token is no key."""

    def test_it_sends_without_any_header(self, key: str, source: Source) -> None:
        answer = post(Client(), "thehive", hive(), key)
        assert answer.status_code == 201
        assert Alert.objects.get(pk=answer.json()["alert"]).source == source

    def test_it_is_no_bearer_token(self, api: Any, key: str) -> None:
        client = api(key)
        problem(post(client, "thehive", hive()), 401)
        problem(client.get(V1 + "cases/"), 401)
        problem(client.post(V1 + "alerts/", b"{}", content_type="application/json"), 401)
        with pytest.raises(TokenRefused):
            resolve(key)

    def test_a_token_is_no_key(self, source_token: str) -> None:
        problem(post(Client(), "thehive", hive(), source_token), 401)

    def test_a_wrong_key_beside_a_good_token_is_refused(self, siem: Client) -> None:
        problem(post(siem, "thehive", hive(), "cbk_wrong"), 401)

    def test_it_reads_nothing(self, key: str) -> None:
        assert Client().get(f"{V1}intake/thehive/{key}/").status_code in (401, 405)

    def test_it_can_be_revoked_and_rotated_with_an_overlap(self, key: str, source: Source) -> None:
        newer = issue(source=source, scopes=["alerts"], days=1, in_url=True)
        assert post(Client(), "thehive", hive(), key).status_code == 201
        revoke(Token.objects.get(prefix=key[:10]))
        problem(post(Client(), "thehive", hive(), key), 401)
        assert post(Client(), "thehive", hive(), newer).status_code == 200


class TestMasked:
    """The key never gets into a log, an error page, the journal or any other row."""

    def test_logs(self, key: str, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            post(Client(), "no-such-adapter", hive(), key)
            post(Client(), "thehive", b"{", key)
            post(Client(), "thehive", hive(), key[:-1] + "x")
            Client().post(f"{V1}intake/thehive/{key}")
        lines = [OneLine().format(record) for record in caplog.records]
        assert any("/intake/" in line for line in lines)
        assert not [line for line in lines if key[4:30] in line]

    def test_answers(self, key: str) -> None:
        for path in (f"{V1}intake/x/{key}/", f"{V1}intake/x/{key}", f"{V1}intake/x/{key}/more/"):
            answer = Client().post(path, b"{}", content_type="application/json")
            assert answer.status_code == 404
            assert key not in answer.content.decode()

    def test_rows(self, key: str, source: Source) -> None:
        post(Client(), "thehive", hive(), key, headers={"Idempotency-Key": "k"})
        call_command("issue_token", "--source", "siem", "--url", stdout=StringIO())
        kept = [*IdempotencyKey.objects.values_list("path", flat=True), *map(str, Journal.objects.values())]
        assert kept
        assert not [row for row in kept if key in row]
        assert IdempotencyKey.objects.get().path == "/api/v1/intake/thehive/***/"


class TestCommand:
    def issued(self, *options: str) -> str:
        out = StringIO()
        call_command("issue_token", *options, stdout=out)
        return out.getvalue()

    @pytest.mark.django_db
    def test_url_prints_only_the_key(self, source: Source) -> None:
        said = self.issued("--source", "siem", "--url")
        assert said.count("\n") == 1
        assert resolve(said.strip(), in_url=True).source_id == source.pk

    @pytest.mark.django_db
    def test_the_adapter_of_a_source_is_set(self, source: Source) -> None:
        self.issued("--source", "siem", "--adapter", "wazuh")
        source.refresh_from_db()
        assert source.adapter == "wazuh"
        assert Journal.objects.get(verb="source.changed").payload["what"] == "adapter native → wazuh"
        self.issued("--source", "siem")
        source.refresh_from_db()
        assert source.adapter == "wazuh"

    @pytest.mark.django_db
    @pytest.mark.parametrize("options", [("--source", "siem", "--adapter", "arcsight"), ("--user", "lina", "--url")])
    def test_what_makes_no_sense_is_refused(self, source: Source, options: tuple[str, ...]) -> None:
        before = Token.objects.count()
        with pytest.raises(CommandError):
            self.issued(*options)
        assert Token.objects.count() == before


SAMPLES = {
    "elastic": "elastic/*.json", "graph": "microsoft_graph/*.json", "ocsf": "ocsf/*.json",
    "qradar": "qradar/offense.json", "securityhub": "aws/*.json", "sentinel": "sentinel/securityalert_*.json",
    "splunk_es": "splunk/*.json", "wazuh": "wazuh/*.ndjson",
}  # fmt: skip


@pytest.mark.parametrize("adapter", SAMPLES)
def test_what_siems_really_send_becomes_alerts(siem: Client, samples: Path, adapter: str) -> None:
    files = sorted((samples / "siem").glob(SAMPLES[adapter]))
    assert files
    for file in files:
        answer = post(siem, adapter, file.read_bytes())
        told = answer.json()
        outcomes = told.get("results", [told])
        assert answer.status_code in (200, 201), (file.name, told)
        assert {one["outcome"] for one in outcomes} <= {"opened", "attached", "repeated"}, (file.name, told)


@pytest.mark.parametrize("adapter", SAMPLES)
def test_whatever_is_sent_to_the_wrong_address_is_kept(siem: Client, samples: Path, adapter: str) -> None:
    for folder in ("siem", "malformed"):
        for file in sorted((samples / folder).rglob("*.*")):
            before = RawBody.objects.count()
            answer = post(siem, adapter, file.read_bytes())
            assert answer.status_code in (200, 201, 202, 400), (file.name, answer.content)
            assert (
                RawBody.objects.count() > before
                or answer.json().get("outcome") == "repeated"
                or (answer.json().get("repeated"))
            ), file.name


def test_what_an_adapter_assumed_is_told_and_can_be_read_again(siem: Client) -> None:
    told = post(siem, "thehive", hive(severity=9)).json()
    alert = Alert.objects.get(pk=told["alert"])
    assert told["assumed"]
    assert list(facts_of(alert).assumed) == told["assumed"]
    assert facts_of(alert).by == "TheHive"
