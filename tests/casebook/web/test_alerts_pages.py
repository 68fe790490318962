"""The list of alerts and the list of rules to tune."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from casebook.models import Alert, Case

pytestmark = pytest.mark.django_db
Page = Callable[[str], Client]


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return " ".join(answer.content.decode().split())


def test_alerts_newest_first_with_their_case(page: Page, open_case: Callable[..., Case]) -> None:
    first = open_case(title="The first", assets=[], observables=[{"type": "user", "value": "a"}])
    second = open_case(title="The second", severity="low", assets=[], observables=[{"type": "user", "value": "b"}])
    shown = text(page("lina"), "/alerts/")
    assert shown.index("The second") < shown.index("The first")
    assert f"/cases/{first.ref}/" in shown
    assert "The first" not in text(page("otto"), "/alerts/")
    low = text(page("lina"), "/alerts/?severity=low")
    assert ("The first" in low, f"/cases/{second.ref}/" in low) == (False, True)
    of_one = text(page("lina"), f"/alerts/?case={first.ref}")
    assert ("The first" in of_one, "The second" in of_one) == (True, False)


@pytest.mark.parametrize(
    "query", ["severity=grave", "outcome=lost", "technique=brute", "days=3", "suppression=x", "case=7x"]
)
def test_a_filter_that_cannot_be_is_named(page: Page, query: str) -> None:
    answer = page("lina").get(f"/alerts/?{query}")
    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.content.decode()


def test_pages_by_key(page: Page, open_case: Callable[..., Case]) -> None:
    for number in range(55):
        open_case(title=f"Alert number {number:02}.")
    first = page("lina").get("/alerts/")
    assert len(first.context["rows"]) == 50
    second = page("lina").get(f"/alerts/{first.context['older']}")
    assert [row.title for row in second.context["rows"]] == [f"Alert number {n:02}." for n in (4, 3, 2, 1, 0)]


def test_one_click_says_a_rule_needs_tuning(page: Page, case: Case) -> None:
    alert = Alert.objects.get(case=case)
    answer = page("lina").post(f"/alerts/{alert.pk}/feedback/", {"note": "=1+1", "next": f"/cases/{case.ref}/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/cases/{case.ref}/")
    assert (
        page("lina").post(f"/alerts/{alert.pk}/feedback/", {"next": "//evil.example/"}).headers["Location"]
        == "/alerts/rules/"
    )
    page("tomas").post(f"/alerts/{alert.pk}/feedback/", {"kind": "wrong", "note": "=1+1"})
    shown = text(page("lea"), "/alerts/rules/")
    assert "ssh brute force" in shown
    assert "fires on the wrong thing" in shown


def test_rules_as_a_table_no_spreadsheet_runs(page: Page, case: Case) -> None:
    alert = Alert.objects.get(case=case)
    Alert.objects.filter(pk=alert.pk).update(rule_name="=cmd|' /C calc'!A0")
    page("lina").post(f"/alerts/{alert.pk}/feedback/", {})
    answer = page("lina").get("/alerts/rules/?format=csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = answer.content.decode().splitlines()
    assert lines[0].startswith("source,rule_id")
    assert ",'=cmd" in lines[1]
