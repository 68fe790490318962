"""Related cases: same observable in a week, same technique in a day, never another team's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casebook.context import entries, ranges
from casebook.context.kinds import KINDS
from casebook.models import Case, Journal, Work
from casebook.work.lease import Lease
from tests.triage.conftest import work_off
from triage import decisions, detector_inputs, findings, related, tasks
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


# ---------------------------------------------------------------- seen before
def closed(case: Case, verdict: str, how: str = "person") -> Case:
    Case.objects.filter(pk=case.pk).update(state="closed", verdict=verdict, closed_how=how)
    return case


def test_in_how_many_benign_cases_a_value_was_seen(make_case, green):
    older = closed(move(make_case(IP), days=20), "false_positive")
    newer = closed(move(make_case(IP, ("user", "ada", "target")), days=9), "benign_positive")
    closed(move(make_case(IP), days=400), "false_positive")  # what was usual then says little of today
    closed(make_case(IP), "undetermined")
    closed(make_case(IP), "false_positive", how="bulk")  # nobody looked
    closed(make_case(IP, team=green), "false_positive")
    make_case(IP)
    case = make_case(IP, ("user", "ada", "target"), ("user", "bob", "target"))
    assert related.seen(case) == {
        "ip 203.0.113.7": {"benign": 2, "refs": [newer.ref, older.ref], "true": []},
        "user ada": {"benign": 1, "refs": [newer.ref], "true": []},
    }


def test_what_an_attacker_brought_along_is_told_and_what_they_attacked_is_not(make_case):
    true = closed(make_case(IP, ("user", "ada", "target"), ("host", "web-1", "source")), "true_positive")
    case = make_case(IP, ("user", "ada", "target"), ("host", "web-1", "target"))
    assert related.seen(case) == {
        "ip 203.0.113.7": {"benign": 0, "refs": [], "true": [true.ref]},
        "host web-1": {"benign": 0, "refs": [], "true": [true.ref]},
    }


def test_one_query_however_many_were_seen_and_no_more_than_need_be(make_case, django_assert_num_queries):
    for _ in range(related.SEEN_MOST + 2):
        closed(make_case(IP, ("host", "web-1", "target")), "false_positive")
    case = make_case(IP, ("host", "web-1", "target"))
    with django_assert_num_queries(1):
        found = related.seen(case)
    assert found["ip 203.0.113.7"]["benign"] == related.SEEN_MOST == len(found["ip 203.0.113.7"]["refs"])


def test_what_the_organisation_knows_reaches_d23(open_case, lea, blue):
    case = open_case()
    work_off()
    first = Finding.objects.get(case=case, detector="D23")
    assert first.answer == "cannot_tell"
    assert "people (/settings/context/people/)" in first.data["missing"]
    for kind, values in (
        ("people", {"names": "svc-backup", "name": "Nightly backup"}),
        ("allowed", {"kind": "ip", "value": "203.0.113.0/28", "reason": "our backup provider", "owner": "Platform"}),
        ("changes", {"title": "Backup test", "starts_at": "2026-03-30T15:00Z", "ends_at": "2026-03-30T17:00Z",
                     "hosts": "web-*", "owner": "Platform"}),
    ):  # fmt: skip
        entries.add(KINDS[kind], actor=lea, team_id=blue.pk, values=values)
    tasks.refresh_findings(Lease(0, "findings.refresh", f"team:{blue.pk}", blue.pk, 1, 1, {}))
    work_off()
    found = Finding.objects.get(case=case, detector="D23")
    assert (found.answer, found.confidence) == ("yes", "medium")
    assert "203.0.113.7 is allowed: our backup provider (Platform, without an end)" in found.sentence
    assert found.data["figures"]["expected"] == 2
    assert Journal.objects.filter(verb="finding.changed", payload__detector="D23").exists()


def test_what_is_not_looked_up_yet_is_not_not_listed(open_case, settings, tmp_path):
    settings.INTEL_DIR = tmp_path
    case = open_case()
    work_off()
    found = Finding.objects.get(case=case, detector="D22")
    assert (found.answer, found.sentence) == ("cannot_tell", "No answer for 203.0.113.7 (not asked yet).")
    settings.INTEL_DIR.joinpath("ours.txt").write_text("# of 2026-03-28\n203.0.113.0/28\n")
    work_off("default")  # plans
    work_off("lookups")
    findings.ask_again([case.pk], team_id=case.team_id)
    work_off()
    found = Finding.objects.get(case=case, detector="D22")
    assert (found.answer, found.sentence) == ("yes", "203.0.113.7 is listed on ours of 28 Mar 2026.")
