"""Webhooks made and changed: what is checked, who may, and that a secret stays one."""

from __future__ import annotations

import pytest

from automation import vault
from automation.models import Webhook
from automation.webhooks import keeping
from casebook.actor import Actor
from casebook.errors import Invalid, NotAllowed, NotFound, WrongState
from casebook.models import Journal

pytestmark = pytest.mark.django_db
GOOD = {"name": "tickets", "url": "https://tickets.example/hook"}


def test_made_with_a_secret_of_ours_that_is_sealed(adam: Actor) -> None:
    made = keeping.create(actor=adam, team="blue", values=GOOD)
    assert made.secret.startswith("whsec_")
    assert vault.unseal(bytes(made.webhook.sealed), made.webhook.place) == made.secret
    assert "case.closed" in made.webhook.verbs
    assert made.secret not in str(list(Journal.objects.values_list("payload", flat=True)))
    other = keeping.new_signing_secret(actor=adam, hook_id=made.webhook.pk)
    assert other.secret != made.secret


def test_a_secret_opens_in_its_own_place_alone(adam: Actor) -> None:
    one = keeping.create(actor=adam, team="blue", values=GOOD).webhook
    two = keeping.create(actor=adam, team="blue", values=GOOD | {"name": "other"}).webhook
    with pytest.raises(vault.Unreadable, match="another place"):
        vault.unseal(bytes(one.sealed), two.place)
    with pytest.raises(vault.Unreadable, match="no key"):
        vault.unseal(b"nonsense", one.place)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "), ("url", "ftp://x"), ("url", "https://a:b@x.example/"), ("url", "https://x.example:port/"),
        ("url", "https://[x/"), ("reach", "moon"), ("verbs", []), ("verbs", ["case.exploded"]), ("settings", 3),
        ("enabled", "yes"), ("colour", "red"), ("form", "fax"), ("source", "nobody"),
    ],
)  # fmt: skip
def test_bad_values_name_their_field(adam: Actor, field: str, value: object) -> None:
    with pytest.raises(Invalid) as refused:
        keeping.create(actor=adam, team="blue", values=GOOD | {field: value})
    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://localhost/x", "http://[::1]/", "http://10.1.2.3/"])
def test_an_address_that_could_never_be_called_is_told_when_it_is_given(adam: Actor, url: str) -> None:
    with pytest.raises(Invalid) as refused:
        keeping.create(actor=adam, team="blue", values=GOOD | {"url": url})
    assert "not marked as standing on" in refused.value.errors["reach"][0]
    hook = keeping.create(actor=adam, team="blue", values=GOOD).webhook
    with pytest.raises(Invalid):
        keeping.change(actor=adam, hook_id=hook.pk, values={"url": url})
    place = "private" if "10." in url else "local"
    assert keeping.change(actor=adam, hook_id=hook.pk, values={"url": url, "reach": place}).url == url


def test_a_test_message_is_of_no_case(adam: Actor, lina: Actor) -> None:
    hook = keeping.create(actor=adam, team="blue", values=GOOD).webhook
    row = keeping.send_test(actor=adam, hook_id=hook.pk)
    assert (row.verb, row.case_ref, row.body["case"], row.body["by"]) == ("webhook.test", "", None, adam.name)
    keeping.send_test(actor=adam, hook_id=hook.pk)  # as often as one likes
    with pytest.raises(NotAllowed):
        keeping.send_test(actor=lina, hook_id=hook.pk)
    keeping.change(actor=adam, hook_id=hook.pk, values={"enabled": False})
    with pytest.raises(WrongState, match="off"):
        keeping.send_test(actor=adam, hook_id=hook.pk)
    settings = {"tenant": "t", "client_id": "c"}
    graph = GOOD | {"name": "graph", "form": "graph", "secret": "s", "settings": settings}
    writes_back = keeping.create(actor=adam, team="blue", values=graph).webhook
    with pytest.raises(WrongState, match="alerts of a case"):
        keeping.send_test(actor=adam, hook_id=writes_back.pk)


def test_one_of_a_name_in_a_team(adam: Actor) -> None:
    keeping.create(actor=adam, team="blue", values=GOOD)
    with pytest.raises(Invalid, match="already"):
        keeping.create(actor=adam, team="blue", values=GOOD)


def test_who_may(adam: Actor, lea: Actor, lina: Actor) -> None:
    hook = keeping.create(actor=adam, team="blue", values=GOOD).webhook
    with pytest.raises(NotAllowed):
        keeping.change(actor=lea, hook_id=hook.pk, values={"enabled": False})
    with pytest.raises(NotAllowed):
        keeping.drop(actor=lina, hook_id=hook.pk)
    with pytest.raises(NotFound):
        keeping.create(actor=adam, team="green", values=GOOD)
    keeping.drop(actor=adam, hook_id=hook.pk)
    assert not Webhook.objects.filter(pk=hook.pk).exists()
    assert Journal.objects.filter(verb="webhook.dropped").count() == 1
