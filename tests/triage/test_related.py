"""Related cases: same observable in a week, same technique in a day, never another team's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casebook.context import ranges
from casebook.models import Case, Journal, Work
from casebook.work.lease import Lease
from tests.triage.conftest import work_off
from triage import decisions, detector_inputs, related, tasks
from triage.models import Finding

pytestmark = pytest.mark.django_db

IP = ("ip", "203.0.113.7", "source")


def move(case: Case, **ago: int) -> Case:
    Case.objects.filter(pk=case.pk).update(received_at=case.received_at - timedelta(**ago))
    return case


def test_what_is_related_and_what_is_not(make_case, green):
    near = move(make_case(IP, ("process", "sshd", "related")), days=3)
    move(make_case(IP), days=8)
    make_case(IP, team=green)
    alike = move(make_case(techniques=["T1110"]), hours=20)
    move(make_case(techniques=["T1110"]), hours=30)
    move(make_case(techniques=["T1566"]), hours=2)
    make_case(("process", "sshd", "related"))
    case = make_case(IP, ("process", "sshd", "related"), techniques=["T1110"])
    found = {one["ref"]: one for one in related.of_case(case)}
    assert set(found) == {near.ref, alike.ref}
    assert found[near.ref]["shared"] == ["ip 203.0.113.7"]
    assert found[alike.ref]["shared"] == []
    assert related.open_ones(case) == [near.pk]


def test_a_host_both_cases_aim_at_is_shared_and_ties_nothing(make_case):
    aimed = make_case(("host", "web-1", "target"))
    sent_from = make_case(("host", "web-1", "source"))
    both = make_case(("host", "web-1", "target"), ("user", "ada", "target"))
    case = make_case(("host", "web-1", "target"), ("user", "ada", "target"))
    found = {one["ref"]: (one["shared"], one["ties"]) for one in related.of_case(case)}
    assert found == {
        aimed.ref: (["host web-1"], []),
        sent_from.ref: (["host web-1"], ["host web-1"]),
        both.ref: (["host web-1", "user ada"], ["user ada"]),
    }
    from_here = make_case(("host", "web-1", "source"))
    assert all(one["ties"] for one in related.of_case(from_here))


def test_two_queries_however_many(make_case, django_assert_num_queries):
    for _ in range(5):
        make_case(IP, techniques=["T1110"])
    case = make_case(IP, techniques=["T1110"])
    with django_assert_num_queries(2):
        assert len(related.of_case(case)) == 5


def test_a_true_positive_next_door_reaches_d24(open_case, lea):
    first = open_case(external_id="one")
    Case.objects.filter(pk=first.pk).update(received_at=first.received_at - timedelta(days=2))
    second = open_case(
        external_id="two", title="Another", rule={"id": "r-10", "name": "other"},
        observables=[{"type": "ip", "value": "203.0.113.7", "role": "source"}],
    )  # fmt: skip
    assert first.pk != second.pk
    work_off()
    assert Finding.objects.get(case=second, detector="D24").data["figures"]["true_positives"] == 0
    decisions.close(actor=lea, ref=first.ref, verdict="true_positive", reason="seen on the host")
    work_off()
    assert Finding.objects.get(case=second, detector="D24").data["figures"]["true_positives"] == 1


def test_a_changed_context_asks_every_open_case_with_findings_again(open_case, make_case, lea, blue):
    case = open_case()
    make_case(IP)  # nothing was ever computed for it
    work_off()
    ranges.add_range(actor=lea, team_id=blue.pk, cidr="203.0.113.0/24", label="Office")
    assert detector_inputs.context_of(case).ranges == (("203.0.113.0/24", "Office"),)
    before = Journal.objects.filter(verb="findings.computed").count()
    tasks.refresh_findings(Lease(0, "findings.refresh", f"team:{blue.pk}", blue.pk, 1, 1, {}))
    assert list(Work.objects.filter(state="waiting", queue="evidence").values_list("subject", flat=True)) == [
        f"case:{case.pk}"
    ]
    work_off()
    assert Journal.objects.filter(verb="findings.computed").count() == before + 1
