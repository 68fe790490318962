"""The page and the API: the same figures, links only for who may follow them."""

from __future__ import annotations

import re

import pytest

from accounts.models import Membership
from tests.conftest import ROOT
from triage import answers, decisions
from triage.models import Decision, Run
from triage.playbook_report import questions

pytestmark = pytest.mark.django_db
PAGE, API = "/reports/playbooks/", "/api/v1/reports/playbooks/"


@pytest.fixture(autouse=True)
def closed(harmless, card, lina):
    for text in ("Does one name", "Did a guess"):
        answers.accept(actor=lina, ref=harmless.ref, step_id=card[text].pk)
    decisions.close(actor=lina, ref=harmless.ref, verdict="false_positive")
    return harmless


def test_every_count_of_the_page_leads_to_its_cases(page, closed):
    client = page("lea")
    for query in ("", "?playbook=guessing"):
        html = client.get(PAGE + query).content.decode()
        links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/reports/playbooks/cases/[^"]+)"', html)]
        assert links
        for link in links:
            assert f'href="/cases/{closed.ref}/"' in client.get(link).content.decode(), link


def test_the_page_of_one_playbook_shows_questions_and_formulas(page):
    html = page("lea").get(PAGE, {"playbook": "guessing"}).content.decode()
    for words in (
        "Does one name fail again and again?",
        "Never changes anything",
        "Missing logs",
        "fewer than 20 closed",
        "log2(",
    ):
        assert words in html, words


def test_an_author_sees_counts_and_no_way_to_cases(page, api, closed):
    html = page("pia").get(PAGE, {"playbook": "guessing"}).content.decode()
    assert "Does one name fail again and again?" in html
    assert "/reports/playbooks/cases/" not in html
    assert page("pia").get(PAGE + "cases/").status_code == 403
    assert api("pia").get(API + "cases/").status_code == 403
    [line] = api("pia").get(API).json()["lines"]
    assert (line["runs"], line["cases"]) == (1, None)


def test_the_api_tells_the_same(api, closed):
    client = api("lea")
    [whole] = client.get(API).json()["lines"]
    assert (whole["playbook"], whole["version"], whole["verdicts"]) == ("guessing", None, {"false_positive": 1})
    one = client.get(API, {"playbook": "guessing"}).json()
    assert [line["version"] for line in one["lines"]] == [1]
    assert {question["answers"] for question in one["questions"]} == {1}
    assert [row["ref"] for row in client.get(one["questions"][0]["cases"]).json()["results"]] == [closed.ref]


def test_who_has_no_report_and_what_is_asked_wrongly(page, api):
    assert page("lina").get(PAGE).status_code == 403
    assert api("lina").get(API).status_code == 403
    assert api("lea").get(API, {"version": "x"}).status_code == 422
    assert api("lea").get(API, {"colour": "red"}).status_code == 422
    assert page("lea").get(PAGE, {"from": "x"}).status_code == 422
    assert page("lea").get(PAGE, {"playbook": "nothing"}).status_code == 404


def test_queries(page, api, django_assert_max_num_queries):
    """Finding out who asks included; a team to choose costs one more."""
    for client, path in ((page("lea"), PAGE), (api("lea"), API)):
        for query in ({}, {"playbook": "guessing"}, {"playbook": "guessing", "team": "blue"}):
            client.get(path, query)  # what a process reads once
            with django_assert_max_num_queries(12 + ("team" in query)):
                assert client.get(path, query).status_code == 200


def test_a_version_and_a_team_narrow_page_and_figures(page, api, closed):
    html = page("lea").get(PAGE, {"playbook": "guessing", "version": "1"}).content.decode()
    assert '<option value="1" selected>v1, published</option>' in html
    assert "version=1" in "".join(re.findall(r'href="/reports/playbooks/cases/[^"]+"', html))
    client = api("lea")
    assert client.get(API, {"playbook": "guessing", "version": "2"}).status_code == 404
    assert client.get(API, {"team": "blue"}).json()["whole"]["runs"] == 1
    assert client.get(API, {"version": "1"}).json()["errors"] == {"version": ["goes with a playbook"]}
    for team in ("green", "nowhere"):
        assert list(client.get(API, {"team": team}).json()["errors"]) == ["team"]


def test_only_the_most_frequent_reasons_for_leaving_it_are_told(page, make_case, card):
    for reason in ("wrong technique", "wrong technique", "not ours", "too long", "tried another", "out of date"):
        case = make_case()
        run = {"abandoned_at": case.received_at, "abandoned_reason": reason}
        Run.objects.create(team=case.team, case=case, version=card.version, **run)
    html = page("lea").get(PAGE).content.decode()
    assert "2 × wrong technique" in html
    assert html.count(" × ") == 3
    assert "2 for other reasons" in html


def test_who_has_two_teams_chooses(page, lea, green):
    assert 'name="team"' not in page("lea").get(PAGE).content.decode()
    Membership.objects.create(person_id=lea.person_id, team=green, role="manager")
    html = page("lea").get(PAGE, {"team": "green"}).content.decode()
    assert f'<option value="green" selected>{green.name}</option>' in html
    assert "No runs in this period" in html


def test_what_never_changes_anything_leads_into_the_editor(page, closed, card, monkeypatch):
    monkeypatch.setattr(questions, "FEWEST", 1)
    Decision.objects.update(pivotal=[])
    step = card["Did a guess"]
    html = page("lea").get(PAGE, {"playbook": "guessing"}).content.decode()
    prune = html[html.index('id="never-changes"') : html.index("Questions and indicators")]
    assert step.text in prune
    assert f'name="step" value="{step.key}"' in prune
    opened = page("lea").post("/playbooks/guessing/draft/", {"step": step.key})
    assert opened.headers["Location"] == f"/playbooks/guessing/edit/?step={step.key}"
    assert 'name="step"' not in page("mara").get(PAGE, {"playbook": "guessing"}).content.decode()


@pytest.mark.parametrize("who", ["lea", "mara", "pia", "aude", "lina", "adam"])
def test_the_ways_to_the_report_are_there_for_who_may_go_them(page, closed, who):
    client = page(who)
    may = client.get(PAGE).status_code == 200
    assert may is (who in ("lea", "mara", "pia", "aude"))
    for address, link in (
        ("/playbooks/", PAGE), ("/playbooks/guessing/", PAGE + "?playbook=guessing"), ("/reports/sla/", PAGE),
    ):  # fmt: skip
        answer = client.get(address)
        if answer.status_code == 200:
            assert (f'href="{link}"' in answer.content.decode()) is may, address


def test_the_page_says_when_a_second_counts(page):
    assert "within the last 60 s" in page("lea").get(PAGE).content.decode()
    focus = (ROOT / "static/js/focus.js").read_text()
    assert "IDLE_MS = 60000" in focus, "the page's rule for active time is not what the browser does"
