"""Suppressions: begun from a form or from an alert, seen with what they swallow, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from casebook.epoch import config_epoch
from casebook.intake.sender import Sender, sender_of
from casebook.models import Alert, Case, Source, Suppression
from tests.casebook.intake.sending import send

pytestmark = pytest.mark.django_db
Page = Callable[[str], Client]
AT = "/settings/suppressions/"
FORM = {
    "act": "begin", "team": "blue", "kind": "suppression", "name": "Weekly scan", "reason": "our own scanner",
    "rule_id": "r-9", "rule_name": "", "title": "", "technique": "", "severity_at_most": "high",
    "observables": "ip 203.0.113.7\nuser svc-*", "source": "siem", "lasts": "24", "starts_at": "", "expires_at": "",
}  # fmt: skip


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_begun_it_swallows_and_is_ended(page: Page, source: Source) -> None:
    answer = page("lea").post(AT, FORM)
    made = Suppression.objects.get()
    assert answer.headers["Location"] == f"{AT}#s-{made.pk}"
    assert made.match == {
        "rule_id": "r-9", "severity_at_most": "high",
        "observables": [{"type": "ip", "value": "203.0.113.7"}, {"type": "user", "value": "svc-*"}],
    }  # fmt: skip
    assert made.expires_at - made.starts_at == timedelta(days=1)
    for _ in range(2):
        send(sender_of(source, config_epoch=config_epoch()), external_id="again")
    shown = text(page("lea").get(AT))
    assert f'href="{AT}{made.pk}/alerts/">1 alert</a>' in shown
    assert "2 times, last just now" in shown
    assert "our own scanner" in shown
    assert '<span class="faint">at most</span> <span class="mono wrap">high</span>' in shown
    listed = text(page("lea").get(f"/alerts/?suppression={made.pk}&days=90"))
    assert "Weekly scan" in listed
    for who, opens in (("lea", True), ("adam", False)):  # an administrator reads no alerts, and sees what lies under it
        under = text(page(who).get(f"{AT}{made.pk}/alerts/"))
        assert "1 alert, 2 times" in under
        assert ("/raw/" in under) is opens
    assert page("lea").post(f"{AT}{made.pk}/end/").headers["Location"] == AT
    made.refresh_from_db()
    assert made.ended_by == "lea"
    shown = text(page("lea").get(AT))
    assert "Nothing is silenced" in shown
    assert "by lea, meant until" in shown


def test_every_wrong_field_is_told_and_what_was_typed_stays(page: Page) -> None:
    wrong = FORM | {"name": " ", "reason": "", "rule_id": "**", "technique": "T11", "expires_at": "2020-01-01T00:00"}
    answer = page("lea").post(AT, wrong)
    shown = text(answer)
    assert answer.status_code == 422
    assert "Say in 1 to 120 characters what it silences." in shown
    assert "Say why" in shown
    assert "Written T1110 or T1110.001." in shown
    assert "Lies after its beginning, and ahead." in shown
    assert 'value="**"' in shown
    assert "user svc-*" in shown
    assert page("lea").post(AT, FORM | {"observables": "203.0.113.7"}).status_code == 422
    assert page("lea").post(AT, FORM | {"starts_at": "soon"}).status_code == 422
    assert page("lea").post(AT, FORM | {"lasts": "9999"}).status_code == 422
    aimless = FORM | {"rule_id": "", "observables": ""}
    assert "only a maintenance window of one source may silence all of it" in text(page("lea").post(AT, aimless))
    assert not Suppression.objects.exists()


def test_a_maintenance_window_in_the_viewers_zone(page: Page) -> None:
    Person.objects.filter(username="lea").update(zone="Europe/Vienna")
    at = timezone.now() + timedelta(days=2)
    day = f"{at:%Y-%m-%d}"
    form = FORM | {"kind": "maintenance", "rule_id": "", "observables": "", "severity_at_most": "",
                   "starts_at": f"{day}T22:00", "expires_at": f"{day}T23:30"}  # fmt: skip
    assert "Times are Europe/Vienna." in text(page("lea").get(AT))
    assert page("lea").post(AT, form).status_code == 302
    made = Suppression.objects.get()
    begins = datetime.fromisoformat(f"{day}T22:00")
    assert (made.starts_at.astimezone(UTC).hour, made.expires_at - made.starts_at) in {
        (20, timedelta(minutes=90)), (21, timedelta(minutes=90)),
    }  # fmt: skip
    assert begins.hour == 22
    shown = text(page("lea").get(AT))
    assert "<h2>Coming</h2>" in shown
    assert '<span class="faint">everything from</span>' in shown
    assert "Call off" in shown


def test_what_it_would_have_swallowed(page: Page, sender: Sender) -> None:
    for number in range(3):
        send(sender, external_id=f"w-{number}")
    send(sender, external_id="w-2")
    asked = FORM | {"act": "preview", "name": "", "reason": ""}
    shown = text(page("lea").post(AT, asked, headers={"HX-Request": "true"}))
    assert "it would have swallowed <b>3</b> of 3 alerts, which came 4 times." in shown
    assert shown.count("/raw/") == 3
    assert "<html" not in shown
    whole = text(page("lea").post(AT, asked))
    assert "<b>3</b> of 3 alerts" in whole
    assert 'value="r-9"' in whole
    assert "Technique: written T1110 or T1110.001." in text(page("lea").post(AT, asked | {"technique": "T1"}))
    blank = dict.fromkeys(FORM, "") | {"act": "preview", "team": "blue"}
    assert "Say what it is about" in text(page("lea").post(AT, blank))
    without_links = text(page("adam").post(AT, asked))  # who reads no cases
    assert "<b>3</b> of 3 alerts" in without_links
    assert "/raw/" not in without_links
    assert not Suppression.objects.exists()


def test_filled_in_from_an_alert(page: Page, case: Case, green: Any) -> None:
    alert = Alert.objects.get(case=case)
    shown = text(page("lea").get(f"{AT}?alert={alert.pk}"))
    assert "Suppress alerts like this" in shown
    assert f'name="rule_id" value="{alert.rule_id}"' in shown
    assert f">{alert.entity.replace(':', ' ', 1)}</textarea>" in shown
    assert "The alert also names" in shown
    assert "it would have swallowed <b>1</b> of 1 alert." in shown
    assert '<option value="siem" selected>' in shown
    assert page("lea").get(f"{AT}?alert={alert.pk + 10**6}").status_code == 404
    assert page("lea").get(f"{AT}?alert=x").status_code == 404
    assert page("adam").get(f"{AT}?alert={alert.pk}").status_code == 404  # administrators read no alerts


def test_who_may(page: Page, lea: Any, source: Source) -> None:
    assert page("lina").get(AT).status_code == 403
    assert "New suppression" not in text(page("aude").get(AT))
    assert page("aude").post(AT, FORM).status_code == 403
    assert page("lea").post(AT, FORM | {"team": "green"}).status_code == 404
    page("lea").post(AT, FORM)
    made = Suppression.objects.get()
    assert "End now" not in text(page("aude").get(AT))
    assert page("aude").post(f"{AT}{made.pk}/end/").status_code == 403
    assert page("lina").post(f"{AT}{made.pk}/end/").status_code == 403
    assert page("lea").post(f"{AT}{made.pk}/end/").status_code == 302
    assert page("lea").post(f"{AT}{made.pk}/end/").status_code == 409
