"""`/coverage/`: the matrix, its filters and colours, and what is behind a cell."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from casebook.attack.extract import read
from casebook.models import Alert, Case, Team
from casebook.web.coverage_matrix import COLOURS, LEGENDS, Shown
from tests.casebook.reports.test_coverage_api import own_playbook

Open = Callable[..., Case]
Page = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def _body(client: Client, address: str = "/coverage/", **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def _cells(body: str) -> list[tuple[str, str]]:
    """Tone and technique of every cell, in the page's order."""
    found: list[tuple[str, str]] = re.findall(r'class="cell (\w+)"><a href="/coverage/([^/]+)/"', body)
    return found


def test_every_technique_stands_in_each_of_its_tactics(page: Page) -> None:
    attack = read().attack
    body = _body(page("pia"))
    places = sum(len(one.tactics) for one in attack.living() if not one.parent)
    below = sum(
        len(attack.subs.get(one.id, ())) * len(one.tactics) for one in attack.living() if not one.parent
    )  # fmt: skip
    assert len(_cells(body)) == places + below
    assert {one for _, one in _cells(body)} == set(attack.techniques)
    headings = re.findall(r"<section aria-label=\"([^\"]+)\">\s*<h2>", body)
    assert headings == [one.name for one in attack.tactics]


def test_colours_say_what_serves_a_technique(page: Page, open_case: Open, blue: Team) -> None:
    own_playbook("signal", blue, "T1205", also_for=["T1092"])
    open_case(techniques=["T1200"])
    tones = {technique: tone for tone, technique in _cells(_body(page("pia")))}
    assert tones["T1205"] == "own"
    assert tones["T1205.002"] == "through"
    assert tones["T1092"] == "also"
    assert tones["T1200"] == "gap"
    assert tones["T1052"] == "none"


@pytest.mark.parametrize("by", list(COLOURS))
def test_every_tone_is_in_the_legend(page: Page, open_case: Open, by: str) -> None:
    open_case(techniques=["T1200"])
    body = _body(page("pia"), f"/coverage/?by={by}")
    legend = {tone for tone, _ in LEGENDS[by]}
    tones = {tone for tone, _ in _cells(body)}
    assert tones <= legend
    assert len(tones) > 1
    assert set(re.findall(r'<i class="(\w+)">', body)) == legend


def test_automation_shows_the_share_of_questions(page: Page, blue: Team) -> None:
    own_playbook("half", blue, "T1200")
    body = _body(page("pia"), "/coverage/?by=automation")
    assert re.search(r'cell a2"><a href="/coverage/T1200/"[^>]*>Hardware Additions</a><b>1/2</b>', body)


def test_the_filters_leave_what_they_say(page: Page, open_case: Open) -> None:
    open_case(techniques=["T1200"])
    open_case(techniques=["T1589.001"])
    alerts = {technique for _, technique in _cells(_body(page("pia"), "/coverage/?alerts=1"))}
    assert alerts == {"T1200", "T1589", "T1589.001"}, "a parent stands above what is left of its sub-techniques"
    both = {technique for _, technique in _cells(_body(page("pia"), "/coverage/?alerts=1&uncovered=1"))}
    assert both == {"T1200"}
    reconnaissance = _body(page("pia"), "/coverage/?tactic=reconnaissance")
    assert re.findall(r"<section aria-label=\"([^\"]+)\">\s*<h2>", reconnaissance) == ["Reconnaissance"]
    assert {technique for _, technique in _cells(_body(page("pia"), "/coverage/?tactic=nonsense&by=x"))} == set(
        read().attack.techniques
    )


def test_nothing_left_says_so(page: Page) -> None:
    assert "No technique is like that" in _body(page("pia"), "/coverage/?alerts=1&uncovered=1")


