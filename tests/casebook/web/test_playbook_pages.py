"""The library and a playbook's page."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.test import Client

from casebook.models import Case, Step

Page = Callable[[str], Client]


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_library_says_how_much_of_a_card_is_computed(page: Page) -> None:
    said = words(page("pia").get("/playbooks/").content.decode())
    assert "T1589 Gather Victim Identity Information" in said
    assert "3 of 4" in said  # D01, D07 and D05 can look; D11 is to come
    assert "3 of 3" in said  # every criterion is executable and confirmed


def test_a_search_that_finds_nothing_says_so(page: Page) -> None:
    client = page("lina")
    assert "No playbook matches" in client.get("/playbooks/?q=nothing-of-the-kind").content.decode()
    assert "Gather Victim" in client.get("/playbooks/?q=identity").content.decode()


def test_a_playbook_shows_what_answers_each_step(page: Page) -> None:
    said = words(page("pia").get("/playbooks/T1589/").content.decode())
    for section in (
        "Log sources",
        "Indicators",
        "Questions",
        "L1 steps",
        "Escalation criteria",
        "T2 actions",
        "Containment",
    ):
        assert section in said
    assert "Did sign-ins to the same accounts fail again and again?" in said
    assert "a yes speaks for an attack" in said
    assert "D01 failures per user" in said
    assert "D14 later" in said
    assert "D01 failures per user says yes, with attempts ≥ 30" in said
    assert "is answered yes or partly" in said
    assert "confirmed" in said


def test_what_a_rule_proposed_is_not_shown_as_in_force(page: Page) -> None:
    Step.objects.filter(section="criterion").update(confirmed=False)
    said = words(page("pia").get("/playbooks/T1589/").content.decode())
    assert "Proposed by rule: met when" in said
    assert "not confirmed" in said


def test_open_cases_stand_on_the_page_for_who_may_see_them(page: Page, case: Case) -> None:
    assert case.title in page("lina").get("/playbooks/T1589/").content.decode()
    for outsider in ("pia", "otto"):
        assert case.title not in page(outsider).get("/playbooks/T1589/").content.decode()


def test_no_such_playbook_or_version(page: Page) -> None:
    client = page("lina")
    for address in ("/playbooks/T0000/", "/playbooks/T1589/?version=99", "/playbooks/T1589/?version=x"):
        assert client.get(address).status_code == 404
