"""A session locks when nobody is there and ends with the shift; a page that asks by itself is nobody."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import Person, Token
from accounts.signin import LIVE, forget_ended_sessions
from accounts.tokens import issue, revoke
from casebook.models import Journal

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


def turn_back(client: Client, **seconds: int) -> None:
    session = client.session
    for name, how_long in seconds.items():
        session[name] = int(time.time()) - how_long
    session.save()


@pytest.fixture
def lina_there(page) -> Client:
    client = page("lina")
    assert client.get("/playbooks/").status_code == 200
    return client


def test_an_idle_session_answers_no_poll_either(lina_there):
    turn_back(lina_there, seen=settings.SESSION_IDLE_S + 1)
    assert lina_there.get("/", headers=HX | {LIVE: "1"}).status_code == 401
    assert lina_there.get("/playbooks/").status_code == 302


def test_polls_do_not_count_as_being_there(lina_there):
    turn_back(lina_there, seen=settings.SESSION_IDLE_S - 10)
    before = lina_there.session["seen"]
    assert lina_there.get("/api/v1/changes/", headers={LIVE: "1"}).status_code == 200
    assert lina_there.session["seen"] == before
    assert lina_there.get("/playbooks/").status_code == 200
    assert lina_there.session["seen"] > before


def test_a_shift_ends_however_busy(lina_there):
    turn_back(lina_there, began=settings.SESSION_COOKIE_AGE + 1)
    assert lina_there.get("/playbooks/").status_code == 302


def test_a_form_sent_too_late_leads_back_to_its_page_not_to_its_address(client):
    answer = client.post("/cases/CB-1/take/", headers={"Referer": "http://testserver/cases/CB-1/?a=b"})
    assert answer.headers["Location"] == "/signin/?next=/cases/CB-1/"
    answer = client.post("/cases/CB-1/take/", headers={"Referer": "https://evil.example/x"})
    assert answer.headers["Location"] == "/signin/?next=/"


def test_ended_sessions_are_forgotten(lina_there):
    Session.objects.update(expire_date=timezone.now() - timedelta(hours=1))
    assert forget_ended_sessions() == 1
    assert forget_ended_sessions() == 0


def test_a_role_taken_away_is_gone_at_the_next_request(api, case):
    client = api("lina")
    assert client.get(f"/api/v1/cases/{case.ref}/").status_code == 200
    Person.objects.get(username="lina").memberships.all().delete()
    assert client.get(f"/api/v1/cases/{case.ref}/").status_code == 404


def test_revoking_is_recorded_once():
    issue(person=Person.objects.get(username="lina"), scopes=["api"], days=1)
    token = Token.objects.latest("id")
    revoke(token)
    revoke(token)
    assert Journal.objects.get(verb="token.revoked").payload == {"prefix": token.prefix}
