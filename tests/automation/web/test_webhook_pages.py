"""Webhooks as pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from automation import vault
from automation.models import Delivery, Webhook
from casebook.models import Team

pytestmark = pytest.mark.django_db
Page = Callable[[str], Client]
GOOD = {"team": "blue", "form": "signed", "name": "tickets", "url": "https://tickets.example/hook", "reach": "public",
        "verbs": ["case.closed", "case.opened"]}  # fmt: skip


def text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def test_made_with_its_secret_shown_once(page: Page) -> None:
    adam = page("adam")
    made = text(adam.post("/settings/webhooks/", GOOD))
    hook = Webhook.objects.get(name="tickets")
    secret = vault.unseal(bytes(hook.sealed), hook.place)
    assert secret in made
    again = adam.get(f"/settings/webhooks/{hook.pk}/")
    assert (again.status_code, secret in again.content.decode()) == (200, False)
    assert "tickets" in text(adam.get("/settings/webhooks/"))
    assert hook.verbs == ["case.closed", "case.opened"]


def test_what_was_typed_comes_back_with_what_is_wrong(page: Page) -> None:
    answer = page("adam").post("/settings/webhooks/", GOOD | {"url": "ftp://tickets.example", "verbs": []})
    assert answer.status_code == 422
    shown = text(answer)
    assert "ftp://tickets.example" in shown
    assert "Choose at least one verb." in shown


def test_a_form_with_a_secret_of_the_other_side(page: Page) -> None:
    form = GOOD | {"form": "graph", "set-tenant": "t", "set-client_id": "c", "secret": "s3cret"}
    answer = page("adam").post("/settings/webhooks/", form)
    hook = Webhook.objects.get(name="tickets")
    assert answer.status_code == 302
    assert hook.settings == {"tenant": "t", "client_id": "c"}
    changed = page("adam").post(f"/settings/webhooks/{hook.pk}/", form | {"secret": "", "name": "defender"})
    hook.refresh_from_db()
    assert (changed.status_code, hook.name) == (302, "defender")
    assert vault.unseal(bytes(hook.sealed), hook.place) == "s3cret"  # an empty field keeps it
    assert "s3cret" not in text(page("adam").get(f"/settings/webhooks/{hook.pk}/"))


def test_switched_renewed_and_dropped(page: Page) -> None:
    adam = page("adam")
    adam.post("/settings/webhooks/", GOOD)
    hook = Webhook.objects.get(name="tickets")
    adam.post(f"/settings/webhooks/{hook.pk}/switch/")
    assert not Webhook.objects.get(pk=hook.pk).enabled
    adam.post(f"/settings/webhooks/{hook.pk}/switch/", {"enabled": "on"})
    assert Webhook.objects.get(pk=hook.pk).enabled
    assert "shown this once" in text(adam.post(f"/settings/webhooks/{hook.pk}/secret/"))
    adam.post(f"/settings/webhooks/{hook.pk}/drop/")
    assert not Webhook.objects.filter(pk=hook.pk).exists()


def test_a_test_message_and_its_line_in_the_log(page: Page) -> None:
    adam = page("adam")
    adam.post("/settings/webhooks/", GOOD)
    hook = Webhook.objects.get(name="tickets")
    assert "Send a test message" in text(adam.get(f"/settings/webhooks/{hook.pk}/"))
    answer = adam.post(f"/settings/webhooks/{hook.pk}/test/", follow=True)
    assert "webhook.test" in text(answer)
    assert "CB-0" not in text(answer) + text(adam.get(f"/settings/webhooks/{hook.pk}/"))


def test_a_place_that_does_not_fit_the_address_is_told(page: Page) -> None:
    answer = page("adam").post("/settings/webhooks/", GOOD | {"url": "http://127.0.0.1:8055/hook"})
    assert (answer.status_code, "is this machine" in text(answer)) == (422, True)


def test_the_log_shows_what_failed_and_sends_it_again(page: Page, blue: Team) -> None:
    hook = Webhook.objects.create(team=blue, name="tickets", url="https://t.example/", verbs=["case.closed"])
    row = Delivery.objects.create(
        webhook=hook, case_id=7, entry_id=1, verb="case.closed", key="msg_1", body={"verb": "<b>x</b>"},
        state="given_up", error="answered 500: <script>", attempts=11,
    )  # fmt: skip
    shown = text(page("adam").get(f"/settings/webhooks/{hook.pk}/?state=given_up"))
    assert "answered 500: &lt;script&gt;" in shown
    assert "Nothing told yet" in text(page("adam").get(f"/settings/webhooks/{hook.pk}/?state=waiting"))
    one = text(page("lea").get(f"/settings/deliveries/{row.pk}/"))
    assert "&lt;b&gt;x&lt;/b&gt;" in one
    assert "Send again" not in one  # a lead looks
    page("adam").post(f"/settings/deliveries/{row.pk}/again/")
    row.refresh_from_db()
    assert row.state == "waiting"
    assert page("otto").get(f"/settings/webhooks/{hook.pk}/").status_code == 403
