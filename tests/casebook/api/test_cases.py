"""The list with its filters, and the record's verbs with what a stale hand is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from casebook.cases import ownership
from casebook.models import Case, Journal
from tests.casebook.api.conftest import post, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def several(open_case):
    """Three cases of blue, one of green, told apart by user and severity."""

    def about(user, **alert):
        return open_case(observables=[{"type": "user", "value": user, "role": "target"}], assets=[], **alert)

    return {
        "low": about("ada", severity="low", title="A printer that prints at night"),
        "high": about("bob", severity="high", techniques=["T1110.001"]),
        "critical": about("cyd", severity="critical"),
        "green": about("dan", source="green-siem"),
    }


def listed(client, **query):
    answer = client.get("/api/v1/cases/", query)
    assert answer.status_code == 200, answer.content
    return [one["ref"] for one in answer.json()["results"]]


def test_newest_first_and_only_of_ones_own_teams(several, api):
    blue = [several[name].ref for name in ("critical", "high", "low")]
    assert listed(api("lina")) == blue
    assert listed(api("lina"), order="oldest") == blue[::-1]
    assert listed(api("otto")) == [several["green"].ref]


def test_order_by_severity(several, api):
    assert listed(api("lina"), order="severity") == [several[n].ref for n in ("critical", "high", "low")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"severity": "critical"}, ["critical"]),
        ({"severity": "low,high"}, ["high", "low"]),
        ({"state": "new"}, ["critical", "high", "low"]),
        ({"state": "open"}, ["critical", "high", "low"]),
        ({"state": "closed"}, []),
        ({"owner": "none"}, ["critical", "high", "low"]),
        ({"owner": "me"}, []),
        ({"owner": "tomas"}, []),
        ({"team": "blue"}, ["critical", "high", "low"]),
        ({"team": "green"}, []),
        ({"tier": "l1"}, ["critical", "high", "low"]),
        ({"tier": "t2"}, []),
        ({"technique": "t1110.001"}, ["high"]),
        ({"source": "siem"}, ["critical", "high", "low"]),
        ({"source": "green-siem"}, []),
        ({"q": "printer"}, ["low"]),
        ({"q": "bob"}, ["high"]),
        ({"observable": "user:cyd"}, ["critical"]),
        ({"observable": "cyd"}, ["critical"]),
        ({"observable": "dan"}, []),
        ({"opened_after": "2020-01-01T00:00:00Z"}, ["critical", "high", "low"]),
        ({"opened_before": "2020-01-01T00:00:00+02:00"}, []),
        ({"severity": "critical", "state": "new", "owner": "none"}, ["critical"]),
    ],
)
def test_filters(several, api, query, found):
    assert listed(api("lina"), **query) == [several[name].ref for name in found]


def test_a_case_is_found_by_its_ref(several, api):
    assert listed(api("lina"), q=several["high"].ref) == [several["high"].ref]
    assert listed(api("lina"), q=several["green"].ref) == []


@pytest.mark.parametrize("name", ["verdict", "Severity", "page", "colour"])
def test_an_unknown_filter_is_refused_by_name(api, name):
    document = problem(api("lina").get("/api/v1/cases/", {name: "x"}), 422)
    assert name in document["errors"]
    assert "severity" in document["detail"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("state", "asleep"), ("severity", "worst"), ("tier", "t9"), ("order", "random"), ("opened_after", "yesterday"),
     ("opened_after", "2026-01-01T00:00:00"), ("opened_before", "2026-13-01T00:00:00Z")],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_field(api, name, value):
    assert name in problem(api("lina").get("/api/v1/cases/", {name: value}), 422)["errors"]


def test_pages_follow_one_another_without_gaps_while_cases_come_in(several, open_case, api):
    client = api("lina")
    first = client.get("/api/v1/cases/", {"limit": 2}).json()
    assert set(first) == {"next", "previous", "results"}
    open_case(title="a newcomer", rule={"id": "other"})
    second = client.get(first["next"]).json()
    refs = [one["ref"] for one in (*first["results"], *second["results"])]
    assert refs == [several[name].ref for name in ("critical", "high", "low")]
    assert second["next"] is None
    back = client.get(second["previous"]).json()
    assert [one["ref"] for one in back["results"]][-1] == several["high"].ref


def test_at_most_five_hundred_a_page(api, several):
    assert len(api("lina").get("/api/v1/cases/", {"limit": 100000}).json()["results"]) == 3
    assert api("lina").get("/api/v1/cases/", {"cursor": "nonsense"}).status_code in (400, 404, 422)


def test_a_case_has_the_contracts_shape(case, api):
    told = api("lina").get(f"/api/v1/cases/{case.ref}/").json()
    assert {
        "ref", "title", "state", "severity", "tier", "owner", "team", "version", "playbook", "alerts", "observables",
        "clocks", "verdict", "instants",
    } <= set(told)  # fmt: skip
    assert set(told["playbook"]) == {"slug", "technique", "name", "version", "why"}
    assert {"measure", "state", "target_s", "elapsed_s", "wall_s", "due_at", "explain"} == set(told["clocks"][0])
    assert told["instants"]["received"].endswith("Z")
    assert told["severity"] == "high"


class TestVerbs:
    def test_take_then_a_stale_hand_is_told_who_and_what(self, case, api):
        taken = post(api("lina"), f"cases/{case.ref}/take/", {"version": 1})
        assert (taken.status_code, taken.json()["owner"], taken.json()["version"]) == (200, "lina", 2)
        document = problem(post(api("tomas"), f"cases/{case.ref}/wait/", {"version": 1, "reason": "x"}), 409)
        assert (document["state"], document["owner"]) == ("triage", "lina")
        assert (document["changed_by"], document["changed"]) == ("lina", "case.taken")
        case.refresh_from_db()
        assert (case.state, case.version) == ("triage", 2)

    def test_a_state_that_forbids_it_is_told_too(self, case, api):
        document = problem(post(api("lina"), f"cases/{case.ref}/resume/", {}), 409)
        assert document["state"] == "new"
        assert "take" in document["detail"]

    def test_a_colleagues_case_is_not_taken_silently(self, case, api):
        post(api("lina"), f"cases/{case.ref}/take/", {})
        assert problem(post(api("tomas"), f"cases/{case.ref}/take/", {}), 409)["owner"] == "lina"

    def test_assign_names_a_colleague_of_the_team(self, case, api):
        answer = post(api("lina"), f"cases/{case.ref}/assign/", {"to": "tomas", "reason": "knows the host"})
        assert answer.json()["owner"] == "tomas"
        for stranger in ("otto", "nobody", ""):
            assert "to" in problem(post(api("lina"), f"cases/{case.ref}/assign/", {"to": stranger}), 422)["errors"]

    def test_wait_resume_release(self, case, api):
        until = (timezone.now() + timedelta(hours=1)).isoformat()
        told = post(api("lina"), f"cases/{case.ref}/wait/", {"reason": "asked the user", "until": until}).json()
        assert (told["state"], told["waiting"]["reason"]) == ("waiting", "asked the user")
        assert {clock["state"] for clock in told["clocks"]} <= {"paused", "met"}
        assert post(api("lina"), f"cases/{case.ref}/resume/", {}).json()["state"] == "triage"
        assert post(api("lina"), f"cases/{case.ref}/release/", {}).json()["owner"] is None

    @pytest.mark.parametrize("until", ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
    def test_a_wait_ends_within_a_week(self, case, api, until):
        problem(post(api("lina"), f"cases/{case.ref}/wait/", {"reason": "x", "until": until}), 422)

    def test_severity_needs_no_more_than_the_word(self, case, api):
        answer = api("lina").patch(f"/api/v1/cases/{case.ref}/", {"severity": "low"}, content_type="application/json")
        assert (answer.json()["severity"], answer.json()["version"]) == ("low", 2)
        answer = api("lina").patch(
            f"/api/v1/cases/{case.ref}/", {"severity": "high", "version": 1}, content_type="application/json"
        )
        assert problem(answer, 409)["changed"] == "case.severity"

    @pytest.mark.parametrize("body", [b"[]", b"3", b'{"version": "one"}', b'{"version": true}'])
    def test_a_body_that_is_none(self, case, api, body):
        problem(post(api("lina"), f"cases/{case.ref}/take/", body), 422)

    def test_a_body_that_is_no_json(self, case, api):
        assert "line 1" in problem(post(api("lina"), f"cases/{case.ref}/take/", b"{oops"), 400)["detail"]

    def test_a_body_over_the_cap(self, case, api, settings):
        settings.CAPS = settings.CAPS | {"body": 100}
        problem(post(api("lina"), f"cases/{case.ref}/note/", {"text": "x" * 200}), 413)

    def test_a_note_raises_no_version(self, case, api):
        answer = post(api("lina"), f"cases/{case.ref}/note/", {"text": "on holiday"})
        assert answer.json()["version"] == 1
        entries = api("lina").get(f"/api/v1/cases/{case.ref}/timeline/").json()["results"]
        assert entries[-1]["text"] == "lina noted: on holiday"


def test_open_by_hand(api, lina):
    body = {
        "title": "A caller reports a strange mail",
        "severity": "high",
        "techniques": ["t1589"],
        "observables": [{"type": "user", "value": "Eve", "role": "target"}],
    }
    answer = post(api("lina"), "cases/", body)
    assert answer.status_code == 201
    case = Case.objects.get()
    assert answer.headers["Location"] == f"/api/v1/cases/{case.ref}/"
    assert (case.team.slug, case.playbook_version.playbook.slug, case.source) == ("blue", "T1589", None)
    assert Journal.objects.filter(case_id=case.pk, verb="case.opened_by_hand", actor_name="lina").count() == 1
    assert "title" in problem(post(api("lina"), "cases/", {"title": " "}), 422)["errors"]


def test_related_cases_share_an_observable_and_are_ones_own(several, open_case, api, lina):
    shared = [{"type": "user", "value": "bob", "role": "target"}]
    other = open_case(observables=shared, assets=[], rule={"id": "another rule"})
    open_case(source="green-siem", observables=shared, assets=[])
    ownership.take(actor=lina, ref=other.ref)
    found = api("lina").get(f"/api/v1/cases/{several['high'].ref}/related/").json()["results"]
    assert [(one["ref"], one["shared"]) for one in found] == [(other.ref, ["bob"])]
