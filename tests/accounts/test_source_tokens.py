"""Tokens of a source: issued, renewed with an overlap, revoked, over REST and as a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import source_tokens
from accounts.models import Token
from accounts.tokens import TokenRefused, resolve
from casebook.actor import Actor
from casebook.errors import Invalid, NotAllowed, NotFound, WrongState
from casebook.models import Journal, Source

pytestmark = pytest.mark.django_db
Page = Callable[[str], Client]


def test_both_count_while_they_overlap(adam: Actor, source: Source) -> None:
    old = source_tokens.issue_for(actor=adam, slug="siem")
    new = source_tokens.renew(actor=adam, token_id=old.token.pk, overlap_h=2)
    assert resolve(old.secret).name == resolve(new.secret).name == "siem"
    left = Token.objects.get(pk=old.token.pk).expires_at - timezone.now()
    assert timedelta(hours=1, minutes=59) < left <= timedelta(hours=2)
    Token.objects.filter(pk=old.token.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(TokenRefused, match="expired"):
        resolve(old.secret)
    assert Journal.objects.filter(verb="token.renewed").count() == 1
    assert old.secret not in str(list(Journal.objects.values_list("payload", flat=True)))


def test_an_overlap_never_makes_a_token_live_longer(adam: Actor, source: Source) -> None:
    old = source_tokens.issue_for(actor=adam, slug="siem", days=1)
    Token.objects.filter(pk=old.token.pk).update(expires_at=timezone.now() + timedelta(minutes=5))
    source_tokens.renew(actor=adam, token_id=old.token.pk, overlap_h=24)
    assert Token.objects.get(pk=old.token.pk).expires_at < timezone.now() + timedelta(minutes=6)


def test_a_key_stays_a_key(adam: Actor, source: Source) -> None:
    key = source_tokens.issue_for(actor=adam, slug="siem", in_url=True)
    renewed = source_tokens.renew(actor=adam, token_id=key.token.pk)
    assert renewed.token.in_url
    assert resolve(renewed.secret, in_url=True).name == "siem"
    with pytest.raises(TokenRefused):
        resolve(renewed.secret)  # no bearer token


def test_renewed_for_as_long_as_it_was_made_for(adam: Actor, source: Source) -> None:
    short = source_tokens.issue_for(actor=adam, slug="siem", days=30)
    renewed = source_tokens.renew(actor=adam, token_id=short.token.pk)
    assert (renewed.token.expires_at - renewed.token.created_at).days in (29, 30)
    longer = source_tokens.renew(actor=adam, token_id=renewed.token.pk, days=90)
    assert longer.token.expires_at > timezone.now() + timedelta(days=89)
    assert longer.replaces is not None
    assert longer.replaces.expires_at < timezone.now() + timedelta(days=2)


def test_revoked_is_revoked_once(adam: Actor, source: Source) -> None:
    made = source_tokens.issue_for(actor=adam, slug="siem")
    source_tokens.revoke_of(actor=adam, token_id=made.token.pk)
    with pytest.raises(TokenRefused, match="revoked"):
        resolve(made.secret)
    with pytest.raises(WrongState):
        source_tokens.revoke_of(actor=adam, token_id=made.token.pk)
    with pytest.raises(WrongState):
        source_tokens.renew(actor=adam, token_id=made.token.pk)


def test_who_may_and_within_what(adam: Actor, lea: Actor, otto: Actor, source: Source) -> None:
    with pytest.raises(NotAllowed):
        source_tokens.issue_for(actor=lea, slug="siem")
    with pytest.raises(NotAllowed):
        source_tokens.issue_for(actor=otto, slug="siem")
    with pytest.raises(NotFound):
        source_tokens.issue_for(actor=adam, slug="green-siem")
    for days in (0, 99_999, True, "x"):
        with pytest.raises(Invalid):
            source_tokens.issue_for(actor=adam, slug="siem", days=days)  # type: ignore[arg-type]


def test_over_rest(api: Callable[[str], Client], source: Source) -> None:
    adam = api("adam")
    made = adam.post("/api/v1/sources/siem/tokens/", json.dumps({"days": 30}), content_type="application/json")
    assert made.status_code == 201
    assert resolve(made.json()["token"]).name == "siem"
    listed = adam.get("/api/v1/sources/siem/tokens/").json()["results"]
    assert (listed[0]["counts"], "token" in listed[0]) == (True, False)
    pk = made.json()["id"]
    renewed = adam.post(f"/api/v1/tokens/{pk}/renew/", json.dumps({"overlap_h": 0}), content_type="application/json")
    assert renewed.status_code == 201
    counts = {row["id"]: row["counts"] for row in adam.get("/api/v1/sources/siem/tokens/").json()["results"]}
    assert (counts[pk], counts[renewed.json()["id"]]) == (False, True)
    gone = adam.post(f"/api/v1/tokens/{renewed.json()['id']}/revoke/", "{}", content_type="application/json")
    assert (gone.status_code, gone.json()["counts"]) == (200, False)


def test_as_a_page(page: Page, source: Source) -> None:
    adam = page("adam")
    at = "/settings/sources/siem/tokens/"
    Token.objects.filter(source=source).delete()
    assert "Nothing lets it in" in adam.get(at).content.decode()
    shown = adam.post(at, {"kind": "key", "days": "30"}).content.decode()
    token = Token.objects.get(source=source)
    assert shown.count(token.prefix) >= 2
    assert "cbk_" in shown
    again = adam.get(at).content.decode()
    assert "shown this once" not in again
    assert adam.post(at, {"days": "soon"}).status_code == 422
    renewed = adam.post(f"{at}{token.pk}/renew/", {"overlap_h": "0"})
    assert "shown this once" in renewed.content.decode()
    live = Token.objects.latest("pk")
    adam.post(f"{at}{live.pk}/revoke/")
    assert "revoked" in adam.get(at).content.decode()
