"""The queue's page: what a row says, how a view is an address, and what it costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import PersonActor
from casebook.cases import ownership
from casebook.journal.changes import HEAD
from casebook.models import Case, Clock, Verdict

Open = Callable[..., Case]
Page = Callable[[str], Client]
MOST_QUERIES = 12
LIVE = {"HX-Request": "true"}


def about(user: str, **changes: Any) -> dict[str, Any]:
    """An alert that no other groups with."""
    return {"observables": [{"type": "user", "value": user, "role": "target"}], **changes}


def row(html: str, ref: str) -> str:
    """The words of one row."""
    found = re.search(rf'<tr data-row="{ref}".*?</tr>', html, re.DOTALL)
    assert found, f"{ref} is not on the page"
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


def refs(html: str) -> list[str]:
    return re.findall(r'<tr data-row="(CB-\d+)"', html)


def part(html: str, element_id: str) -> str:
    """The address a part of the page is fetched from again."""
    found = re.search(rf'id="{element_id}"[^>]*hx-get="([^"]+)"', html)
    assert found
    return unescape(found[1])


def test_a_row_reads_as_a_sentence(open_case: Open, page: Page) -> None:
    case = open_case(title="147 failed logins, then a success", techniques=["T1110.001"])
    said = row(page("lina").get("/").content.decode(), case.ref)
    assert "147 failed logins, then a success" in said
    assert "T1110.001 Password Guessing" in said
    assert "×1" in said
    assert "never" in said
    assert "New" in said
    assert "Take" in said


def test_alerts_folded_in_show_their_span(open_case: Open, page: Page) -> None:
    case = open_case()
    open_case(first_event_at="2026-03-30T16:10:00Z", last_event_at="2026-03-30T16:40:00Z")
    Case.objects.filter(pk=case.pk).update(alert_count=2)
    said = row(page("lina").get("/").content.decode(), case.ref)
    assert "×2" in said
    assert "17:54" in said
    assert "18:40" in said


def test_verdicts_of_earlier_cases_about_the_same_user(open_case: Open, page: Page) -> None:
    for verdict in (Verdict.FALSE_POSITIVE, Verdict.FALSE_POSITIVE, Verdict.TRUE_POSITIVE):
        closed = open_case(rule={"id": f"r-{verdict}-{Case.objects.count()}"}, **about("svc-backup"))
        Case.objects.filter(pk=closed.pk).update(state="closed", verdict=verdict, closed_at=timezone.now())
    case = open_case(rule={"id": "new"}, **about("svc-backup"))
    said = row(page("lina").get("/").content.decode(), case.ref)
    assert "1 true" in said
    assert "2 false" in said


def test_a_returned_case_asks_its_question_on_top(open_case: Open, page: Page, lina: PersonActor) -> None:
    critical = open_case(severity="critical", **about("one"))
    returned = open_case(severity="low", title="A mailbox forwards", **about("two"))
    ownership.take(actor=lina, ref=returned.ref)
    changed = {
        "returned_question": "Which rule was there before?",
        "changed_by": "tomas",
        "changed_verb": "case.returned",
    }
    Case.objects.filter(pk=returned.pk).update(**changed)
    html = page("lina").get("/").content.decode()
    assert refs(html) == [returned.ref, critical.ref]
    said = row(html, returned.ref)
    assert "tomas asks: Which rule was there before?" in said
    assert "A mailbox forwards" in said
    assert "Returned" in said


def test_what_is_long_late_is_counted_and_folded_below(open_case: Open, page: Page) -> None:
    late, fresh = open_case(**about("a")), open_case(**about("b"))
    critical = open_case(severity="critical", **about("c"))
    for case in (late, critical):
        Clock.objects.filter(case=case).update(due_at=timezone.now() - timedelta(hours=9), state="breached")
    html = page("lina").get("/").content.decode()
    above, _, below = html.partition('id="late"')
    assert refs(above) == [critical.ref, fresh.ref]
    assert refs(below) == [late.ref]
    assert "1 case late by more than 8 hours" in below
    assert '<details id="late" class="band">' in html


def test_filters_are_chips_with_an_address_each(open_case: Open, page: Page) -> None:
    high, low = open_case(**about("a")), open_case(severity="low", **about("b"))
    html = page("lina").get("/?severity=high&technique=t1589").content.decode()
    assert refs(html) == [high.ref]
    assert low.ref not in refs(html)
    assert 'href="/?technique=t1589" title="Take this filter off">Severity high' in html
    assert 'href="/?severity=high" title="Take this filter off">t1589' in html


def test_an_address_keeps_nothing_empty(page: Page) -> None:
    answer = page("lina").get("/?state=&severity=high&owner=&technique=")
    assert (answer.status_code, answer["Location"]) == (302, "/?severity=high")


def test_a_wrong_filter_is_told(page: Page) -> None:
    answer = page("lina").get("/?severity=urgent")
    assert answer.status_code == 422
    assert b"severity is one of" in answer.content


def test_a_search_looks_everywhere_and_a_ref_opens_its_case(open_case: Open, page: Page, tomas: PersonActor) -> None:
    closed, owned = open_case(title="Needle closed", **about("a")), open_case(title="Needle owned", **about("b"))
    Case.objects.filter(pk=closed.pk).update(state="closed", verdict="false_positive", closed_at=timezone.now())
    ownership.take(actor=tomas, ref=owned.ref)
    client = page("lina")
    html = client.get("/?q=needle").content.decode()
    assert set(refs(html)) == {closed.ref, owned.ref}
    assert "Any state" in html
    assert "Anybody&#x27;s" in html
    assert "false positive" in row(html, closed.ref)
    assert client.get(f"/?q={closed.ref.lower()}")["Location"] == f"/cases/{closed.ref}/"


def test_another_team_sees_none_of_it(open_case: Open, page: Page) -> None:
    case = open_case()
    html = page("otto").get("/").content.decode()
    assert case.ref not in html
    assert "Nothing waits for you" in html
    assert page("otto").get(f"/?q={case.ref}").status_code == 200
    assert case.ref not in page("otto").get(f"/?shown={case.pk}", headers=LIVE).content.decode()


def test_taking_from_a_row_leaves_the_rows_where_they_were(open_case: Open, page: Page, lina: PersonActor) -> None:
    first, second = open_case(**about("a")), open_case(**about("b"))
    client = page("lina")
    html = client.get("/").content.decode()
    wanted = re.search(r"hx-vals='\{\"next\": \"([^\"]+)\"\}'", html)
    assert wanted
    following = {"version": first.version, "next": wanted[1].encode().decode("unicode-escape")}
    answer = client.post(f"/cases/{first.ref}/take/", following, headers=LIVE, follow=True)
    html = answer.content.decode()
    assert "<html" not in html
    assert refs(html) == [first.ref, second.ref]
    assert "Lina Berg" in row(html, first.ref)
    assert "Triage" in row(html, first.ref)
    assert "Take" in row(html, second.ref)


def test_who_comes_second_is_told_who_was_first(open_case: Open, page: Page, tomas: PersonActor) -> None:
    case = open_case()
    client = page("lina")
    ownership.take(actor=tomas, ref=case.ref)
    following = {"version": case.version, "next": f"/?shown={case.pk}"}
    html = client.post(f"/cases/{case.ref}/take/", following, headers=LIVE, follow=True).content.decode()
    assert 'id="toasts" hx-swap-oob="beforeend"' in html
    assert "tomas" in html


def test_new_cases_are_counted_in_a_bar(open_case: Open, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries of this test's own open transaction are not settled yet, so that they are named here by hand."""
    shown = open_case(**about("a"))
    client = page("lina")
    url = part(client.get("/").content.decode(), "news")
    other, urgent = open_case(severity="low", **about("b")), open_case(severity="critical", **about("c"))
    for came, words in (({other.pk}, "none more urgent"), ({other.pk, urgent.pk}, "comes before")):
        monkeypatch.setattr("casebook.web.queue_news.entered", lambda actor, cursor, came=came: came | {shown.pk})
        html = client.get(url, headers=LIVE).content.decode()
        assert f"{len(came)} new case" in html
        assert words in html
        assert 'data-title-count="3"' in html
        assert 'hx-swap-oob="true"' in html
    monkeypatch.setattr("casebook.web.queue_news.entered", lambda actor, cursor: {shown.pk})
    assert "new case" not in client.get(url, headers=LIVE).content.decode()


