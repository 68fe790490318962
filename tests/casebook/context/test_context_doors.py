"""The page and the API: the same services, errors by field, and the same refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casebook.models import Asset, NetworkRange, Team

PAGE, API = "/settings/context/", "/api/v1/context/"
Doors = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bare(blue: Team, green: Team) -> None:
    NetworkRange.objects.all().delete()
    Asset.objects.all().delete()


def test_the_page_lists_ones_teams_only(page: Doors, blue: Team, green: Team) -> None:
    NetworkRange.objects.create(team=blue, cidr="198.51.100.0/24", label="office")
    NetworkRange.objects.create(team=green, cidr="203.0.113.0/24", label="theirs")
    text = page("lina").get(PAGE).content.decode()
    assert "198.51.100.0/24" in text
    assert "203.0.113.0/24" not in text
    assert "Add range" not in text
    assert "Add range" in page("lea").get(PAGE).content.decode()


def test_adding_and_removing_by_form(page: Doors, blue: Team) -> None:
    client = page("lea")
    form = {"team": blue.pk, "cidr": "198.51.100.0/24", "label": "office"}
    assert client.post(f"{PAGE}ranges/", form).status_code == 302
    form = {"team": blue.pk, "kind": "host", "name": "DC1", "protected": "on"}
    assert client.post(f"{PAGE}assets/", form).status_code == 302
    row, asset = NetworkRange.objects.get(), Asset.objects.get()
    assert (asset.name, asset.protected, asset.critical) == ("dc1", True, False)
    assert client.post(f"{PAGE}ranges/{row.pk}/remove/").status_code == 302
    assert client.post(f"{PAGE}assets/{asset.pk}/remove/").status_code == 302
    assert not NetworkRange.objects.exists()
    assert not Asset.objects.exists()


def test_a_wrong_field_keeps_what_was_typed_and_says_what_to_write(page: Doors, blue: Team) -> None:
    answer = page("lea").post(f"{PAGE}ranges/", {"team": blue.pk, "cidr": "198.51.100.7/24", "label": "office"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="198.51.100.7/24"' in text
    assert "write 198.51.100.0/24" in text
    answer = page("lea").post(f"{PAGE}assets/", {"team": blue.pk, "kind": "host", "name": "", "zone": "Mars"})
    assert answer.status_code == 422
    assert "Mars" in answer.content.decode()


def test_an_import_reports_each_line_and_hands_back_the_refused(page: Doors, blue: Team) -> None:
    form = {"team": blue.pk, "lines": "10.0.0.0/8, inside\nnonsense, x"}
    answer = page("lea").post(f"{PAGE}import/", form)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "added: range 10.0.0.0/8" in text
    assert "refused:" in text
    assert ">nonsense, x</textarea>" in text
    assert page("lea").post(f"{PAGE}import/", {"team": blue.pk, "lines": ""}).status_code == 422


@pytest.mark.parametrize("path", ["ranges/", "assets/", "import/", "ranges/1/remove/", "assets/1/remove/"])
def test_who_may_not_change_is_refused_at_every_form(page: Doors, path: str) -> None:
    for who, status in (("lina", 403), ("mara", 403)):
        assert page(who).post(PAGE + path, {"team": "1"}).status_code == status
    assert page("lea").get(PAGE + path).status_code == 405
    assert Client().post(PAGE + path).status_code == 302


def test_another_teams_rows_are_not_there(page: Doors, api: Doors, green: Team) -> None:
    row = NetworkRange.objects.create(team=green, cidr="203.0.113.0/24", label="theirs")
    asset = Asset.objects.create(team=green, kind="host", name="dc1")
    assert page("lea").post(f"{PAGE}ranges/{row.pk}/remove/").status_code == 404
    assert api("lea").delete(f"{API}ranges/{row.pk}/").status_code == 404
    assert api("lea").delete(f"{API}assets/{asset.pk}/").status_code == 404
    assert page("lea").post(f"{PAGE}ranges/", {"team": green.pk, "cidr": "10.0.0.0/8", "label": "x"}).status_code == 404
    body = {"team": "green", "cidr": "10.0.0.0/8", "label": "x"}
    assert api("lea").post(f"{API}ranges/", body, content_type="application/json").status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("lina", 200), ("tomas", 200), ("lea", 200), ("adam", 200), ("mara", 403), ("pia", 403), ("aude", 403)],
)
def test_who_may_look(page: Doors, api: Doors, who: str, status: int) -> None:
    assert page(who).get(PAGE).status_code == status
    for path in ("ranges/", "assets/"):
        assert api(who).get(API + path).status_code == status


def test_the_api_adds_lists_and_removes(api: Doors) -> None:
    client = api("lea")
    client.post(f"{API}ranges/", {"cidr": "10.0.0.0/8", "label": "all"}, content_type="application/json")
    added = client.post(f"{API}ranges/", {"cidr": "10.1.0.0/16", "label": "plant"}, content_type="application/json")
    assert added.status_code == 201
    body = added.json()
    assert (body["cidr"], body["team"], body["overlaps"]) == ("10.1.0.0/16", "blue", ["10.0.0.0/8"])
    assert [one["cidr"] for one in client.get(f"{API}ranges/").json()["results"]] == ["10.1.0.0/16", "10.0.0.0/8"]
    assert client.delete(f"{API}ranges/{body['id']}/").status_code == 204
    assert client.delete(f"{API}ranges/{body['id']}/").status_code == 404
    asset = client.post(
        f"{API}assets/", {"kind": "user", "name": "Root", "critical": True}, content_type="application/json"
    )
    assert asset.status_code == 201
    assert asset.json()["name"] == "root"
    assert client.get(f"{API}assets/", {"team": "blue"}).json()["results"][0]["critical"] is True
    assert client.get(f"{API}assets/", {"colour": "red"}).status_code == 422


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("ranges/", {"cidr": "x", "label": "y"}, "cidr"),
        ("ranges/", {"cidr": 7, "label": "y"}, "cidr"),
        ("ranges/", {"cidr": "10.0.0.0/8"}, "label"),
        ("assets/", {"kind": "host"}, "name"),
        ("assets/", {"kind": "host", "name": "x", "critical": "yes"}, "critical"),
        ("assets/", [], "body"),
    ],
)
def test_the_api_names_the_field(api: Doors, path: str, body: object, field: str) -> None:
    answer = api("lea").post(API + path, body, content_type="application/json")
    assert answer.status_code == 422
    assert field in answer.json()["errors"]


def test_who_may_not_change_is_refused_by_the_api(api: Doors, blue: Team) -> None:
    row = NetworkRange.objects.create(team=blue, cidr="198.51.100.0/24", label="office")
    body = {"cidr": "10.0.0.0/8", "label": "x"}
    for who in ("lina", "tomas"):
        assert api(who).post(f"{API}ranges/", body, content_type="application/json").status_code == 403
        assert api(who).delete(f"{API}ranges/{row.pk}/").status_code == 403


def test_the_same_key_adds_once(api: Doors) -> None:
    client = api("lea")
    for _ in range(2):
        answer = client.post(
            f"{API}ranges/",
            {"cidr": "10.0.0.0/8", "label": "x"},
            content_type="application/json",
            headers={"Idempotency-Key": "k-1"},
        )
        assert answer.status_code == 201
    assert NetworkRange.objects.count() == 1


def test_the_page_takes_as_many_queries_for_many_rows_as_for_few(page: Doors, blue: Team) -> None:
    client, counts = page("lea"), []
    client.get(PAGE)  # the first request of a session notes when it was seen
    for batch in range(2):
        for number in range(20):
            NetworkRange.objects.create(team=blue, cidr=f"10.{batch}.{number}.0/24", label="x")
            Asset.objects.create(team=blue, kind="host", name=f"h{batch}-{number}")
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
    # The newest journal entry is asked at most twice a second by a process, so a page may or may not pay for it.
    assert abs(counts[0] - counts[1]) <= 1
    assert max(counts) <= 12
