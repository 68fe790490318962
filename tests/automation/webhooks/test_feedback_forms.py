"""What each SIEM is told, call by call: recorded shapes of their APIs, compared whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db import transaction

from automation.models import Delivery, Webhook
from automation.webhooks import keeping, outbox
from automation.webhooks.forms.protocol import Call, Form, Letter
from casebook.actor import Actor
from casebook.cases.closing import close
from casebook.cases.ownership import take
from casebook.clock import db_now
from casebook.errors import Invalid
from casebook.models import Case
from casebook.plugins import load, table
from tests.automation.webhooks.conftest import Listener

CASE = {
    "ref": "CB-7", "url": "https://casebook.example/cases/CB-7/", "title": "x", "state": "investigating", "tier": "t2",
    "severity": "high", "verdict": None, "owner": "tomas", "version": 4,
}  # fmt: skip
OPEN = {
    "verb": "case.accepted", "at": "2026-11-24T08:00:00+00:00", "by": "tomas", "reason": "", "case": CASE,
    "alerts": [{"external_id": name, "source": "siem", "link": ""} for name in ("a/1", "a2")],
}  # fmt: skip
CLOSED = OPEN | {
    "verb": "case.closed", "by": "lina", "reason": "our own scanner",
    "case": CASE | {"state": "closed", "verdict": "benign_positive", "version": 5},
}  # fmt: skip
SAID = "Casebook CB-7: closed as benign positive by lina. our own scanner https://casebook.example/cases/CB-7/"


def calls(name: str, body: dict[str, Any], **settings: str) -> list[Call]:
    form: Form = load(table("WEBHOOK_FORMS")[name])
    return form.calls(Letter("msg_1", 1, body), "https://siem.example/", settings, "s3cret")


def test_elastic() -> None:
    [told] = calls("elastic", CLOSED, space="soc")
    assert (told.method, told.url) == ("POST", "https://siem.example/s/soc/api/detection_engine/signals/status")
    assert json.loads(told.body) == {"signal_ids": ["a/1", "a2"], "status": "closed"}
    assert told.headers["Authorization"] == "ApiKey s3cret"
    assert told.headers["kbn-xsrf"]
    [told] = calls("elastic", OPEN)
    assert json.loads(told.body)["status"] == "acknowledged"
    assert told.url == "https://siem.example/api/detection_engine/signals/status"


def test_splunk_es() -> None:
    [told] = calls("splunk_es", CLOSED)
    assert (told.method, told.url) == ("POST", "https://siem.example/services/notable_update")
    assert parse_qs(told.body.decode()) == {
        "ruleUIDs": ["a/1", "a2"], "status": ["5"], "disposition": ["disposition:2"], "comment": [SAID],
    }  # fmt: skip
    fields = parse_qs(calls("splunk_es", OPEN, in_progress="20")[0].body.decode())
    assert (fields["status"], "disposition" in fields) == (["20"], False)


def test_wazuh_indexer() -> None:
    [told] = calls("wazuh_indexer", CLOSED)
    assert told.url == "https://siem.example/wazuh-alerts-*/_update_by_query?conflicts=proceed"
    body = json.loads(told.body)
    assert body["query"] == {"terms": {"id": ["a/1", "a2"]}}
    written = body["script"]["params"]["told"]
    assert (written["verdict"], written["version"], written["note"]) == ("benign_positive", 5, "our own scanner")


def test_graph() -> None:
    told = calls("graph", CLOSED)
    where = "https://siem.example/v1.0/security/alerts_v2/a%2F1"
    assert [(one.method, one.url) for one in told[:2]] == [("PATCH", where), ("POST", f"{where}/comments")]
    assert json.loads(told[0].body) == {"status": "resolved", "classification": "informationalExpectedActivity"}
    assert json.loads(told[1].body)["comment"] == SAID
    opened = calls("graph", OPEN)
    assert [json.loads(one.body) for one in opened] == [{"status": "inProgress"}] * 2


def test_thehive() -> None:
    told = calls("thehive", CLOSED, organisation="soc", benign_positive="FalseAlarm")
    assert [(one.method, one.url) for one in told] == [
        ("PATCH", "https://siem.example/api/v1/alert/a%2F1"), ("PATCH", "https://siem.example/api/v1/alert/a2"),
    ]  # fmt: skip
    assert json.loads(told[0].body) == {"status": "FalseAlarm", "summary": SAID}
    assert told[0].headers["X-Organisation"] == "soc"
    assert json.loads(calls("thehive", OPEN)[0].body)["status"] == "InProgress"


@pytest.mark.parametrize("name", ["elastic", "splunk_es", "wazuh_indexer", "graph", "thehive"])
def test_a_case_without_alerts_says_nothing(name: str) -> None:
    assert calls(name, CLOSED | {"alerts": []}) == []


def test_a_login_comes_first_and_its_token_is_used(
    committed: str,
    adam: Actor,
    lina: Actor,
    listener: Listener,
    settle: Callable[[], None],
    opened: Callable[..., Case],
) -> None:
    outbox.plan()
    settings = {"tenant": "t-1", "client_id": "c-1", "login": listener.url}
    values = {"name": "defender", "form": "graph", "url": listener.url, "reach": "local", "settings": settings,
              "secret": "client-secret", "source": "siem", "verbs": ["case.taken", "case.closed"]}  # fmt: skip
    hook = keeping.create(actor=adam, team="blue", values=values).webhook
    listener.bodies = [b'{"access_token": "tok-1"}']
    case = opened(external_id="graph/1")
    take(actor=lina, ref=case.ref)
    settle()
    login, change = listener.told
    assert login.path == "/hook/t-1/oauth2/v2.0/token"
    assert parse_qs(login.body.decode())["client_secret"] == ["client-secret"]
    assert (change.method, change.path) == ("PATCH", "/hook/v1.0/security/alerts_v2/graph%2F1")
    assert change.headers["authorization"] == "Bearer tok-1"

    with transaction.atomic():  # a login that answers something else fails the delivery, in words
        locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        close(actor=lina, case=locked, verdict="false_positive", reason="known", now=db_now())
    settle()
    assert Delivery.objects.filter(webhook=hook).latest("id").error == "the login answered without an access_token"
    Webhook.objects.filter(pk=hook.pk).delete()


def test_settings_a_form_needs_are_asked_for(committed: str, adam: Actor) -> None:
    values = {"name": "defender", "form": "graph", "url": "https://graph.microsoft.com"}
    with pytest.raises(Invalid, match="required") as refused:
        keeping.create(actor=adam, team="blue", values=values)
    assert set(refused.value.errors) == {"settings", "secret"}
    assert len(refused.value.errors["settings"]) == 2
