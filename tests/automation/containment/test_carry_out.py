"""From two people's agreement to the target and back, judged by the target's own file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from accounts.actors import PersonActor
from automation.containment import sweep, undo
from automation.containment.resolve import resolve
from automation.models import Action, Connector, Supply
from casebook.errors import WrongState
from casebook.models import Case, Clock, Journal, Work
from casebook.sla import clocks

Ask = Callable[..., Action]
Run = Callable[[Action], Action]


def verbs(case: Case) -> list[str]:
    entries = Journal.objects.filter(case_id=case.pk, verb__startswith="action.").order_by("id")
    return [entry.verb.removeprefix("action.") for entry in entries]


def test_a_block_from_request_to_undone(
    target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run, case: Case, tomas: PersonActor, address: str
) -> None:
    connect(target)
    clocks.reached(case, "escalated", case.received_at, tomas)
    action = run(agreed(expires_in="1h"))

    readable = target.mode != "neither"
    assert action.state == ("verified" if readable else "applied")
    assert target.count(address) == 1
    assert action.expires_at == action.applied_at + timedelta(hours=1)
    case.refresh_from_db()
    assert case.contained_at is not None
    assert Clock.objects.get(case=case, measure="time_to_contain").state == "met"

    undo.undo(actor=tomas, action_id=action.pk, reason="wrong one")
    action = run(action)
    assert action.state == "undone"
    assert action.ended_at is not None
    assert target.count(address, "undo") == 1
    expected = ["requested", "approved", "applying", "applied", "verified", "undo_asked", "undone"]
    assert verbs(case) == [verb for verb in expected if readable or verb != "verified"]


def test_running_again_does_nothing_again(
    key_target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run, address: str
) -> None:
    connect(key_target)
    action = run(agreed())
    Work.objects.update(state="waiting", attempt=0)
    assert run(action).state == "verified"
    assert key_target.count(address) == 1


def test_a_reset_ends_when_it_is_done_and_contains_nothing(
    target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run, case: Case, tomas: PersonActor, address: str
) -> None:
    connect(target)
    action = run(agreed(kind="reset_password", target=f"user-{address}"))
    assert action.state == ("applied" if target.mode == "neither" else "verified")
    assert (action.expires_at, action.ended_at is not None) == (None, True)
    case.refresh_from_db()
    assert case.contained_at is None
    with pytest.raises(WrongState, match="old password is gone"):
        undo.undo(actor=tomas, action_id=action.pk)


def test_expiry_undoes_by_itself(
    key_target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run, case: Case, address: str
) -> None:
    connect(key_target)
    action = run(agreed())
    Action.objects.filter(pk=action.pk).update(expires_at=Now() - timedelta(seconds=1))
    assert sweep.sweep() == 1
    assert sweep.sweep() == 0
    assert run(action).state == "undone"
    assert key_target.count(address, "undo") == 1
    assert "expired" in verbs(case)


@pytest.mark.parametrize("fault", ["hang_after", "error_after", "drop_after", "drop"])
def test_a_lost_answer(
    target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run, address: str, settings: Any, fault: str
) -> None:
    """Exactly once where the target can be asked, unknown where it cannot; never sent blindly again."""
    settings.AUTOMATION = {"CALL_S": 1.0, "AGAIN_S": 0.1}
    connect(target)
    target.fail(fault)
    action = run(agreed())
    if target.mode == "neither":
        assert action.state == "unknown"
        assert target.count(address) == (0 if fault == "drop" else 1)
        return
    assert action.state == "applying"
    Action.objects.filter(pk=action.pk).update(called_at=Now() - timedelta(seconds=3))
    assert run(action).state == "verified"
    assert target.count(address) == 1


def test_busy_is_tried_again_and_then_given_up_as_failed(
    target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run, address: str
) -> None:
    connect(target)
    target.fail("busy")
    action = run(agreed())
    assert (action.state, action.called_at) == ("applying", None)
    assert "busy" in Work.objects.get(subject=f"action:{action.pk}").error
    assert run(action).state in ("verified", "applied")
    assert target.count(address) == 1


def test_busy_for_too_long_fails_and_can_be_asked_for_again(
    target: Any, connect: Callable[..., Connector], asked: Ask, agreed: Ask, run: Run, address: str
) -> None:
    connect(target)
    target.fail("busy*2")
    action = run(agreed())
    Action.objects.filter(pk=action.pk).update(sent_at=Now() - timedelta(minutes=1))
    action = run(action)
    assert action.state == "failed"
    assert target.count(address) == 0
    assert asked().replaces_id == action.pk


def test_a_refusal_of_the_target_fails_at_once(
    key_target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run, address: str
) -> None:
    connect(key_target)
    key_target.fail("refuse")
    action = run(agreed())
    assert (action.state, key_target.count(address)) == ("failed", 0)
    assert "400" in action.outcome


def test_a_target_that_is_down_is_not_sent_to(
    key_target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run
) -> None:
    row = connect(key_target)
    row.settings = {"url": "http://127.0.0.1:1", "mode": "key"}
    row.save()
    action = run(agreed())
    assert action.state == "approved"
    assert Supply.objects.get(name=f"connector:{row.pk}").failures == 1


def test_undo_that_the_target_refuses_is_an_alarm_and_can_be_retried(
    key_target: Any,
    connect: Callable[..., Connector],
    agreed: Ask,
    run: Run,
    case: Case,
    tomas: PersonActor,
    address: str,
) -> None:
    connect(key_target)
    action = run(agreed())
    undo.undo(actor=tomas, action_id=action.pk)
    key_target.fail("refuse")
    action = run(action)
    assert (action.state, action.ended_at) == ("undo_failed", None)
    undo.retry(actor=tomas, action_id=action.pk)
    assert run(action).state == "undone"
    assert key_target.count(address, "undo") == 1


@pytest.mark.parametrize("fault", ["drop_after", "drop"])
def test_a_lost_answer_to_an_undo(
    target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run, tomas: PersonActor, address: str, fault: str
) -> None:
    connect(target)
    action = run(agreed())
    undo.undo(actor=tomas, action_id=action.pk)
    target.fail(fault)
    action = run(action)
    if target.mode == "neither":
        assert action.state == "unknown"
        return
    assert action.state == "undoing"
    Action.objects.filter(pk=action.pk).update(called_at=Now() - timedelta(minutes=1))
    assert run(action).state == "undone"
    assert target.count(address, "undo") == 1


def test_what_was_there_before_us_stays(
    simulated: Any, connect: Callable[..., Connector], agreed: Ask, run: Run, tomas: PersonActor, address: str
) -> None:
    target = simulated("key")
    connect(target)
    first = run(agreed())
    Action.objects.filter(pk=first.pk).update(ended_at=Now(), state="undone")  # somebody else's block, as it were
    action = run(agreed())
    assert action.undo["in_effect"] is True
    undo.undo(actor=tomas, action_id=action.pk)
    assert run(action).state == "undone"
    assert target.count(address, "undo") == 0


@pytest.mark.parametrize(("to", "ended"), [("applied", False), ("failed", True), ("undone", True)])
def test_a_person_resolves_what_nobody_knows(
    simulated: Any, connect: Callable[..., Connector], agreed: Ask, run: Run, case: Case, tessa: PersonActor,
    to: str, ended: bool,
) -> None:  # fmt: skip
    target = simulated("neither")
    connect(target)
    target.fail("drop_after")
    action = run(agreed())
    assert action.state == "unknown"
    action = resolve(actor=tessa, action_id=action.pk, to=to, reason="seen in the console")
    assert (action.state, action.ended_at is not None) == (to, ended)
    case.refresh_from_db()
    assert (case.contained_at is not None) == (to == "applied")
    if to == "applied":
        assert action.expires_at == action.sent_at + timedelta(seconds=action.expires_in_s or 0)


def test_an_unknown_past_its_time_is_said_once(
    simulated: Any, connect: Callable[..., Connector], agreed: Ask, run: Run, case: Case
) -> None:
    target = simulated("neither")
    connect(target)
    target.fail("drop_after")
    action = run(agreed())
    Action.objects.filter(pk=action.pk).update(expires_at=Now() - timedelta(seconds=1))
    sweep.sweep()
    sweep.sweep()
    assert verbs(case).count("overdue") == 1


# ------------------------------------------------------------------ errands that got lost
def test_a_lost_errand_is_sent_again(
    key_target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run, address: str
) -> None:
    connect(key_target)
    action = agreed()
    Work.objects.filter(subject=f"action:{action.pk}").delete()
    Action.objects.filter(pk=action.pk).update(approved_at=Now() - timedelta(minutes=2))
    assert sweep.sweep() == 1
    assert run(action).state == "verified"
    assert key_target.count(address) == 1


def test_an_action_whose_worker_was_put_aside_becomes_unknown(
    key_target: Any, connect: Callable[..., Connector], agreed: Ask, run: Run
) -> None:
    connect(key_target)
    key_target.fail("busy")
    action = run(agreed())
    Work.objects.filter(subject=f"action:{action.pk}").update(state="quarantined")
    Action.objects.filter(pk=action.pk).update(sent_at=Now() - timedelta(minutes=2))
    assert sweep.sweep() == 1
    action.refresh_from_db()
    assert action.state == "unknown"
