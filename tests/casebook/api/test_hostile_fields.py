"""Fields of the wrong kind, too large, or with what a database cannot hold: refused by name, never a 500."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.test import Client

from casebook.api.idempotency import idempotent
from casebook.api.paging import Pages
from casebook.errors import Conflict
from casebook.journal.record import record
from casebook.models import Case, CaseObservable, IdempotencyKey, Journal, Observable
from tests.casebook.api.conftest import V1, post, problem


@pytest.mark.parametrize(
    "changes",
    [
        {"title": 5}, {"title": ""}, {"severity": "huge"}, {"severity": 3}, {"team": ["blue"]}, {"techniques": "T1110"},
        {"techniques": None, "title": ""}, {"techniques": ["x" * 50]}, {"techniques": [1]}, {"observables": {}},
        {"observables": ["1.1.1.1"]}, {"observables": [{"type": 1, "value": "x"}]},
        {"observables": [{"type": "ip", "value": ""}]}, {"title": "nul \x00"},
    ],
)  # fmt: skip
def test_opening_by_hand(api, changes: dict[str, Any]) -> None:
    problem(post(api("lina"), "cases/", {"title": "A call"} | changes), 422)


def test_opening_by_hand_writes_techniques_one_way(api) -> None:
    answer = post(api("lina"), "cases/", {"title": "A call", "techniques": ["t1589003"], "observables": None})
    assert answer.status_code == 201
    assert Case.objects.get(pk=answer.json()["ref"][3:]).techniques == ["T1589.003"]


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("wait", {"reason": "x", "until": "tomorrow"}), ("wait", {"reason": "x", "until": "2026-12-01T08:00:00"}),
        ("wait", {"reason": "x", "until": "2026-13-41T08:00:00Z"}), ("wait", {"reason": "x", "until": 5}),
        ("wait", {"reason": ["x"]}), ("wait", {}), ("take", {"version": "1"}), ("take", {"version": True}),
        ("note", {"text": ""}), ("note", {"text": "nul \x00"}), ("note", {"text": {"a": 1}}), ("take", [1]),
        ("assign", {"to": 7}), ("assign", {"to": "\x00"}),
    ],
)  # fmt: skip
def test_verbs(api, case: Case, verb: str, body: Any) -> None:
    problem(post(api("lina"), f"cases/{case.ref}/{verb}/", body), 422)


@pytest.mark.parametrize("body", [{"version": "x"}, {"severity": 5}, {"severity": "x"}, {"title": " "}, {"title": 1}])
def test_editing(api, case: Case, body: dict[str, Any]) -> None:
    answer = api("lina").patch(f"{V1}cases/{case.ref}/", body, content_type="application/json")
    problem(answer, 422)


@pytest.mark.parametrize(
    "query",
    ["q=%00", "observable=%00", "limit=x", "limit=0", "limit=-1", "opened_after=x", "opened_after=2026-01-01T00:00:00",
     "severity=x", "state=x", "order=x", "nonsense=1"],
)  # fmt: skip
def test_lists(api, case: Case, query: str) -> None:
    problem(api("lina").get(f"{V1}cases/?{query}"), 422)


@pytest.mark.parametrize("place", ["1.99999999999999999999999.1", "-1.1.1", "1.1", "x", "1.1.1.1", ""])
def test_cursors_of_the_feed(api, place: str) -> None:
    text = base64.urlsafe_b64encode(place.encode()).decode().rstrip("=") or "%C3%A4"
    problem(api("lina").get(f"{V1}changes/?since={text}"), 422)


@pytest.mark.parametrize("ref", ["CB-99999999999999999999", "x", "%00", "CB-0"])
def test_refs(api, ref: str) -> None:
    problem(api("lina").get(f"{V1}cases/{ref}/"), 404)


def test_a_case_with_many_observables_stands_in_a_list_once(api, case: Case) -> None:
    for value in ("one.example", "two.example"):
        found = Observable.objects.create(team=case.team, type="domain", value=value, key=value)
        CaseObservable.objects.create(case=case, observable=found)
    for query in ("q=Many", "observable=203.0.113.7", "observable=ip:203.0.113.7", "observable=WEB-1", f"q={case.ref}"):
        found = [row["ref"] for row in api("lina").get(f"{V1}cases/?{query}").json()["results"]]
        assert found == [case.ref], query


def test_pages_follow_each_other_through_many_ties(api, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Pages.offset_cutoff is None
    monkeypatch.setattr(Pages, "max_page_size", 2000)
    names = [field.attname for field in Case._meta.concrete_fields if field.attname != "id"]
    same = {name: getattr(case, name) for name in names}
    Case.objects.bulk_create([Case(**same) for _ in range(1100)])
    client, seen, url = api("lina"), [], f"{V1}cases/?order=severity&limit=400"
    while url:
        page = client.get(url).json()
        seen += [row["ref"] for row in page["results"]]
        url = page["next"]
    assert len(seen) == len(set(seen)) == Case.objects.filter(team=case.team).count()


def test_what_a_verb_wrote_before_it_refused_stands_under_a_key_too(lina, case: Case) -> None:
    class Request:
        headers = {"Idempotency-Key": "k"}
        method, path, user, data = "POST", "/x/", lina, {}
        FILES: dict[str, Any] = {}
        META: dict[str, Any] = {}

    @idempotent
    def stopped(view: Any, request: Any) -> Any:
        record(lina, "case.noted", case, {"text": "was stopped"})
        raise Conflict("stopped")

    with pytest.raises(Conflict):
        stopped(None, Request())
    assert Journal.objects.filter(case_id=case.pk, verb="case.noted").exists()
    assert not IdempotencyKey.objects.exists()


def test_a_key_is_the_persons_whichever_token(api, case: Case) -> None:
    first, second = api("lina"), api("lina")
    one = post(first, f"cases/{case.ref}/note/", {"text": "a"}, **{"Idempotency-Key": "same"})
    two = post(second, f"cases/{case.ref}/note/", {"text": "a"}, **{"Idempotency-Key": "same"})
    other = post(api("tomas"), f"cases/{case.ref}/note/", {"text": "a"}, **{"Idempotency-Key": "same"})

    assert (one.json(), two.status_code, other.status_code) == (two.json(), 200, 200)
    assert Journal.objects.filter(case_id=case.pk, verb="case.noted").count() == 2


def test_forms_of_pages(page, case: Case) -> None:
    client: Client = page("lina")
    assert client.post(f"/cases/{case.ref}/note/", {"text": "nul \x00"}).status_code in (302, 422)
    for until in ("tomorrow", "2026-13-41T08:00", "2020-01-01T08:00"):
        answer = client.post(f"/cases/{case.ref}/wait/", {"reason": "x", "until": until})
        assert answer.status_code == 302
    assert client.post(f"/cases/{case.ref}/take/", {"version": "9" * 5000}).status_code == 302
    case.refresh_from_db()
    assert case.state != "waiting"
