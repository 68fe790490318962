"""The queue: returned to me, then critical, then by the next clock; what has been late for long sinks into a band."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from casebook.cases import ownership, queue, waiting
from casebook.errors import Invalid
from casebook.models import Clock
from triage import escalation

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(open_case):
    def one(name, severity="medium", **alert):
        observables = [{"type": "user", "value": name, "role": "target"}]
        return open_case(severity=severity, observables=observables, assets=[], **alert)

    return one


def due(case, **ago):
    """All the case's clocks run out so long ago (or, negative, from now)."""
    at = timezone.now() - timedelta(**ago)
    Clock.objects.filter(case=case).update(due_at=at, risk_at=at - timedelta(minutes=10))


def refs(actor, **asked):
    return [row.case.ref for row in queue.view(actor, asked, limit=50).rows]


def test_the_order(make, lina, tomas):
    soon, later, late_long = make("soon", "low"), make("later", "high"), make("late", "medium")
    critical, returned = make("critical", "critical"), make("returned", "info")
    due(soon, minutes=-5)
    due(later, minutes=-50)
    due(late_long, hours=9)
    due(critical, hours=-3)
    escalation.escalate(actor=lina, ref=returned.ref, reason="please look at this")
    escalation.return_(actor=tomas, ref=returned.ref, question="Is it a service account?")
    rows = queue.view(lina, {}, limit=50).rows
    assert [row.case.ref for row in rows] == [c.ref for c in (returned, critical, soon, later, late_long)]
    assert [row.late for row in rows] == [False, False, False, False, True]


def test_a_critical_one_never_sinks_and_a_little_late_is_most_urgent(make, lina):
    critical, late, fresh = make("c", "critical"), make("l", "low"), make("f", "high")
    due(critical, hours=30)
    due(late, hours=1)
    due(fresh, hours=-1)
    assert refs(lina) == [critical.ref, late.ref, fresh.ref]
    assert not any(row.late for row in queue.view(lina, {}, limit=9).rows)


def test_a_return_comes_first_for_whom_it_was_returned_to_only(make, lina, lea, tomas):
    returned, other = make("r", "low"), make("o", "critical")
    escalation.escalate(actor=lina, ref=returned.ref, reason="please look at this")
    escalation.return_(actor=tomas, ref=returned.ref, question="Is it a service account?")
    assert refs(lina, owner="anyone") == [returned.ref, other.ref]
    assert refs(lea, owner="anyone") == [other.ref, returned.ref]


def test_mine_and_unassigned_unless_asked_otherwise(make, lina, tomas, otto):
    mine, theirs, free, green = make("m"), make("t"), make("f"), make("g", source="green-siem")
    ownership.take(actor=lina, ref=mine.ref)
    ownership.take(actor=tomas, ref=theirs.ref)
    assert set(refs(lina)) == {mine.ref, free.ref}
    assert set(refs(lina, owner="anyone")) == {mine.ref, theirs.ref, free.ref}
    assert set(refs(lina, owner="me")) == {mine.ref}
    assert set(refs(otto)) == {green.ref}


def test_what_waits_for_t2_stands_on_t2s_desk(make, lina, tomas):
    escalated = make("e")
    escalation.escalate(actor=lina, ref=escalated.ref, reason="please look at this")
    escalated.refresh_from_db()
    assert escalated.owner is None or escalated.owner.username == "lina"
    if escalated.owner is None:
        assert refs(lina) == []
    assert escalated.ref in refs(tomas, owner="anyone")


def test_paused_clocks_do_not_hurry(make, lina):
    waits, runs = make("w"), make("r")
    due(runs, minutes=-30)
    due(waits, minutes=-20)
    waiting.wait(actor=lina, ref=waits.ref, reason="asked the user")
    assert refs(lina) == [runs.ref, waits.ref]


def test_totals_count_late_and_at_risk(make, lina):
    late, risky, calm = make("l"), make("r"), make("c")
    due(late, minutes=1)
    due(risky, minutes=-5)
    due(calm, hours=-5)
    assert queue.view(lina, {}, limit=1).totals == {"cases": 3, "breached": 1, "at_risk": 1}


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_by_place_hold_each_case_once_in_order(make, lina, limit):
    for n in range(7):
        case = make(f"user-{n}", ("low", "critical", "medium")[n % 3])
        due(case, minutes=-(n // 2) * 10)  # ties
    whole = refs(lina)
    walked, after = [], ""
    while True:
        page = queue.view(lina, {"after": after} if after else {}, limit=limit)
        walked += [row.case.ref for row in page.rows]
        if page.next is None:
            break
        after = page.next
    assert walked == whole
    assert len(walked) == 7


def test_a_newcomer_shifts_no_page(make, lina):
    for n in range(4):
        due(make(f"user-{n}", "low"), minutes=-10 * (n + 1))
    first = queue.view(lina, {}, limit=2)
    due(make("newcomer", "low"), minutes=-1)
    second = queue.view(lina, {"after": first.next}, limit=2)
    seen = [row.case.ref for page in (first, second) for row in page.rows]
    assert len(set(seen)) == 4


@pytest.mark.parametrize("place", ["x", "!!!", "MXwyfDN8NA", "YXxifGN8ZA", "8J-YgA"])
def test_garbage_is_no_place(lina, place):
    with pytest.raises(Invalid) as refused:
        queue.view(lina, {"after": place}, limit=5)
    assert "after" in refused.value.errors
