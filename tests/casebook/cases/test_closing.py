"""Closing lets the next alert open anew; reopening goes back where it was closed from."""

from __future__ import annotations

import pytest

from casebook.cases import closing, notes, ownership
from casebook.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from casebook.models import Case, Clock, Grouping, Journal
from triage import decisions, escalation

pytestmark = pytest.mark.django_db
WHY = "looked into it at length"


def closed(case, actor, verdict="false_positive"):
    decisions.close(actor=actor, ref=case.ref, verdict=verdict, reason=WHY)
    case.refresh_from_db()
    return case


def test_the_next_alert_of_a_closed_case_opens_another(case, open_case, lina):
    closed(case, lina)
    assert not Grouping.objects.filter(case=case).exists()
    assert open_case().pk != case.pk


def test_closed_at_is_the_last_and_resolved_at_the_first(case, lina, lea):
    first = closed(case, lina).resolved_at
    closing.reopen(actor=lina, ref=case.ref, reason="it came back")
    case.refresh_from_db()
    assert (case.state, case.verdict, case.closed_from) == ("triage", "", "")
    again = closed(case, lea)
    assert (again.resolved_at, again.closed_at >= first) == (first, True)


def test_reopening_goes_back_to_t2(case, lina, tomas):
    escalation.escalate(actor=lina, ref=case.ref, reason=WHY)
    escalation.accept(actor=tomas, ref=case.ref)
    closed(case, tomas, "true_positive")
    closing.reopen(actor=tomas, ref=case.ref, reason="it came back")
    case.refresh_from_db()
    assert (case.state, case.tier, case.owner.username) == ("investigating", "t2", "tomas")
    assert Clock.objects.filter(case=case, measure="time_to_resolve").exists()


def test_others_cases_are_reopened_by_t2_or_a_lead(case, lina, tomas):
    closed(case, tomas)
    with pytest.raises(NotAllowed):
        closing.reopen(actor=lina, ref=case.ref, reason="mine now")
    closing.reopen(actor=tomas, ref=case.ref, reason="mine")


def test_refusals(case, lina, otto):
    with pytest.raises(WrongState):
        closing.reopen(actor=lina, ref=case.ref, reason="it is open")
    closed(case, lina)
    with pytest.raises(Invalid):
        closing.reopen(actor=lina, ref=case.ref, reason=" ")
    with pytest.raises(NotFound):
        closing.reopen(actor=otto, ref=case.ref, reason="not mine")
    for verb in (ownership.take, ownership.release):
        with pytest.raises(WrongState):
            verb(actor=lina, ref=case.ref)
    with pytest.raises(WrongState):
        notes.edit(actor=lina, ref=case.ref, version=None, severity="low")


def test_a_note_after_closing_is_marked(case, lina):
    closed(case, lina)
    notes.note(actor=lina, ref=case.ref, text="the user called back")
    assert Journal.objects.get(verb="case.noted").payload["after_close"] is True


def test_the_database_wants_a_verdict_of_every_closed_case(case):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="closed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(verdict="false_positive")


def test_a_reopened_case_collects_again(open_case, lina):
    first = open_case()
    decisions.close(actor=lina, ref=first.ref, verdict="false_positive", reason="known")
    closing.reopen(actor=lina, ref=first.ref, reason="more of it")
    assert open_case().pk == first.pk  # the next alert of its key


def test_another_case_that_took_its_place_keeps_it(open_case, lina):
    first = open_case()
    decisions.close(actor=lina, ref=first.ref, verdict="false_positive", reason="known")
    second = open_case()
    assert second.pk != first.pk
    closing.reopen(actor=lina, ref=first.ref, reason="more of it")
    assert open_case().pk == second.pk


def test_a_refused_reopening_collects_nothing(open_case, lina, otto):
    first = open_case()
    decisions.close(actor=lina, ref=first.ref, verdict="false_positive", reason="known")
    with pytest.raises(Conflict):
        closing.reopen(actor=lina, ref=first.ref, reason="more of it", version=1)
    assert open_case().pk != first.pk
