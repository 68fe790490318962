"""The report over REST: the contract's shape, links that open what they count, and who is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from casebook.models import Case

URL = "/api/v1/reports/sla/"
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
Api = Callable[[str], Client]
Put = Callable[..., Case]
pytestmark = pytest.mark.django_db


def test_the_shape_of_the_contract(api: Api, put: Put) -> None:
    put(acknowledged=10, clocks={"time_to_acknowledge": "met"})
    put(acknowledged=40, clocks={"time_to_acknowledge": "missed"})
    answer = api("mara").get(URL, MARCH | {"format": "json"}).json()
    assert answer["period"] == {
        "from": "2026-03-01T00:00:00Z",
        "to": "2026-04-01T00:00:00Z",
        "group_by": "none",
    }
    assert len(answer["measures"]) == 10
    one = next(measure for measure in answer["measures"] if measure["measure"] == "time_to_acknowledge")
    expected = {"formula": "acknowledged − received", "policy": "Default v1", "met": 1, "missed": 1, "running": 0}
    expected |= {"attainment": 0.5, "median_s": 1500.0, "p90_s": 2220.0, "n": 2}
    assert {name: one[name] for name in expected} == expected


def test_every_link_lists_what_its_figure_counts(api: Api, put: Put) -> None:
    put(acknowledged=10, detected=-4, clocks={"time_to_acknowledge": "met"})
    put(severity="low", clocks={"time_to_acknowledge": "breached"})
    put(severity="low", clocks={"time_to_acknowledge": "running"})
    put(closed=1, closed_how="bulk")
    client = api("mara")
    answer = client.get(URL, MARCH | {"group_by": "severity"}).json()
    figures = answer["measures"] + [one for group in answer["groups"] for one in group["measures"]]
    for one in figures:
        assert len(client.get(one["cases"]).json()["results"]) == one["n"]
        for outcome, url in one["figures"].items():
            count = one["met"] + one["missed"] if outcome == "ended" else one[outcome]
            assert len(client.get(url).json()["results"]) == count, (one["measure"], outcome)
    assert [(one["how"], one["n"], one["apart"]) for one in answer["closings"]] == [
        ("open", 3, False),
        ("bulk", 1, True),
    ]
    for one in answer["closings"]:
        assert len(client.get(one["cases"]).json()["results"]) == one["n"]


def test_a_case_behind_a_figure(api: Api, put: Put) -> None:
    case = put(acknowledged=10)
    query = MARCH | {"measure": "time_to_acknowledge"}
    (row,) = api("mara").get(f"{URL}cases/", query).json()["results"]
    assert (row["ref"], row["seconds"], row["severity"], row["owner"]) == (case.ref, 600.0, "high", None)


def test_lists_come_in_pages(api: Api, put: Put) -> None:
    refs = [put(acknowledged=1).ref for _ in range(5)]
    query = MARCH | {"measure": "time_to_acknowledge", "limit": "2"}
    client, seen = api("mara"), []
    answer = client.get(f"{URL}cases/", query).json()
    while True:
        seen += [row["ref"] for row in answer["results"]]
        if not answer["next"]:
            break
        answer = client.get(answer["next"]).json()
    assert seen == refs[::-1]


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        (URL, {"form": "1"}, "form"),
        (URL, {"format": "xlsx"}, "format"),
        (URL, {"from": "x"}, "from"),
        (f"{URL}cases/", {"measure": "x"}, "measure"),
        (f"{URL}cases/", {"measure": "time_to_resolve", "outcome": "x"}, "outcome"),
    ],
)
def test_what_is_not_known_is_refused_by_field(api: Api, path: str, query: dict[str, str], field: str) -> None:
    answer = api("mara").get(path, query)
    assert answer.status_code == 422
    assert field in answer.json()["errors"]


@pytest.mark.parametrize(
    ("who", "status"),
    [("lina", 200), ("tomas", 200), ("lea", 200), ("mara", 200), ("aude", 200), ("pia", 403), ("adam", 403)],
)
def test_who_gets_a_report(api: Api, who: str, status: int) -> None:
    for path in (URL, f"{URL}cases/"):
        assert api(who).get(path).status_code == status


def test_a_source_gets_none(api: Api, source_token: str) -> None:
    assert api(source_token).get(URL).status_code == 403


def test_nobody_gets_none() -> None:
    assert Client().get(URL).status_code == 401


def test_another_teams_cases_are_not_behind_it(api: Api, put: Put) -> None:
    put(acknowledged=1)
    query = MARCH | {"measure": "time_to_acknowledge"}
    assert api("otto").get(f"{URL}cases/", query).json()["results"] == []
