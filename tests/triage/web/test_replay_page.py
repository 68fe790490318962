"""Replay in the browser: ask, wait, read, take the file along, stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from casebook.models import Case, Job
from tests.triage.conftest import Card, make_card, work_off
from triage import answers, decisions

pytestmark = pytest.mark.django_db
Page = Callable[[str], Client]
ASK = "/playbooks/guessing/replay/"


@pytest.fixture
def closed(harmless: Case, card: Card, lina: Any) -> Case:
    for text in ("Does one name", "Did a guess"):
        answers.accept(actor=lina, ref=harmless.ref, step_id=card[text].pk)
    decisions.close(actor=lina, ref=harmless.ref, verdict="false_positive")
    return harmless


@pytest.fixture
def stricter(closed: Case) -> None:
    """A draft that escalates where D02 says no, so that the one case changes."""
    step = make_card("guessing", 2, "draft")["Others report"]
    step.expression, step.confirmed = {"finding": {"detector": "D02", "answer": "no"}}, True
    step.save()


def asked(client: Client, **changes: str) -> str:
    """The address of the replay that was asked for."""
    answer = client.post(ASK, {"version": "2", "days": "30", "which": "followed"} | changes)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_from_asking_to_the_report_and_its_file(page: Page, stricter: None, closed: Case) -> None:
    client = page("lea")
    address = asked(client)
    waiting = client.get(address).content.decode()
    assert "Waiting for a worker" in waiting
    assert 'hx-trigger="load delay:1s"' in waiting
    work_off("jobs")
    html = client.get(address).content.decode()
    assert "hx-trigger" not in html
    assert f'href="/cases/{closed.ref}/"' in html
    for words in ("close: false positive", "escalate", "D02 says no", "D01 says no"):
        assert words in html, words
    assert "Recommendations that change" in client.get(address, headers={"HX-Request": "true"}).content.decode()
    file = client.get(address, {"format": "json"})
    assert file["Content-Disposition"].startswith("attachment;")
    assert (file.json()["cases"], file.json()["changed"]) == (1, 1)
    assert "1 of 1 change" in client.get(ASK).content.decode()


def test_one_kind_of_change_can_be_looked_at_alone(page: Page, stricter: None, closed: Case) -> None:
    client = page("lea")
    address = asked(client)
    work_off("jobs")
    shown = client.get(address, {"change": "close: false_positive → escalate"}).content.decode()
    assert "show all" in shown
    assert '<ol class="changes">' in shown
    other = client.get(address, {"change": "escalate → close: false_positive"}).content.decode()
    assert '<ol class="changes">' not in other


def test_an_author_is_told_without_evidence_and_without_a_way_to_the_cases(
    page: Page, stricter: None, closed: Case
) -> None:
    client = page("pia")
    address = asked(client)
    work_off("jobs")
    html = client.get(address).content.decode()
    assert closed.ref in html
    assert "without evidence" in html
    assert "/cases/" not in html[html.index('id="report"') :]
    assert "D01" not in html
    assert "D01" not in client.get(address, {"format": "json"}).content.decode()


def test_a_replay_nobody_began_is_stopped_at_once(page: Page, stricter: None) -> None:
    client = page("lea")
    address = asked(client)
    assert client.post(f"{address}cancel/")["Location"] == address
    assert "Stopped" in client.get(address).content.decode()
    work_off("jobs")
    assert Job.objects.get().state == "cancelled"


def test_another_persons_replay_or_another_playbooks_is_not_there(page: Page, stricter: None) -> None:
    address = asked(page("lea"))
    number = address.rstrip("/").rsplit("/", 1)[1]
    assert page("pia").get(address).status_code == 404
    assert page("pia").post(f"{address}cancel/").status_code == 404
    assert page("lea").get(f"/playbooks/T1589/replay/{number}/").status_code == 404
    assert page("lina").get(ASK).status_code == 403


def test_what_is_wrong_is_said_beside_its_field_and_starts_nothing(page: Page, stricter: None) -> None:
    for wrong, words in (
        ({"which": "named", "cases": ""}, "Name at least one"),
        ({"which": "named", "cases": "nonsense"}, "cases-err"),
        ({"days": "31"}, "One of 7, 30, 90, 365 days"),
    ):
        answer = page("lea").post(ASK, {"version": "2", "days": "30", "which": "followed"} | wrong)
        assert answer.status_code == 422, wrong
        assert words in answer.content.decode(), wrong
    assert not Job.objects.exists()
