"""From an attached log to findings on the case: the worker's two handlers, driven as the worker drives them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import F

from casebook.cases import evidence as attaching
from casebook.models import Case, Evidence, Journal, Work
from casebook.plugins import load, table
from casebook.work import lease as leases
from tests.logs import demo, sample
from tests.triage.conftest import work_off
from triage import detector_inputs, run_view
from triage.demo.log import ATTACKER, ENUMERATOR, OPERATOR, VICTIM
from triage.models import Finding

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings: object) -> None:
    settings.EVIDENCE_DIR, settings.EVENTS_DIR = tmp_path / "evidence", tmp_path / "events"  # type: ignore[attr-defined]


def about(open_case, ip: str, user: str | None = None, **alert) -> Case:
    observables = [{"type": "ip", "value": ip, "role": "source"}]
    if user:
        observables.append({"type": "user", "value": user, "role": "target"})
    given = {"first_event_at": None, "detected_at": None} | alert
    return open_case(observables=observables, external_id=f"for-{ip}-{user}", **given)


def attach(case: Case, lina, content: bytes, **how) -> Evidence:
    kept = attaching.attach(actor=lina, ref=case.ref, name="auth.log", chunks=[content], **how)
    work_off()
    kept.refresh_from_db()
    return kept


def answers_of(case: Case, scope: str = "case") -> dict[str, str]:
    return dict(Finding.objects.filter(case=case, scope=scope).values_list("detector", "answer"))


def test_a_log_is_read_and_the_compromise_is_found(open_case, lina):
    case = about(open_case, ATTACKER, VICTIM)
    kept = attach(case, lina, demo().text.encode())
    assert (kept.state, kept.format, kept.progress) == ("ready", "sshd_syslog", 100)
    assert kept.understood + kept.not_understood == kept.lines
    assert kept.lines == demo().text.count("\n")
    assert "authentication" in kept.kinds
    assert kept.window_from
    assert kept.window_to
    assert set(kept.assumptions) == {"timezone", "year", "said"}
    found = answers_of(case)
    assert set(found) == set(table("DETECTORS"))
    assert (found["D01"], found["D05"], found["D24"]) == ("yes", "yes", "no")
    assert found["D07"] == "cannot_tell"  # no corporate ranges are set
    row = Finding.objects.get(case=case, detector="D05", scope="case")
    assert row.data["evidence"][0]["text"]
    assert answers_of(case, "elsewhere").get("D03") == "yes"
    assert ENUMERATOR in Finding.objects.get(case=case, detector="D03", scope="elsewhere").sentence
    view = run_view.view(case)
    assert view.recommendation.decision == "escalate"
    assert not view.facts.computing
    verbs = list(Journal.objects.filter(case_id=case.pk).values_list("verb", flat=True))
    assert "evidence.read" in verbs
    assert "findings.computed" in verbs
    changed = Journal.objects.filter(verb="finding.changed", payload__detector="D05").get()
    assert (changed.payload["before"], changed.payload["answer"]) == ("cannot_tell", "yes")
    [told] = Journal.objects.filter(case_id=case.pk, verb="answers.changed").order_by("id")
    assert told.payload["cause"] == "auth.log"
    assert "D05 cannot tell → yes" in told.payload["said"]
    assert "recommendation now: escalate" in told.payload["said"]


def test_a_benign_operator_is_not_escalated_for_what_others_do(open_case, lina):
    case = about(open_case, OPERATOR)
    attach(case, lina, demo().text.encode())
    assert run_view.view(case).recommendation.decision != "escalate"
    assert "yes" in answers_of(case, "elsewhere").values()


def test_computing_again_writes_nothing_and_a_deleted_cache_is_made_again(open_case, lina):
    case = about(open_case, ATTACKER, VICTIM)
    kept = attach(case, lina, demo().text.encode())
    before = list(Finding.objects.order_by("id").values())
    entries = Journal.objects.count()
    leases_again(case)
    assert list(Finding.objects.order_by("id").values()) == before
    assert Journal.objects.count() == entries
    detector_inputs.events_path(kept.events_key).unlink()
    leases_again(case)
    assert detector_inputs.events_path(kept.events_key).is_file()
    assert list(Finding.objects.order_by("id").values()) == before


def leases_again(case: Case) -> None:
    from triage import findings

    findings.ask_again([case.pk], team_id=case.team_id)
    work_off()
    assert not Work.objects.filter(queue="evidence").exclude(state="done").exists()


def test_before_any_log_the_engine_asks_for_one(open_case, lina):
    case = about(open_case, ATTACKER, VICTIM)
    assert run_view.view(case).facts.computing
    work_off()
    view = run_view.view(case)
    assert answers_of(case)["D01"] == "cannot_tell"
    assert view.recommendation.decision == "more_needed"
    line = next(line for line in view.section("question") if line.step.bindings[0]["detector"] == "D01")
    assert line.mark == "waiting"
    assert "authentication" in line.missing[0]
    assert [one.mark for one in view.section("log_source")] == ["waiting"] * 3
    assert not Journal.objects.filter(verb="finding.changed", payload__answer="cannot_tell").exists()


def test_binary_unknown_and_corrected(open_case, lina):
    case = about(open_case, ATTACKER, VICTIM)
    binary = attach(case, lina, b"\x7fELF\x00\x01\x02" * 400)
    assert binary.state == "refused"
    assert binary.error
    prose = attach(case, lina, b"Dear all,\nplease find nothing attached.\n" * 20)
    assert (prose.state, prose.not_understood) == ("not_understood", 40)
    kept = attach(case, lina, demo().text.encode())
    before = kept.window_from
    attaching.correct(actor=lina, evidence_id=kept.pk, timezone="Europe/Berlin", year=2024)
    work_off()
    kept.refresh_from_db()
    assert kept.state == "ready"
    assert (kept.assumptions["timezone"], kept.assumptions["year"]) == ("Europe/Berlin", 2024)
    assert kept.window_from < before
    verbs = set(Journal.objects.filter(case_id=case.pk).values_list("verb", flat=True))
    assert {"evidence.refused", "evidence.not_understood", "evidence.read", "evidence.corrected"} <= verbs


def test_what_rests_on_a_corrected_log_is_nobodys_until_it_is_computed_again(open_case, lina):
    case = about(open_case, ATTACKER, VICTIM)
    kept = attach(case, lina, demo().text.encode())

    def standing() -> tuple[set[str], set[str]]:
        view = run_view.view(case)
        told = {one.detector for one in view.facts.findings}
        asked = [line for line in view.lines if any(one["detector"] == "D05" for one in line.step.bindings)]
        return told, {line.proposal.state for line in asked}

    assert "D05" in standing()[0]
    # A test is one transaction, in which no time passes: the findings are from before the correction.
    Finding.objects.filter(case=case).update(computed_at=F("computed_at") - timedelta(seconds=1))
    attaching.correct(actor=lina, evidence_id=kept.pk, timezone="Europe/Berlin")
    assert standing() == ({"D24"}, {"computing"})
    assert run_view.view(case).recommendation.decision == "more_needed"
    reading = leases.take_next("evidence")
    assert reading.kind == "evidence.read"
    load(table("WORK")[reading.kind]["handler"])(reading)
    assert leases.finish(reading)
    assert standing() == ({"D24"}, {"computing"}), "read, and not yet computed"
    work_off()
    assert "D05" in standing()[0]
    assert standing()[1] == {"ready"}


def test_another_log_takes_nothing_from_a_yes_while_it_is_read(open_case, lina):
    case = about(open_case, ATTACKER, VICTIM)
    attach(case, lina, demo().text.encode())
    attaching.attach(actor=lina, ref=case.ref, name="other.log", chunks=[b"Nov 20 08:00:00 h sshd[1]: nothing\n"])
    view = run_view.view(case)
    assert view.facts.computing
    assert "D05" in {one.detector for one in view.facts.findings}
    assert view.recommendation.decision == "escalate"


def test_the_year_is_the_cases_not_todays(open_case, lina):
    """A log without years, attached to a case of years ago."""
    case = about(
        open_case, ATTACKER, VICTIM, first_event_at="2019-11-20T02:00:00Z", last_event_at="2019-11-20T03:00:00Z"
    )
    kept = attach(case, lina, demo().text.encode())
    assert kept.assumptions["year"] == 2019
    assert isinstance(kept.window_from, datetime)
    assert kept.window_from.year == 2019


def test_a_log_of_another_time_is_looked_at_whole(open_case, lina):
    """Attached on purpose, though the alert says today: better its answers with their window than none."""
    case = about(open_case, ATTACKER, VICTIM, first_event_at="2027-03-01T02:00:00Z")
    attach(case, lina, demo().text.encode(), year=2026)
    assert answers_of(case)["D05"] == "yes"
    assert detector_inputs.scope_of(case).window == (None, None)


def test_a_log_around_the_alert_is_looked_at_near_it(open_case, lina):
    case = about(open_case, ATTACKER, VICTIM, first_event_at="2026-11-18T02:00:00Z")
    attach(case, lina, demo().text.encode(), year=2026)
    assert detector_inputs.scope_of(case).window == ("2026-11-18T02:00:00+00:00",) * 2


def test_an_alerts_own_events_are_evidence(open_case):
    event = {"event.category": "authentication", "user.name": VICTIM, "source.ip": ATTACKER}
    events = [{**event, "@timestamp": f"2026-11-20T08:00:{n:02}Z", "event.outcome": "failure"} for n in range(20)] + [
        {**event, "@timestamp": "2026-11-20T08:00:30Z", "event.outcome": "success"}
    ]
    case = about(open_case, ATTACKER, VICTIM, events=events)
    work_off()
    kept = Evidence.objects.get(case=case)
    assert (kept.kind, kept.state, kept.lines, kept.kinds) == ("inline", "ready", 21, ["authentication"])
    assert answers_of(case)["D05"] == "yes"
    row = Finding.objects.get(case=case, detector="D05", scope="case").data["evidence"][0]
    assert row["event"]["evidence.pointer"].startswith("/events/")
    assert row["text"]
    leases_again(case)
    assert Evidence.objects.filter(case=case).count() == 1


def test_a_lost_lease_writes_nothing(open_case, lina):
    case = about(open_case, ATTACKER, VICTIM)
    Work.objects.filter(queue="evidence").delete()
    attaching.attach(actor=lina, ref=case.ref, name="auth.log", chunks=[demo().text.encode()])
    taken = leases.take_next("evidence")
    Work.objects.filter(pk=taken.id).update(fence=taken.fence + 1)
    from triage import tasks

    with pytest.raises(leases.LostLease):
        tasks.read_evidence(taken)
    assert Evidence.objects.get(case=case).state == "queued"


def test_a_later_computation_overtakes_an_earlier_one(open_case):
    case = about(open_case, ATTACKER, VICTIM)
    taken = leases.take_next("evidence")
    assert taken.kind == "findings.compute"
    Work.objects.create(kind=taken.kind, queue="evidence", subject=taken.subject, state="done", team_id=case.team_id)
    from triage import tasks

    tasks.compute_findings(taken)
    assert not Finding.objects.exists()


@pytest.mark.parametrize(
    ("ip", "user", "decision"),
    [("24.151.103.17", "elastic_user_0", "escalate"), ("85.245.107.41", None, "more_needed")],
)
def test_the_sample_log(open_case, lina, ip, user, decision):
    log = sample("logs/linux_auth/elastic_examples_auth.log").read_bytes()
    case = about(open_case, ip, user)
    kept = attach(case, lina, log)
    assert kept.lines == 7121
    view = run_view.view(case)
    assert view.recommendation.decision == decision
    d05 = Finding.objects.get(case=case, detector="D05", scope="case")
    if decision == "escalate":
        assert d05.answer == "yes"
        assert 3180 in [row["line"] for row in d05.data["evidence"]]
    assert "91.197.232.109" in Finding.objects.get(case=case, detector="D03", scope="elsewhere").sentence


def test_settings_name_the_folders(tmp_path):
    assert str(settings.EVENTS_DIR).startswith(str(tmp_path))
