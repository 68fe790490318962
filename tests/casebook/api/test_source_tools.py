"""Over REST: alerts as a list, another grouping tried, a field map tried, bodies read again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from casebook.intake.receive import Refused, refuse
from casebook.intake.sender import Sender
from casebook.models import Alert, Case, Job, RawBody, Source

pytestmark = pytest.mark.django_db
Api = Callable[[str], Client]
V1 = "/api/v1/"
MAP = {"messages": "alerts", "title": "t", "severity": "s", "severity_map": {"P1": "critical"}, "detected_at": "at",
       "observables.ip.source": "from", "facts.Said": "said"}  # fmt: skip
BODY = {"alerts": [{"t": "One", "s": "P1", "at": "2026-11-24T08:00:00Z", "from": "203.0.113.7", "said": "so"},
                   {"t": "Two", "s": "P9"}, {"s": "P1"}]}  # fmt: skip


def post(client: Client, path: str, asked: object) -> tuple[int, dict[str, Any]]:
    answer = client.post(V1 + path, json.dumps(asked), content_type="application/json")
    return answer.status_code, answer.json()


class TestAlerts:
    def test_newest_first_page_by_page(self, api: Api, open_case: Callable[..., Case]) -> None:
        for number in range(3):
            open_case(title=f"Alert {number}")
        first = api("lina").get(V1 + "alerts/?limit=2").json()
        assert [row["title"] for row in first["results"]] == ["Alert 2", "Alert 1"]
        assert "raw" not in first["results"][0]
        second = api("lina").get(first["next"]).json()
        assert ([row["title"] for row in second["results"]], second["next"]) == (["Alert 0"], None)
        assert [row["title"] for row in api("lina").get(second["previous"]).json()["results"]] == ["Alert 2", "Alert 1"]

    def test_filters_are_those_of_the_page(self, api: Api, open_case: Callable[..., Case]) -> None:
        own = {"assets": [], "observables": [{"type": "user", "value": "b"}]}
        case, _ = open_case(title="One"), open_case(title="Two", severity="low", **own)
        for query in ("severity=high", f"case={case.ref}", "q=one", "rule=r-9&severity=high", "technique=T1589&q=One"):
            rows = api("lina").get(f"{V1}alerts/?{query}").json()["results"]
            assert [(row["title"], row["case"]) for row in rows] == [("One", case.ref)], query
        assert api("lina").get(V1 + "alerts/?severity=grave").json()["errors"].keys() == {"severity"}
        assert api("lina").get(V1 + "alerts/?sev=high").status_code == 422
        assert api("lina").get(V1 + "alerts/?outcome=suppressed").json()["results"] == []

    def test_a_source_lists_its_own(
        self, api: Api, open_case: Callable[..., Case], source: Source, source_token: str
    ) -> None:
        open_case()
        open_case(source="green-siem")
        siem = Client(headers={"Authorization": f"Bearer {source_token}"})
        rows = siem.get(V1 + "alerts/").json()["results"]
        assert [row["source"] for row in rows] == ["siem"]
        assert [row["source"] for row in api("otto").get(V1 + "alerts/").json()["results"]] == ["green-siem"]
        assert api("pia").get(V1 + "alerts/").json()["results"] == []


class TestReprocess:
    def test_these_and_all(self, api: Api, sender: Sender) -> None:
        good = json.dumps({"external_id": "late", "title": "Understood now"}).encode()
        refuse(sender, Refused(good, "no title", "title", "refused"), Refused(b"<xml/>", "no JSON", "", "refused"))
        ids = list(RawBody.objects.filter(outcome="refused").values_list("id", flat=True))
        status, done = post(api("adam"), "sources/siem/reprocess/", {"ids": ids})
        assert (status, done) == (200, {"bodies": 2, "understood": 1, "alerts": 1})
        assert Alert.objects.filter(external_id="late").count() == 1
        status, asked = post(api("adam"), "sources/siem/reprocess/", {"all": True})
        assert (status, Job.objects.get(pk=asked["job"]).asked) == (202, {"source": "siem"})

    @pytest.mark.parametrize(
        "body",
        [{}, {"ids": []}, {"ids": ["1"]}, {"ids": [True]}, {"ids": [0]}, {"ids": [2**63]}, {"ids": [1], "all": True},
         {"all": "yes"}, {"all": False}, {"ids": list(range(1, 102))}, {"id": [1]}],
        ids=str,
    )  # fmt: skip
    def test_what_cannot_be(self, api: Api, source: Source, body: dict[str, Any]) -> None:
        assert post(api("adam"), "sources/siem/reprocess/", body)[0] == 422

    def test_who_may(self, api: Api, source: Source) -> None:
        assert post(api("lea"), "sources/siem/reprocess/", {"all": True})[0] == 403
        assert post(api("lina"), "sources/siem/reprocess/", {"all": True})[0] == 404
        assert not Job.objects.exists()


class TestGroupingPreview:
    def test_another_policy_and_its_own(self, api: Api, open_case: Callable[..., Case]) -> None:
        for number in range(4):
            open_case(assets=[], observables=[{"type": "user", "value": f"u{number}"}])
        at = V1 + "sources/siem/grouping-preview/"
        own = api("lea").get(at).json()
        assert (own["alerts"], own["cases"]) == (4, 4)
        other = api("lea").get(at + "?grouping_on=rule&window_s=3600&days=1").json()
        assert (other["alerts"], other["cases"], other["largest"][0]["alerts"]) == (4, 1, 4)
        assert Source.objects.get(slug="siem").grouping_on == "rule_entity"

    @pytest.mark.parametrize(
        ("query", "field"),
        [("grouping_on=moon", "grouping_on"), ("window_s=soon", "grouping_window"), ("window_s=nan", "grouping_window"),
         ("days=0", "days"), ("days=91", "days"), ("days=x", "days"), ("window=60", "window")],
    )  # fmt: skip
    def test_what_cannot_be(self, api: Api, source: Source, query: str, field: str) -> None:
        answer = api("lea").get(f"{V1}sources/siem/grouping-preview/?{query}")
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


class TestMapPreview:
    def test_rows_and_the_alert(self, api: Api, source: Source) -> None:
        status, found = post(api("lea"), "sources/siem/map/preview/", {"field_map": MAP, "body": BODY})
        rows = {row["field"]: row for row in found["rows"]}
        assert (status, found["messages"], found["shown"], found["why_not"], found["wrong"]) == (200, 3, 0, "", [])
        assert (rows["severity"]["found"], rows["severity"]["becomes"]) == ("P1", "critical")
        assert rows["detected_at"]["becomes"] == "2026-11-24T08:00:00Z"
        assert (found["alert"]["title"], found["alert"]["severity"]) == ("One", "critical")
        assert found["alert"]["observables"] == [{"type": "ip", "value": "203.0.113.7", "role": "source"}]
        assert found["facts"] == [{"label": "Said", "value": "so", "pointer": "/said"}]
        assert not Alert.objects.exists()

    def test_another_message_and_one_that_makes_none(self, api: Api, source: Source) -> None:
        second = post(api("lea"), "sources/siem/map/preview/", {"field_map": MAP, "body": BODY, "number": 1})[1]
        assert (second["shown"], second["alert"]["title"]) == (1, "Two")
        assert "P9" in second["assumed"][0] + second["assumed"][-1]
        third = post(api("lea"), "sources/siem/map/preview/", {"field_map": MAP, "body": BODY, "number": 2})[1]
        assert (third["alert"], "It has no title" in third["why_not"]) == (None, True)

    def test_what_is_wrong_has_its_place(self, api: Api, source: Source) -> None:
        said = {"title": "a.[", "titel": "a"}
        found = post(api("lea"), "sources/siem/map/preview/", {"field_map": said, "body": BODY})[1]
        assert {one["field"]: one["at"] is not None for one in found["wrong"]} == {"title": True, "titel": False}
        for asked in ({}, {"field_map": MAP}, {"field_map": [], "body": {}}, {"map": MAP, "body": {}}):
            assert post(api("lea"), "sources/siem/map/preview/", asked)[0] == 422

    def test_a_wrong_map_is_not_saved(self, api: Api, source: Source) -> None:
        answer = api("adam").patch(
            V1 + "sources/siem/", json.dumps({"field_map": {"title": "a.[", "titel": "a"}}),
            content_type="application/json",
        )  # fmt: skip
        [*wrong] = answer.json()["errors"]["field_map"]
        assert (answer.status_code, len(wrong)) == (422, 2)
        assert wrong[1].startswith("titel ")
        source.refresh_from_db()
        assert source.field_map == {}
