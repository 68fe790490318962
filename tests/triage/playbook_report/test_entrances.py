"""The page and the API: the same figures, links only for who may follow them."""

from __future__ import annotations

import re

import pytest

from triage import answers, decisions

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
    for words in ("Does one name fail again and again?", "Never changes anything", "Missing logs", "too few", "log2("):
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
    for client, path in ((page("lea"), PAGE), (api("lea"), API)):
        for query in ({}, {"playbook": "guessing"}):
            with django_assert_max_num_queries(14):
                assert client.get(path, query).status_code == 200
