"""Telemetry gaps of a few runs that can be told by hand; every figure leads to exactly the cases it counted."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from casebook.errors import NotAllowed
from tests.rest import send
from tests.triage.conftest import said, tell
from triage import answers, decisions, escalation
from triage.models import Run
from triage.playbook_report.behind import Figure, behind
from triage.playbook_report.report import report as playbook_report
from triage.playbook_report.scope import Scope
from triage.telemetry_report.report import report
from triage.telemetry_report.table import as_csv

pytestmark = pytest.mark.django_db
SIGN_INS, MAIL = "authentication events", "records of sent mail"


@pytest.fixture
def scope():
    now = timezone.now()
    return Scope(now - timedelta(days=30), now + timedelta(days=1))


@pytest.fixture
def decided(make_case, card, lina):
    """``decided({"Does one name": (missing, unknowable)})``: a case whose questions lacked those, escalated."""

    def make(gaps, *, weeks_ago: int = 0):
        case = make_case(("ip", "203.0.113.7", "source"))
        bound = {"Does one name": "D01", "Did a guess": "D05"}
        told = [
            said(bound[text], "cannot_tell", missing=(missing,) if missing else ())
            for text, (missing, _) in gaps.items()
        ]
        tell(case, *told)
        for text in bound:
            given = {"value": "no", "note": "the owner says so"}
            if text in gaps:
                given = {"value": "cannot_tell", "note": "nobody kept it", "unknowable": gaps[text][1]}
            answers.answer(actor=lina, ref=case.ref, step_id=card[text].pk, **given)
        escalation.escalate(actor=lina, ref=case.ref, reason="please look at this")
        Run.objects.filter(case=case).update(started_at=timezone.now() - timedelta(weeks=weeks_ago))
        return case

    return make


@pytest.fixture
def four(decided):
    """Two answers lacked sign-ins for different hours, one sent mail, one ranges; one of each two was given up."""
    return [
        decided({"Does one name": (f"{SIGN_INS} for 30 Mar 15:54–16:01 UTC", True)}),
        decided({"Does one name": (f"{SIGN_INS} for 31 Mar 02:00–03:00 UTC", False), "Did a guess": (MAIL, True)},
                weeks_ago=2),
        decided({"Did a guess": ("corporate ranges", True)}),
        decided({}),
    ]  # fmt: skip


def test_by_log_whatever_the_hours(four, scope, lea):
    found = report(lea, scope)
    assert [(one.name, one.answers, one.given_up, one.runs) for one in found.logs] == [
        (SIGN_INS, 2, 1, 2),
        (MAIL, 1, 1, 1),
    ]
    assert [(one.name, one.answers) for one in found.others] == [("corporate ranges", 1)]
    assert (found.whole.answers, found.whole.given_up, found.whole.runs) == (3, 2, 2)
    assert (found.answers, found.unknown, found.unknowable) == (8, 4, 3)


def test_the_playbook_report_counts_the_same(four, scope, lea):
    lacks = playbook_report(lea, Scope(scope.start, scope.end, "guessing")).lacks
    named = {one.missing: (one.answers, one.runs) for one in lacks}
    assert named == {SIGN_INS: (2, 2), MAIL: (1, 1), "corporate ranges": (1, 1)}


def test_by_playbook_team_week_and_question(four, scope, lea):
    found = report(lea, scope)
    assert [(one.name, one.title, one.answers) for one in found.playbooks] == [("guessing", "Guessing", 3)]
    assert [(one.name, one.answers) for one in found.teams] == [("blue", 3)]
    assert [(week.lacking, week.of, week.unknowable) for week in found.weeks] == [(2, 2, 1), (1, 6, 2)]
    assert (found.weeks[1].start - found.weeks[0].start).days == 14
    assert found.weeks[0].start.weekday() == 0
    assert [(row["text"][:8], row["answers"], row["given_up"]) for row in found.questions] == [
        ("Does one", 2, 1), ("Did a gu", 1, 1),
    ]  # fmt: skip


def test_narrowed_to_one_log(four, scope, lea):
    found = report(lea, scope, MAIL)
    assert (found.whole.answers, [week.lacking for week in found.weeks]) == (1, [1, 0])
    assert [row["text"][:8] for row in found.questions] == ["Did a gu"]
    assert [one.name for one in found.logs] == [SIGN_INS, MAIL]


def test_a_log_whose_name_begins_another_does_not_count_it(decided, scope, lea):
    decided({"Does one name": ("mail events", False)})
    decided({"Does one name": ("mail events of the gateway", False)})
    assert [(one.name, one.answers) for one in report(lea, scope).logs] == [
        ("mail events", 1), ("mail events of the gateway", 1),
    ]  # fmt: skip
    assert behind(lea, scope, Figure("lacking", "mail events")).count() == 1


@pytest.mark.parametrize(
    ("figure", "of", "places"),
    [("lacking", "", [0, 1]), ("lacking", SIGN_INS, [0, 1]), ("lacking", MAIL, [1]), ("given_up", "", [0, 1]),
     ("given_up", SIGN_INS, [0]), ("unknowable", "", [0, 1, 2]), ("lacking", "no such log", [])],
)  # fmt: skip
def test_each_figure_holds_the_cases_it_counted(four, scope, lea, figure, of, places):
    found = behind(lea, scope, Figure(figure, of))
    assert {case.pk for case in found} == {four[place].pk for place in places}


def test_every_count_of_the_page_leads_to_its_cases(four, page):
    lea = page("lea")
    shown = lea.get("/reports/telemetry/").content.decode()
    links = re.findall(r'<a[^>]*href="(/reports/telemetry/cases/[^"]+)"[^>]*>([\d,]+)</a>', shown)
    assert len(links) > 10
    for address, count in links:
        listed = lea.get(unescape(address)).content.decode()
        heading = re.search(r"<h1>([\d,]+) case", listed)
        runs = int(count.replace(",", ""))
        assert heading
        # A count of answers leads to the cases they were given in: never more, and none only where it counts none.
        assert 0 < int(heading[1].replace(",", "")) <= runs, address


def test_csv_is_the_same_and_no_formula(decided, scope, lea, page):
    decided({"Does one name": ("=cmd() events", False)})
    rows = list(csv.DictReader(io.StringIO(as_csv(report(lea, scope)))))
    assert [row["name"] for row in rows if row["part"] == "log"] == ["'=cmd() events"]
    assert {row["part"] for row in rows} == {"log", "playbook", "team", "question", "week", "all"}
    answer = page("lea").get("/reports/telemetry/?format=csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="telemetry-gaps.csv"'
    assert answer.content.decode() == as_csv(report(lea, scope)).replace("\r\n", "\n")


def test_who_may_count_and_who_may_open(four, scope, lina, pia, page, api):
    with pytest.raises(NotAllowed):
        report(lina, scope)
    assert report(pia, scope).whole.answers == 3
    shown = page("pia").get("/reports/telemetry/").content.decode()
    assert "/reports/telemetry/cases/" not in shown
    status, found = send(api("pia"), "GET", "reports/telemetry/")
    assert (status, found["whole"]["answers"], found["whole"]["cases"]) == (200, 3, None)
    assert found["logs"][0]["name"] == SIGN_INS
    assert send(api("lea"), "GET", "reports/telemetry/?format=xls")[0] == 422
    assert send(api("lea"), "GET", "reports/telemetry/?logs=x")[0] == 422
    assert send(api("lina"), "GET", "reports/telemetry/")[0] == 403


def test_a_questions_count_leads_to_its_own_cases(four, scope, lea, card):
    key = card["Does one name"].key
    assert {case.pk for case in behind(lea, scope, Figure("given_up", "", key))} == {four[0].pk}
    assert behind(lea, scope, Figure("lacking", MAIL, key)).count() == 0


def test_nothing_decided_is_said(page, case):
    assert "No answers in this period" in page("lea").get("/reports/telemetry/").content.decode()
    assert page("lea").get("/reports/telemetry/?from=x").status_code == 422


def test_a_closed_case_counts_as_well(case, card, lina, scope, lea):
    tell(case, said("D01", "cannot_tell"), said("D05", "no"))
    answers.answer(
        actor=lina, ref=case.ref, step_id=card["Does one name"].pk, value="cannot_tell", note="gone", unknowable=True
    )
    answers.answer(actor=lina, ref=case.ref, step_id=card["Did a guess"].pk, value="no")
    decisions.close(actor=lina, ref=case.ref, verdict="false_positive", reason="the owner says so")
    assert [(one.name, one.given_up) for one in report(lea, scope).logs] == [(SIGN_INS, 1)]
