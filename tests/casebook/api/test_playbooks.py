"""The library over the API."""

from __future__ import annotations

import pytest

from casebook.models import Playbook, PlaybookVersion
from tests.casebook.api.conftest import problem

pytestmark = pytest.mark.django_db


def test_the_list_tells_steps_by_section(api):
    rows = {row["slug"]: row for row in api("pia").get("/api/v1/playbooks/").json()["results"]}
    assert {"T1589", "general"} <= set(rows)
    assert rows["T1589"]["technique"] == "T1589"
    assert rows["T1589"]["steps"]["question"] == 4
    assert set(rows["T1589"]["steps"]) == {
        "log_source", "indicator", "question", "criterion", "l1_step", "t2_action", "containment",
    }  # fmt: skip


def test_one_with_its_steps_in_the_cards_order(api):
    told = api("lina").get("/api/v1/playbooks/T1589/").json()
    sections = [step["section"] for step in told["steps"]]
    assert sections == sorted(sections, key=list(dict.fromkeys(sections)).index)
    assert told["versions"][0]["number"] == told["version"]
    assert {"key", "text", "polarity", "bindings", "expression", "confirmed"} <= set(told["steps"][0])


@pytest.mark.parametrize("query", [{"technique": "T1589"}, {"q": "identit"}, {"library": "casebook"},
                                   {"tactic": "Reconnaissance"}, {"q": "again and again"}])  # fmt: skip
def test_filters(api, query):
    slugs = [row["slug"] for row in api("lina").get("/api/v1/playbooks/", query).json()["results"]]
    assert "T1589" in slugs


def test_an_unknown_filter_is_refused(api):
    problem(api("lina").get("/api/v1/playbooks/", {"technic": "x"}), 422)
    problem(api("lina").get("/api/v1/playbooks/", {"state": "gone"}), 422)


@pytest.mark.parametrize("path", ["T9999/", "T1589/?version=99", "T1589/?version=x"])
def test_what_is_not_there(api, path):
    problem(api("lina").get(f"/api/v1/playbooks/{path}"), 404)


def test_another_teams_playbook_is_not_there(api, green):
    book = Playbook.objects.create(team=green, library="local", base_slug="ours", slug="ours")
    PlaybookVersion.objects.create(
        playbook=book, number=1, state="published", name="Ours", source_format="yaml", card="", sha256="0" * 64
    )
    problem(api("lina").get("/api/v1/playbooks/ours/"), 404)
    assert api("otto").get("/api/v1/playbooks/ours/").status_code == 200
    assert "ours" not in [row["slug"] for row in api("lina").get("/api/v1/playbooks/").json()["results"]]
