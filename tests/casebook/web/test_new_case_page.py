"""A case opened by hand, in the browser's form."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from casebook.models import Case, Journal

Page = Callable[[str], Client]
FORM = {
    "title": "Reception reports calls asking for names",
    "severity": "high",
    "techniques": "t1598, T1589",
    "type": ["user", "ip", "host"],
    "value": ["m.keller", "", "desk-4"],
    "role": ["target", "source", "related"],
}


def test_a_phone_call_becomes_a_case(page: Page) -> None:
    answer = page("lina").post("/cases/new/", FORM)
    case = Case.objects.latest("id")
    assert answer["Location"] == f"/cases/{case.ref}/"
    assert (case.severity_word, case.techniques, case.state) == ("high", ["T1598", "T1589"], "new")
    links = {(link.observable.type, link.observable.value, link.role) for link in case.observable_links.all()}
    assert links == {("user", "m.keller", "target"), ("host", "desk-4", "related")}
    verbs = set(Journal.objects.filter(case_id=case.pk).values_list("verb", flat=True))
    assert {"case.opened", "case.opened_by_hand"} <= verbs


def test_what_was_typed_stays_and_what_is_missing_is_marked(page: Page) -> None:
    answer = page("lina").post("/cases/new/", {**FORM, "title": " "})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in html
    assert 'value="m.keller"' in html
    assert not Case.objects.exists()


def test_a_wrong_line_is_marked_where_it_stands(page: Page) -> None:
    """The empty line before it does not move the mark."""
    answer = page("lina").post("/cases/new/", {**FORM, "type": ["user", "ip", "planet"]})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="line-2-err"' in html
    assert 'id="line-1-err"' not in html


def test_more_lines_keep_what_was_typed(page: Page) -> None:
    html = page("lina").post("/cases/new/", {**FORM, "more": "1"}).content.decode()
    assert html.count('name="value"') == 6
    assert 'value="m.keller"' in html
    assert not Case.objects.exists()


def test_a_link_fills_the_form_in(page: Page) -> None:
    address = "/cases/new/?title=24+names+tried&severity=critical&type=ip&value=198.51.100.4&role=source"
    html = page("lina").get(address).content.decode()
    assert 'value="24 names tried"' in html
    assert 'value="198.51.100.4"' in html
    assert '<option value="critical" selected>' in html


def test_who_works_no_cases_opens_none(page: Page) -> None:
    for outsider in ("mara", "pia", "adam", "aude"):
        assert page(outsider).get("/cases/new/").status_code == 403
