"""A rule tried on a past case: what it comes to, and who is told why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.actors import PersonActor
from casebook.models import Case, Journal, PlaybookVersion
from casebook.playbooks import drafts
from casebook.playbooks.stored import steps_of
from casebook.playbooks.types import ParsedStep
from tests.casebook.web.test_playbook_pages import words
from tests.triage.conftest import said, tell
from triage import answers

Page = Callable[[str], Client]
MANY = "finding: {detector: D01, answer: 'yes', figure: attempts, op: '>=', n: 30}"


@pytest.fixture
def draft(pia: PersonActor) -> PlaybookVersion:
    return drafts.begin(actor=pia, slug="T1589")


@pytest.fixture
def past(open_case: Callable[..., Case], lina: PersonActor) -> Case:
    """A case in which one name failed forty times."""
    case = open_case()
    tell(case, said("D01", "yes", figures={"attempts": 40}, sentence="svc-backup failed 40 times."))
    return case


def criterion(draft: PlaybookVersion) -> ParsedStep:
    return next(step for step in steps_of(draft) if step.section == "criterion")


def tried(client: Client, draft: PlaybookVersion, rule: str, case: str, **fields: Any) -> HttpResponse:
    step = criterion(draft)
    typed = {"do": "step", "key": step.key, "text": step.text, "expression": rule, "case": case}
    return client.post("/playbooks/T1589/try/", typed | fields, headers={"HX-Request": "true"})


def outcome(answer: HttpResponse) -> str:
    return words(answer.content.decode().partition('<li class="current">')[2].partition("</p>")[0]).strip()


@pytest.mark.parametrize(
    ("rule", "state"),
    [
        (MANY, "Met"),
        (MANY.replace("n: 30", "n: 41"), "Not met"),
        ("finding: {detector: D02}", "Cannot tell"),
        ("answer: {step: repeated-failures, value: 'yes'}", "Met"),
        ("not: {alert: {field: severity, op: '=', value: low}}", "Met"),
        ("alert: {field: techniques, op: contains, value: T1110}", "Not met"),
    ],
)
def test_the_real_engine_says_what_it_comes_to(
    page: Page, draft: PlaybookVersion, past: Case, rule: str, state: str
) -> None:
    assert outcome(tried(page("lea"), draft, rule, past.ref)).startswith(state)


def test_an_unconfirmed_rule_is_computed_and_an_answer_counts(
    page: Page, draft: PlaybookVersion, past: Case, lina: PersonActor
) -> None:
    question = past.playbook_version.steps.filter(section="question")[0]
    answers.answer(actor=lina, ref=past.ref, step_id=question.pk, value="no", note="a load test")
    rule = "answer: {step: repeated-failures, value: 'yes'}"
    assert outcome(tried(page("lea"), draft, rule, past.ref)).startswith("Not met")


def test_who_reads_cases_is_told_why_and_who_does_not_is_told_what(
    page: Page, draft: PlaybookVersion, past: Case
) -> None:
    whole = tried(page("lea"), draft, MANY, past.ref).content.decode()
    assert "svc-backup failed 40 times." in whole
    assert f"/cases/{past.ref}/" in whole
    outline = tried(page("pia"), draft, MANY, past.ref).content.decode()
    assert "Met" in outline
    assert "Yes" in outline
    assert "svc-backup" not in outline
    assert f"/cases/{past.ref}/" not in outline


def test_another_teams_case_is_not_there(page: Page, draft: PlaybookVersion, open_case: Callable[..., Case]) -> None:
    theirs = open_case(source="green-siem")
    for ref in (theirs.ref, "CB-999999", "lamp"):
        assert tried(page("lea"), draft, MANY, ref).status_code == 404
        assert tried(page("pia"), draft, MANY, ref).status_code == 404


def test_what_cannot_be_read_is_said_in_place(page: Page, draft: PlaybookVersion, past: Case) -> None:
    answer = tried(page("lea"), draft, "any: [", past.ref)
    assert "The rule cannot be read yet" in answer.content.decode()
    assert "Say which case" in tried(page("lea"), draft, MANY, "").content.decode()


def test_nothing_is_kept_of_it(page: Page, draft: PlaybookVersion, past: Case) -> None:
    before = Journal.objects.count()
    tried(page("lea"), draft, MANY, past.ref)
    draft.refresh_from_db()
    assert draft.revision == 1
    assert Journal.objects.count() == before


def test_without_a_script_it_is_a_page(page: Page, draft: PlaybookVersion, past: Case) -> None:
    step = criterion(draft)
    typed = {"do": "step", "key": step.key, "text": step.text, "expression": MANY, "case": past.ref}
    html = page("lea").post("/playbooks/T1589/try/", typed).content.decode()
    assert "Back to the draft" in html
    assert "svc-backup failed 40 times." in html


def test_only_authors_try(page: Page, draft: PlaybookVersion, past: Case) -> None:
    assert tried(page("lina"), draft, MANY, past.ref).status_code == 403
