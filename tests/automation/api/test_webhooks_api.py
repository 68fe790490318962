"""Webhooks over REST: the secret goes in and is shown once at most."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from automation.models import Delivery, Webhook
from tests.rest import send

pytestmark = pytest.mark.django_db
GOOD = {"team": "blue", "name": "tickets", "url": "https://tickets.example/hook", "verbs": ["case.closed"]}


def test_made_shown_changed_and_dropped(api: Callable[[str], Client]) -> None:
    adam = api("adam")
    status, made = send(adam, "POST", "webhooks/", GOOD)
    assert status == 201
    assert str(made["secret"]).startswith("whsec_")
    path = f"webhooks/{made['id']}/"
    status, shown = send(adam, "GET", path)
    assert (status, shown["verbs"], "secret" in shown) == (200, ["case.closed"], False)
    status, changed = send(adam, "PATCH", path, {"enabled": False, "source": "siem"})
    assert (status, changed["enabled"], changed["source"]) == (200, False, "siem")
    status, renewed = send(adam, "POST", path + "secret/")
    assert (status, renewed["secret"] != made["secret"]) == (200, True)
    assert send(adam, "DELETE", path)[0] == 204
    assert send(adam, "GET", path)[0] == 404


def test_wrong_and_unknown_fields(api: Callable[[str], Client]) -> None:
    status, problem = send(api("adam"), "POST", "webhooks/", GOOD | {"verbs": ["case.exploded"], "reach": "moon"})
    assert (status, set(problem["errors"])) == (422, {"verbs", "reach"})
    status, problem = send(api("adam"), "POST", "webhooks/", GOOD | {"verb": ["case.closed"]})
    assert (status, list(problem["errors"])) == (422, ["verb"])


def test_the_log_and_sending_again(api: Callable[[str], Client]) -> None:
    _, made = send(api("adam"), "POST", "webhooks/", GOOD)
    hook = Webhook.objects.get(pk=made["id"])
    row = Delivery.objects.create(
        webhook=hook,
        case_id=7,
        entry_id=1,
        verb="case.closed",
        key="msg_1",
        body={"a": 1},
        state="given_up",
        error="500",
    )
    path = f"webhooks/{hook.pk}/deliveries/"
    status, page = send(api("lea"), "GET", path + "?state=given_up")
    [told] = page["results"]
    assert (status, told["case"], told["body"], told["error"]) == (200, "CB-7", {"a": 1}, "500")
    assert send(api("lea"), "GET", path + "?state=lost")[0] == 422
    status, again = send(api("adam"), "POST", f"deliveries/{row.pk}/again/")
    assert (status, again["state"], again["attempts"]) == (202, "waiting", 0)
