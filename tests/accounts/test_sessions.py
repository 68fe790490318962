"""Signing in, staying signed in, and what a page of another origin cannot do."""

from __future__ import annotations

import time

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from accounts.models import Person
from accounts.signin import LIVE, LOCK_S, MAX_FAILURES
from accounts.tokens import issue
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_throttle():
    cache.clear()
    yield
    cache.clear()


def sign_in(client, username="lina", password=PASSWORD, **more):
    return client.post("/signin/", {"username": username, "password": password, **more})


def test_in_and_out(client):
    assert client.get("/").headers["Location"] == "/signin/?next=/"
    assert sign_in(client, next="/t2/").headers["Location"] == "/t2/"
    assert client.get("/playbooks/").status_code == 200
    assert client.post("/signout/").headers["Location"] == "/signin/"
    assert client.get("/playbooks/").status_code == 302


@pytest.mark.parametrize(
    ("who", "room"),
    [
        ("lina", "/"), ("tomas", "/"), ("lea", "/"), ("mara", "/reports/sla/"), ("aude", "/reports/sla/"),
        ("pia", "/playbooks/"), ("adam", "/settings/context/"),
    ],
)  # fmt: skip
def test_a_role_sits_down_where_its_work_is(client, who, room):
    assert sign_in(client, who, next="/").headers["Location"] == room
    assert client.get(room).status_code == 200


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_nowhere_but_to_a_page_of_ours(client, there):
    assert sign_in(client, next=there).headers["Location"] == "/"


def test_the_same_word_for_a_wrong_name_and_a_wrong_password(client):
    wrong = [
        sign_in(client, name, password) for name, password in (("lina", "x"), ("nobody", "x"), ("nobody", PASSWORD))
    ]
    assert {answer.status_code for answer in wrong} == {422}
    said = {answer.context["form"].non_field_errors()[0] for answer in wrong}
    assert len(said) == 1


def test_ten_failures_lock_the_name_for_a_while(client):
    for _ in range(MAX_FAILURES):
        sign_in(client, password="wrong")
    assert "Too many" in sign_in(client).content.decode()
    assert sign_in(Client(), "tomas").status_code == 302
    cache.clear()
    assert LOCK_S <= 15 * 60
    assert sign_in(client).status_code == 302


def test_who_has_left_is_out_at_once(client):
    sign_in(client)
    Person.objects.filter(username="lina").update(is_active=False)
    assert client.get("/playbooks/").status_code == 302
    assert sign_in(Client()).status_code == 422


def test_signing_in_takes_a_new_session(client):
    client.get("/signin/")
    before = client.cookies.get("casebook")
    sign_in(client)
    assert before is None or before.value != client.cookies["casebook"].value
    assert client.cookies["casebook"]["httponly"]
    assert client.cookies["casebook"]["samesite"] == "Lax"


def seen_ago(client, seconds, began=0):
    session = client.session
    session["seen"] = int(time.time()) - seconds
    session["began"] = int(time.time()) - (began or seconds)
    session.save()


def test_an_idle_session_ends_and_polling_does_not_keep_it(page, settings):
    client = page("lina")
    seen_ago(client, settings.SESSION_IDLE_S - 10)
    live = {LIVE: "1"}
    assert client.get("/playbooks/", headers=live).status_code == 200
    assert client.session["seen"] < time.time() - settings.SESSION_IDLE_S + 60  # the poll moved nothing
    seen_ago(client, settings.SESSION_IDLE_S + 10)
    assert client.get("/playbooks/").status_code == 302
    assert not Session.objects.filter(session_key=client.cookies["casebook"].value).exists()


def test_an_idle_session_is_no_session_for_a_poll_either(page, settings):
    client = page("lina")
    seen_ago(client, settings.SESSION_IDLE_S + 10)
    assert client.get("/playbooks/", headers={LIVE: "1"}).status_code == 302


def test_a_session_ends_after_a_shift_however_busy(page, settings):
    client = page("lina")
    seen_ago(client, 5, began=settings.SESSION_COOKIE_AGE + 10)
    assert client.get("/playbooks/").status_code == 302


@pytest.mark.parametrize("path", ["/cases/new/", "/preferences/", "/signout/", "/api/v1/cases/", "/signin/"])
def test_a_form_of_another_origin_changes_nothing(path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(Person.objects.get(username="lina"))
    answer = client.post(path, {"title": "x"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    if path.startswith("/api/"):
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_token_needs_no_form_token(lina):
    client = Client(
        enforce_csrf_checks=True,
        headers={"Authorization": f"Bearer {issue(person=lina.person, scopes=['api'], days=1)}"},
    )
    assert client.post("/api/v1/cases/", {"title": "x"}, content_type="application/json").status_code == 201