def test_pages_follow_each_other_without_a_gap(open_case: Open, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casebook.web.queue.PER_PAGE", 2)
    opened = [open_case(**about(f"user-{n}")).ref for n in range(5)]
    client, url, seen = page("lina"), "/", []
    while url:
        html = client.get(url).content.decode()
        seen += refs(html)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        url = unescape(following[1]) if following else ""
    assert sorted(seen) == sorted(opened)
    assert len(seen) == 5


@pytest.mark.parametrize("who", ["lina", "tomas", "mara"])
def test_the_queue_costs_the_same_with_3_and_with_40_rows(
    open_case: Open, page: Page, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = page(who)
    client.get("/")  # the first request of a session writes when it was there
    costs = []
    for count in (3, 37):
        for _ in range(count):
            case = open_case(**about(f"user-{Case.objects.count()}"))
        Clock.objects.filter(case=case).update(due_at=timezone.now() - timedelta(hours=9), state="breached")
        monkeypatch.setattr(HEAD, "_read_at", 0.0)  # the dearest case: nobody has asked for half a second
        with CaptureQueriesContext(connection) as spent:
            html = client.get("/?owner=anyone").content.decode()
        costs.append(len(spent))
    assert len(refs(html)) == 40
    assert costs[0] == costs[1] <= MOST_QUERIES, "\n".join(one["sql"][:160] for one in spent)


def late(case: Case, measure: str, minutes: int) -> None:
    """Its target passed so many minutes ago."""
    clock = Clock.objects.get(case=case, measure=measure)
    due = timezone.now() - timedelta(minutes=minutes)
    started = due - timedelta(seconds=clock.target_s)
    Clock.objects.filter(pk=clock.pk).update(started_at=started, due_at=due, segments=[])


def test_a_breached_target_is_not_hidden_by_one_that_can_be_met(open_case: Open, page: Page, lina: PersonActor) -> None:
    case = open_case()
    late(case, "time_to_acknowledge", 20)
    said = row(page("lina").get("/").content.decode(), case.ref)
    assert "20 min over" in said
    assert "acknowledge" in said
    ownership.take(actor=lina, ref=case.ref)
    said = row(page("lina").get("/").content.decode(), case.ref)
    assert "qualify · 1 missed" in said
    assert "over" not in said


def test_a_returned_case_says_why_it_stands_first(open_case: Open, page: Page, lina: PersonActor) -> None:
    case = open_case(**about("ada", severity="high"))
    critical = open_case(**about("bob", external_id="b-2", severity="critical"))
    Case.objects.filter(pk=case.pk).update(returned_question="Was he travelling?", owner=lina.person)
    Case.objects.filter(pk=critical.pk).update(owner=lina.person)
    html = page("lina").get("/").content.decode()
    assert refs(html) == [case.ref, critical.ref]
    assert "Returned with a question: first" in row(html, case.ref)
    assert "with a question" not in row(page("tomas").get("/?owner=anyone").content.decode(), case.ref)
