"""The pages of sources: what an administrator sees and does."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from casebook.intake.receive import Refused, refuse
from casebook.intake.sender import Sender
from casebook.models import Alert, Case, RawBody, Source
from casebook.sources import minutes

pytestmark = pytest.mark.django_db
Page = Callable[[str], Client]
AT = "/settings/sources/siem/"


def text(answer: object) -> str:
    assert answer.status_code in (200, 422), answer  # type: ignore[attr-defined]
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def test_sources_are_listed_and_made(page: Page) -> None:
    adam = page("adam")
    assert "/settings/sources/siem/" in text(adam.get("/settings/sources/"))
    form = {"team": "blue", "slug": "edr-1", "name": "EDR", "adapter": "wazuh"}
    assert adam.post("/settings/sources/", form).headers["Location"] == "/settings/sources/edr-1/"
    refused = adam.post("/settings/sources/", form | {"slug": "EDR 1"})
    assert refused.status_code == 422
    assert "EDR 1" in text(refused)
    assert "Small letters, digits and hyphens" in text(refused)


def test_a_silent_source_says_so_and_a_loud_one_shows_its_rate(page: Page, open_case: Callable[..., Case]) -> None:
    assert "Nothing has come from it in 30 days." in text(page("lea").get(AT))
    open_case()
    shown = text(page("lea").get(AT + "?span=hour"))
    assert "Nothing has come" not in shown
    assert "alerts in each minute, last hour" in shown
    assert "Switch off" not in shown  # a lead looks


def test_policies_are_saved_with_their_units(page: Page, source: Source) -> None:
    form = {"name": "SIEM", "adapter": "native", "zone": "Europe/Vienna", "grouping_on": "rule",
            "grouping_window": "90", "grouping_window_unit": "minutes", "on_closed_repeat": "reopen",
            "reopen_within": "3", "reopen_within_unit": "days", "contract_per_minute": "600"}  # fmt: skip
    assert page("adam").post(AT + "settings/", form).status_code == 302
    source.refresh_from_db()
    assert (source.grouping_window.total_seconds(), source.reopen_within.days) == (5400, 3)
    assert (source.zone, source.contract_per_minute, source.grouping_on) == ("Europe/Vienna", 600, "rule")
    assert 'value="90"' in text(page("adam").get(AT + "settings/"))
    refused = text(page("adam").post(AT + "settings/", form | {"zone": "Mars/Olympus", "grouping_window": "soon"}))
    assert "Mars/Olympus" in refused
    assert "A number of seconds." in refused


def test_another_grouping_is_previewed_and_nothing_changes(page: Page, open_case: Callable[..., Case]) -> None:
    for number in range(4):
        open_case(assets=[], observables=[{"type": "user", "value": f"u{number}"}])
    asked = "?preview=1&grouping_on=rule&grouping_window=1&grouping_window_unit=hours&days=7"
    shown = text(page("lea").get(AT + "settings/" + asked))
    assert "These <b>4</b> alerts of the last 7 days would be <b>1</b> case; they are in <b>4</b> now." in shown
    assert "would be <b>4</b> cases" in text(page("lea").get(AT + "settings/" + asked.replace("=rule&", "=entity&")))
    assert Source.objects.get(slug="siem").grouping_on == "rule_entity"
    wrong = page("lea").get(AT + "settings/" + asked.replace("=1&grouping_window_unit", "=x&grouping_window_unit"))
    assert wrong.status_code == 422


def test_what_was_not_understood_is_shown_and_read_again(page: Page, sender: Sender) -> None:
    body = json.dumps({"external_id": "late-1", "title": "Understood now"}).encode()
    refuse(sender, Refused(body, "title: <b>required</b>", "title", "refused"))
    refuse(sender, Refused(b"<xml/>", "not JSON", "byte 0", "not_understood"))
    adam = page("adam")
    shown = text(adam.get(AT + "bodies/"))
    assert "title: &lt;b&gt;required&lt;/b&gt;" in shown
    assert "not JSON" not in text(adam.get(AT + "bodies/?outcome=refused"))
    raw = RawBody.objects.get(reason="not JSON")
    assert "&lt;xml/&gt;" in text(adam.get(f"{AT}bodies/{raw.id}/"))

    ids = list(RawBody.objects.filter(outcome__in=("refused", "not_understood")).values_list("id", flat=True))
    answer = adam.post(AT + "bodies/", {"raw": ids}, follow=True)
    assert "1 of 2 understood, 1 alert." in text(answer)
    assert Alert.objects.filter(external_id="late-1").count() == 1
    adam.post(AT + "bodies/", {"raw": ids})  # again: nothing twice
    assert Alert.objects.get(external_id="late-1").count == 1
    job = adam.post(AT + "bodies/", {"all": "1"}).headers["Location"]
    assert "Being read again" in text(adam.get(job))


def test_a_test_alert_shows_what_it_would_become_and_leaves_nothing(page: Page, open_case: Callable[..., Case]) -> None:
    adam = page("adam")
    assert "A test alert" in adam.get(AT + "try/").content.decode()
    body = {"external_id": "t-1", "title": "Guessing at root", "severity": "high", "techniques": ["T1589"],
            "observables": [{"type": "user", "value": "root"}]}  # fmt: skip
    shown = text(adam.post(AT + "try/", {"body": json.dumps(body)}))
    assert "would open a case" in shown
    assert "exact: T1589" in shown
    assert not Alert.objects.filter(external_id="t-1").exists()
    assert not Case.objects.filter(title="Guessing at root").exists()

    case = open_case(title="First", rule={"id": "r"}, assets=[], observables=body["observables"])
    shown = text(adam.post(AT + "try/", {"body": json.dumps(body | {"rule": {"id": "r"}})}))
    assert f"/cases/{case.ref}/" in shown
    assert Alert.objects.filter(case=case).count() == 1
    refused = adam.post(AT + "try/", {"body": '{"external_id": "t-1"}'})
    assert refused.status_code == 422
    assert "It would be refused" in text(refused)
    assert "First" in adam.get(AT + "try/").content.decode()  # what it sent last


def test_switched_off_and_on(page: Page) -> None:
    page("adam").post(AT + "switch/")
    assert not Source.objects.get(slug="siem").enabled
    page("adam").post(AT + "switch/", {"enabled": "on"})
    assert Source.objects.get(slug="siem").enabled


def test_the_day_is_drawn_from_counted_minutes(page: Page, open_case: Callable[..., Case]) -> None:
    case = open_case()
    Alert.objects.filter(case=case).update(received_at="2026-01-01T00:00:00Z")
    minutes.count()
    assert "0 in all" in text(page("lea").get(AT + "?span=month"))
