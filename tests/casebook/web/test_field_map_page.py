"""The field map's page: a payload read by a map that is being drawn up, proposed, refused, saved and put to work."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from casebook.intake.receive import Refused, refuse
from casebook.intake.sender import Sender
from casebook.models import Alert, RawBody, Source

pytestmark = pytest.mark.django_db
Page = Callable[[str], Client]
AT = "/settings/sources/siem/map/"
BODY = {"alerts": [
    {"fingerprint": "c3f1", "startsAt": "2026-11-24T08:00:00Z", "generatorURL": "https://monitor.example/g",
     "labels": {"alertname": "ManyLoginFailures", "severity": "P1", "instance": "web-1"},
     "annotations": {"summary": "Many failed logins", "mitre": "T1110.001"}},
    {"fingerprint": "c3f2", "labels": {"severity": "P3"}, "annotations": {"summary": "Disk nearly full"}},
]}  # fmt: skip
FORM = {
    "payload": json.dumps(BODY), "f-messages": "alerts", "f-external_id": "fingerprint",
    "f-title": "annotations.summary", "f-severity": "labels.severity", "f-detected_at": "startsAt",
    "f-techniques": "annotations.mitre", "o-kind": ["host", "any"], "o-role": ["target", "related"],
    "o-expression": ["labels.instance", ""], "x-label": ["Rule said"], "x-expression": ["labels.alertname"],
    "s-theirs": ["P1", "P3", ""], "s-ours": ["critical", "low", ""],
}  # fmt: skip
SAVED = {
    "messages": "alerts", "external_id": "fingerprint", "title": "annotations.summary", "severity": "labels.severity",
    "detected_at": "startsAt", "techniques": "annotations.mitre", "observables.host.target": "labels.instance",
    "facts.Rule said": "labels.alertname", "severity_map": {"P1": "critical", "P3": "low"},
}  # fmt: skip


@pytest.fixture
def generic(source: Source) -> Source:
    source.adapter = "generic"
    source.save()
    return source


def post(page: Page, act: str, **changes: Any) -> tuple[int, str]:
    answer = page("adam").post(AT, FORM | {"act": act} | changes)
    return answer.status_code, " ".join(answer.content.decode().split())


def test_each_row_says_what_it_finds_and_the_alert_is_shown(page: Page, generic: Source) -> None:
    status, shown = post(page, "preview")
    assert status == 200
    assert "message 1 of 2" in shown
    assert '<span class="mono wrap">P1</span> <span class="muted">→ critical</span>' in shown
    assert "2 messages" in shown
    assert '<h3 class="lead wrap">Many failed logins</h3>' in shown
    assert "<dt>Rule said</dt>" in shown
    assert "ManyLoginFailures" in shown
    generic.refresh_from_db()
    assert generic.field_map == {}


def test_another_message_and_only_the_part_that_changes(page: Page, generic: Source) -> None:
    answer = page("adam").post(AT, FORM | {"act": "preview", "number": "0", "go": "1"}, headers={"HX-Request": "true"})
    shown = " ".join(answer.content.decode().split())
    assert "message 2 of 2" in shown
    assert '<h3 class="lead wrap">Disk nearly full</h3>' in shown
    assert "Finds nothing in this message." in shown
    assert 'id="finding-f0" hx-swap-oob="true"' in shown
    assert "<html" not in shown
    assert "<input id=" not in shown  # what is being typed in is not swapped


def test_what_is_wrong_is_told_in_its_row_and_not_saved(page: Page, generic: Source) -> None:
    status, shown = post(page, "save", **{"f-title": "annotations.[", "f-severity": "labels.severity"})
    assert status == 422
    assert "Not saved." in shown
    assert 'value="annotations.["' in shown
    assert "at character" in shown
    status, shown = post(page, "save", **{"f-title": ""})
    assert (status, "Is needed: without it nothing says what an alert is" in shown) == (422, True)
    twice = {"o-kind": ["host", "host"], "o-role": ["target", "target"], "o-expression": ["labels.a", "labels.b"]}
    status, shown = post(page, "save", **twice)
    assert (status, "Stands here twice" in shown) == (422, True)
    status, shown = post(page, "save", **{"x-label": [""], "x-expression": ["labels.alertname"]})
    assert (status, "Needs a label to stand under" in shown) == (422, True)
    status, shown = post(page, "save", **{"s-ours": ["", "low", ""]})
    assert (status, "&#x27;P1&#x27; becomes one of" in shown) == (422, True)
    assert post(page, "save", **{name: "" for name in FORM if name != "payload"})[0] == 422
    generic.refresh_from_db()
    assert generic.field_map == {}


def test_saved_and_what_waited_is_read_again(page: Page, generic: Source, sender: Sender) -> None:
    refuse(sender, Refused(json.dumps(BODY).encode(), "no field map yet", "", "not_understood", "generic"))
    first = " ".join(page("adam").get(AT).content.decode().split())
    assert "1 body waits" in first
    assert "no field map yet" in first
    assert "&quot;fingerprint&quot;: &quot;c3f1&quot;" in first  # what was not understood last is filled in
    status, shown = post(page, "save")
    assert (status, "is saved. It holds from the next message on." in shown) == (200, True)
    generic.refresh_from_db()
    assert generic.field_map == SAVED
    raw = RawBody.objects.get(outcome="not_understood")
    page("adam").post("/settings/sources/siem/bodies/", {"raw": raw.id})
    alert = Alert.objects.get(external_id="c3f1")
    assert (alert.severity_word, alert.techniques) == ("critical", ["T1110.001"])
    assert set(Alert.objects.filter(source=generic).values_list("title", flat=True)) == {
        "Many failed logins", "Disk nearly full",
    }  # fmt: skip
    again = " ".join(page("adam").get(AT).content.decode().split())
    assert 'value="labels.instance"' in again
    assert 'value="Rule said"' in again
    assert "waits" not in again


def test_a_map_is_proposed_with_its_whys_and_what_was_typed_stays(page: Page, generic: Source) -> None:
    form = {"payload": json.dumps(BODY), "act": "propose", "f-title": "annotations.mitre"}
    shown = " ".join(page("adam").post(AT, form).content.decode().split())
    assert "rows are proposed, each with its why" in shown
    assert 'value="annotations.mitre"' in shown
    assert 'value="fingerprint"' in shown
    assert "Proposed: called “fingerprint”, and an id." in shown
    generic.refresh_from_db()
    assert generic.field_map == {}
    nothing = " ".join(page("adam").post(AT, {"payload": "7", "act": "propose"}).content.decode().split())
    assert "Nothing more to propose" in nothing


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ('{"alerts": [', "This payload cannot be read:"),
        ("", "This payload cannot be read:"),
        ("[" * 20_000, "This payload cannot be read:"),
        ("null", "It makes no alert:"),
        ('{"alerts": 7}', "It makes no alert:"),
        ('{"a": 1}\n{"a": 2}', "It makes no alert:"),
        ('<script>alert("x")</script>', "This payload cannot be read:"),
    ],
)
def test_odd_payloads(page: Page, generic: Source, payload: str, words: str) -> None:
    status, shown = post(page, "preview", payload=payload)
    assert (status, words in shown) == (200, True)
    assert "<script>alert" not in shown


def test_lines_are_messages_and_a_kept_body_is_picked(page: Page, generic: Source, sender: Sender) -> None:
    lines = '{"t": "one"}\n{"t": "two"}'
    shown = post(page, "preview", payload=lines, **{"f-messages": "", "f-title": "t"})[1]
    assert "message 1 of 2" in shown
    refuse(sender, Refused(b'{"t": "picked"}', "why one", "", "not_understood", "generic"))
    refuse(sender, Refused(b'{"t": "later"}', "why two", "", "not_understood", "generic"))
    raw = RawBody.objects.get(reason="why one")
    assert "picked" in page("adam").get(f"{AT}?raw={raw.id}").content.decode()
    assert page("adam").get(f"{AT}?raw={10**15}").status_code == 404
    assert "later" in page("adam").get(AT).content.decode()


def test_only_an_administrator_opens_it(page: Page, generic: Source) -> None:
    assert page("lea").get(AT).status_code == 403
    assert page("otto").post(AT, FORM | {"act": "save"}).status_code == 403


def test_more_rows(page: Page, generic: Source) -> None:
    before = post(page, "preview")[1].count('name="o-expression"')
    assert post(page, "more")[1].count('name="o-expression"') > before
