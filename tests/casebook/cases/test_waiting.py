"""Waiting has a reason and an end; what wakes raises no version and runs once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from casebook.cases import ownership, waiting
from casebook.errors import Invalid, NotAllowed, NotFound, WrongState
from casebook.models import Case, Clock, Journal
from triage import escalation

pytestmark = pytest.mark.django_db


def end_the_wait(case):
    Case.objects.filter(pk=case.pk).update(wake_at=timezone.now() - timedelta(minutes=1))


def test_waiting_pauses_the_clocks_and_waking_runs_them_again(case, lina):
    waiting.wait(actor=lina, ref=case.ref, reason="asked the user")
    case.refresh_from_db()
    assert (case.state, case.waiting_from, case.owner.username) == ("waiting", "triage", "lina")
    assert timedelta(hours=3.9) < case.wake_at - timezone.now() < timedelta(hours=4.1)
    assert set(Clock.objects.filter(case=case, stopped_at=None).values_list("state", flat=True)) == {"paused"}
    version = case.version

    assert waiting.wake_due() == 0
    end_the_wait(case)
    assert waiting.wake_due() == 1
    assert waiting.wake_due() == 0
    case.refresh_from_db()
    assert (case.state, case.waiting_reason, case.wake_at, case.version) == ("triage", "", None, version)
    assert set(Clock.objects.filter(case=case, stopped_at=None).values_list("state", flat=True)) == {"running"}
    assert Journal.objects.get(verb="case.woken").actor_kind == "worker"


def test_it_wakes_where_it_came_from(case, lina, tomas):
    escalation.escalate(actor=lina, ref=case.ref, reason="please look at this")
    escalation.accept(actor=tomas, ref=case.ref)
    waiting.wait(actor=tomas, ref=case.ref, reason="asked the provider")
    end_the_wait(case)
    waiting.wake_due()
    case.refresh_from_db()
    assert (case.state, case.tier) == ("investigating", "t2")


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_is_required(case, lina, reason):
    with pytest.raises(Invalid) as refused:
        waiting.wait(actor=lina, ref=case.ref, reason=reason)
    assert "reason" in refused.value.errors


@pytest.mark.parametrize("days", [-1, 0, 7.01])
def test_an_end_is_within_a_week(case, lina, days):
    with pytest.raises(Invalid):
        waiting.wait(actor=lina, ref=case.ref, reason="x", until=timezone.now() + timedelta(days=days, seconds=-1))


def test_refusals(case, lina, mara, otto):
    with pytest.raises(NotAllowed):
        waiting.wait(actor=mara, ref=case.ref, reason="x")
    with pytest.raises(NotFound):
        waiting.wait(actor=otto, ref=case.ref, reason="x")
    with pytest.raises(WrongState):
        waiting.resume(actor=lina, ref=case.ref)
    waiting.wait(actor=lina, ref=case.ref, reason="x")
    with pytest.raises(WrongState):
        waiting.wait(actor=lina, ref=case.ref, reason="y")


def test_l1_cannot_resume_what_waits_with_t2(case, lina, tomas):
    escalation.escalate(actor=lina, ref=case.ref, reason="please look at this")
    escalation.accept(actor=tomas, ref=case.ref)
    waiting.wait(actor=tomas, ref=case.ref, reason="asked the provider")
    with pytest.raises(NotAllowed):
        waiting.resume(actor=lina, ref=case.ref)
    assert ownership.take_if_unowned(lina, Case.objects.get(pk=case.pk)) is False