def test_a_fold_tells_of_the_gap_it_hides(page: Page, open_case: Open) -> None:
    open_case(techniques=["T1547.001"])
    body = _body(page("pia"))
    above = re.search(r'href="/coverage/T1547/".*?<span class="subs( hides)?"', body, re.DOTALL)
    assert above is not None
    assert above[1]


def test_top_uncovered_leads_to_the_queue(page: Page, open_case: Open) -> None:
    for rule, technique in enumerate(("T1200", "T1200", "T1091")):
        open_case(techniques=[technique], rule={"id": f"r-{rule}"})
    open_case(techniques=["T1589"])
    body = _body(page("lina"))
    listed = re.search(r'<ol class="volume".*?</ol>', body, re.DOTALL)
    assert listed is not None
    assert re.findall(r'class="strong">(T[\d.]+)<', listed[0]) == ["T1200", "T1091"]
    link = re.search(r'href="(/\?technique=T1200[^"]*)"', listed[0])
    assert link is not None
    rows = _body(page("lina"), link[1].replace("&amp;", "&"))
    assert rows.count('data-row="') == 2


def test_who_reads_no_cases_gets_no_way_to_them(page: Page, open_case: Open) -> None:
    open_case(techniques=["T1200"])
    assert "technique=T1200" not in _body(page("pia"))
    assert "technique=T1200" not in _body(page("pia"), "/coverage/T1200/")


def test_overdue_reviews_are_listed(page: Page, blue: Team) -> None:
    own_playbook("dusty", blue, "T1200", published_at=timezone.now() - timedelta(days=181))
    own_playbook("wiped", blue, "T1091", published_at=timezone.now() - timedelta(days=900), reviewed_at=timezone.now())
    body = _body(page("pia"))
    overdue = re.search(r'<section id="overdue">.*?</section>', body, re.DOTALL)
    assert overdue is not None
    assert "/playbooks/dusty/" in overdue[0]
    assert "/playbooks/wiped/" not in overdue[0]


def test_behind_a_cell_stand_its_playbooks_and_sub_techniques(page: Page, open_case: Open, blue: Team) -> None:
    own_playbook("signal", blue, "T1205")
    case = open_case(techniques=["T1205.001"])
    body = _body(page("lina"), "/coverage/T1205/")
    for name in ("T1205.001", "Port Knocking", "through its parent", "/playbooks/signal/", "attack.mitre.org"):
        assert name in body
    link = re.search(r'href="(/\?technique=T1205\.001[^"]*)"', body)
    assert link is not None
    assert case.title in _body(page("lina"), link[1].replace("&amp;", "&"))


def test_a_dialog_gets_only_its_content(page: Page) -> None:
    part = _body(page("pia"), "/coverage/T1110.001/", **{"HX-Request": "true"})
    assert "<html" not in part
    assert "Password Guessing" in part
    assert 'href="/coverage/T1110/"' in part


@pytest.mark.parametrize("technique", ["T4242", "nonsense", "T1110%00"])
def test_what_nobody_names_is_not_there(page: Page, technique: str) -> None:
    assert page("pia").get(f"/coverage/{technique}/").status_code == 404


def test_an_id_beside_the_matrix_has_its_page(page: Page, open_case: Open) -> None:
    open_case(techniques=["T1086"])
    body = _body(page("pia"), "/coverage/T1086/")
    assert "not in the matrix" in body
    assert "/coverage/T1059.001/" in body


def test_names_from_alerts_cannot_break_out(page: Page, open_case: Open) -> None:
    case = open_case()
    Alert.objects.filter(case=case).update(techniques=['"><b id=x>'])
    body = _body(page("pia"))
    assert "<b id=x>" not in body
    assert "&quot;&gt;&lt;b id=x&gt;" in body


def test_an_address_keeps_what_it_shows() -> None:
    assert Shown().url() == "/coverage/"
    assert Shown(alerts=True, tactic="impact").url(by="volume") == "/coverage/?by=volume&alerts=1&tactic=impact"
