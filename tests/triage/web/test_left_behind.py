"""Closing over open work: what is left behind is shown, and each of it is ticked or seen to first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from automation.models import Action, Connector
from casebook.errors import Invalid
from casebook.models import Case
from tests.triage.conftest import Card
from triage import answers, decisions, escalation, left_behind, tasks_t2
from triage.models import Task

pytestmark = pytest.mark.django_db
GIVEN = {"verdict": "true_positive", "reason": "a guess worked, and it is dealt with"}


@pytest.fixture
def accepted(guessed: Case, card: Card, lina: Any, tomas: Any) -> Case:
    answers.accept_all(actor=lina, ref=guessed.ref)
    escalation.escalate(actor=lina, ref=guessed.ref)
    escalation.accept(actor=tomas, ref=guessed.ref)
    for task in Task.objects.filter(case=guessed):
        tasks_t2.change(actor=tomas, task_id=task.pk, state="done")
    guessed.refresh_from_db()
    return guessed


@pytest.fixture
def task(accepted: Case, tomas: Any) -> Task:
    return tasks_t2.add(actor=tomas, ref=accepted.ref, title="Call the account's owner")


@pytest.fixture
def block(accepted: Case, tomas: Any, tessa: Any) -> Action:
    """A block in force, with an hour left."""
    edge = Connector.objects.create(team=accepted.team, slug="edge", name="Edge", kind="simulated")
    now = timezone.now()
    return Action.objects.create(
        team=accepted.team, case=accepted, connector=edge, kind="block_address", target="203.0.113.7", reason="guesses",
        state="verified", requested_by_id=tomas.person_id, approved_by_id=tessa.person_id, approval_hash="0" * 64,
        apply_key=uuid4(), sent_at=now, applied_at=now, expires_at=now + timedelta(hours=1),
    )  # fmt: skip


def shown(client: Any, case: Case) -> str:
    return " ".join(client.get(f"/cases/{case.ref}/do/close/").content.decode().split())


def test_the_form_lists_tasks_that_stay_undone_and_actions_that_stay_in_force(
    accepted: Case, task: Task, block: Action, page: Any
) -> None:
    html = shown(page("tomas"), accepted)
    for words in ("Call the account&#x27;s owner", "it becomes <b>not done</b>", "Block 203.0.113.7 at Edge",
                  "<b>in force</b>, until", "then undone by itself", f"#action-{block.pk}"):  # fmt: skip
        assert words in html, words


def test_a_case_that_leaves_nothing_asks_for_nothing(accepted: Case, page: Any) -> None:
    assert "Left behind" not in shown(page("tomas"), accepted)
    assert page("tomas").post(f"/cases/{accepted.ref}/do/close/", GIVEN).status_code == 302


def test_each_is_ticked_or_the_case_stays_open(accepted: Case, task: Task, block: Action, page: Any) -> None:
    client, address = page("tomas"), f"/cases/{accepted.ref}/do/close/"
    half = client.post(address, GIVEN | {f"left_task_{task.pk}": "on"})
    assert half.status_code == 422
    assert list(half.context["form"].errors) == [f"left_action_{block.pk}"]
    accepted.refresh_from_db()
    assert accepted.is_open
    both = {f"left_task_{task.pk}": "on", f"left_action_{block.pk}": "on"}
    assert client.post(address, GIVEN | both).status_code == 302
    task.refresh_from_db()
    block.refresh_from_db()
    assert (task.state, block.state, block.ended_at) == ("not_done", "verified", None)


def test_what_came_while_the_form_was_open_was_not_seen(accepted: Case, page: Any, tomas: Any) -> None:
    client = page("tomas")
    seen = left_behind.of_case(accepted)
    assert seen == []
    late = tasks_t2.add(actor=tomas, ref=accepted.ref, title="Rebuild the host")
    with pytest.raises(Invalid, match="Rebuild the host"):
        decisions.close(actor=tomas, ref=accepted.ref, acknowledged=set(), **GIVEN)
    answer = client.post(f"/cases/{accepted.ref}/do/close/", GIVEN)
    assert answer.status_code == 422
    assert f'name="left_task_{late.pk}"' in answer.content.decode()


def test_an_unknown_one_is_loud_and_one_only_asked_for_goes_on(accepted: Case, block: Action, page: Any) -> None:
    Action.objects.filter(pk=block.pk).update(state="unknown")
    assert "UNKNOWN whether it is in force" in shown(page("tomas"), accepted)
    Action.objects.filter(pk=block.pk).update(state="approved", expires_at=None)
    assert "it goes on without the case" in shown(page("tomas"), accepted)
    Action.objects.filter(pk=block.pk).update(state="undone", ended_at=timezone.now())
    assert "Left behind" not in shown(page("tomas"), accepted)


def test_a_script_is_told_what_it_left_behind_and_not_held_up(
    accepted: Case, task: Task, block: Action, api: Any
) -> None:
    answer = api("tomas").post(f"/api/v1/cases/{accepted.ref}/close/", GIVEN, content_type="application/json")
    left = answer.json()["left"]
    assert (answer.status_code, answer.json()["state"]) == (200, "closed")
    assert [(one["id"], one["what"]) for one in left["tasks"]] == [(task.pk, "Call the account's owner")]
    [action] = left["actions"]
    assert (action["id"], action["what"], action["state"]) == (block.pk, "Block 203.0.113.7 at Edge", "verified")
    assert action["expires_at"].startswith(block.expires_at.strftime("%Y-%m-%dT%H:%M"))
