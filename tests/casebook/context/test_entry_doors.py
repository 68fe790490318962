"""Pages and API of people, allow entries and change windows: the same services, errors by field, the same refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from casebook.context.kinds import KINDS
from casebook.models import AllowEntry, ChangeWindow, KnownPerson, Team

PAGE, API = "/settings/context/", "/api/v1/context/"
Doors = Callable[[str], Client]
pytestmark = pytest.mark.django_db

FORMS: dict[str, dict[str, str]] = {
    "people": {"names": "mbrandt", "name": "Mira Brandt", "role": "Finance"},
    "allowed": {"kind": "domain", "value": "updates.example.com", "reason": "updates", "owner": "Platform team"},
    "changes": {"title": "Patching", "starts_at": "2026-11-24T22:00", "ends_at": "2026-11-25T02:00", "hosts": "web-1",
                "owner": "Platform team"},
}  # fmt: skip
BODIES: dict[str, dict[str, Any]] = {
    "people": {"names": ["mbrandt"], "name": "Mira Brandt", "away_from": "2026-11-20", "away_to": "2026-11-27"},
    "allowed": {"kind": "ip", "value": "198.51.100.0/28", "reason": "weekly scan", "owner": "Network team"},
    "changes": {"title": "Patching", "starts_at": "2026-11-24T22:00:00Z", "ends_at": "2026-11-25T02:00:00Z",
                "hosts": ["web-1"], "owner": "Platform team"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def bare(blue: Team, green: Team) -> None:
    for kind in KINDS.values():
        kind.model.objects.all().delete()


@pytest.mark.parametrize("kind", KINDS)
def test_adding_changing_and_removing_by_form(page: Doors, blue: Team, kind: str) -> None:
    client, model = page("lea"), KINDS[kind].model
    assert client.post(f"{PAGE}{kind}/", {"team": blue.pk, **FORMS[kind]}).status_code == 302
    row = model.objects.get()
    listed = client.get(f"{PAGE}{kind}/").content.decode()
    assert FORMS[kind].get("name", FORMS[kind].get("value", FORMS[kind].get("title"))) in listed
    form = client.get(f"{PAGE}{kind}/{row.pk}/").content.decode()
    assert all(f'value="{value}"' in form for name, value in FORMS[kind].items() if name != "kind")
    owner = "role" if kind == "people" else "owner"
    assert client.post(f"{PAGE}{kind}/{row.pk}/", FORMS[kind] | {owner: "Others"}).status_code == 302
    row.refresh_from_db()
    assert getattr(row, owner) == "Others"
    assert client.post(f"{PAGE}{kind}/{row.pk}/remove/").status_code == 302
    assert not model.objects.exists()


def test_times_of_the_form_are_the_viewers(page: Doors, lea: Any, blue: Team) -> None:
    client = page("lea")
    client.post("/preferences/", {"zone": "utc"})
    client.post(f"{PAGE}changes/", {"team": blue.pk, **FORMS["changes"]})
    row = ChangeWindow.objects.get()
    assert row.starts_at.isoformat() == "2026-11-24T22:00:00+00:00"
    assert 'value="2026-11-24T22:00"' in client.get(f"{PAGE}changes/{row.pk}/").content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_wrong_is_marked_and_what_was_typed_stays(page: Doors, blue: Team, kind: str) -> None:
    answer = page("lea").post(f"{PAGE}{kind}/", {"team": blue.pk, **FORMS[kind], "owner": "", "name": ""})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in text
    assert FORMS[kind].get("title", FORMS[kind].get("value", FORMS[kind].get("names"))) in text


def test_searching_and_paging(page: Doors, blue: Team) -> None:
    KnownPerson.objects.bulk_create(
        KnownPerson(team=blue, names=[f"user{n}"], name=f"Person {n:03}") for n in range(150)
    )
    client = page("lina")
    first = client.get(f"{PAGE}people/").content.decode()
    assert "Person 099" in first
    assert "Person 100" not in first
    assert "Person 149" in client.get(f"{PAGE}people/?page=2").content.decode()
    found = client.get(f"{PAGE}people/?q=user77").content.decode()
    assert "Person 077" in found
    assert "Person 078" not in found
    assert "Nothing by that name" in client.get(f"{PAGE}people/?q=zzz").content.decode()


def test_a_file_is_brought_and_its_refused_lines_handed_back(page: Doors, blue: Team) -> None:
    file = SimpleUploadedFile("people.csv", b"names,name\nmbrandt,Mira Brandt\nnobody,\n", content_type="text/csv")
    answer = page("lea").post(f"{PAGE}people/import/", {"team": blue.pk, "file": file})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "1 added" in text
    assert "nobody,,,,,,</textarea>" in text
    assert KnownPerson.objects.get().name == "Mira Brandt"


@pytest.mark.parametrize(
    ("content", "status"), [(b"names,name\nx,\xff\xfe\n", 422), (b"x" * (1024 * 1024 + 1), 413), (b"colour\nred", 422)]
)
def test_a_file_that_is_none_is_refused(page: Doors, blue: Team, content: bytes, status: int) -> None:
    file = SimpleUploadedFile("people.csv", content, content_type="text/csv")
    assert page("lea").post(f"{PAGE}people/import/", {"team": blue.pk, "file": file}).status_code == status
    assert not KnownPerson.objects.exists()


def test_export_is_of_ones_own_teams_and_of_the_search(page: Doors, blue: Team, green: Team) -> None:
    for team, name in ((blue, "ours"), (blue, "others"), (green, "theirs")):
        KnownPerson.objects.create(team=team, names=[name], name=name.title())
    answer = page("lina").get(f"{PAGE}people/export/?q=ours")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.content.decode().splitlines()[1:] == ["ours,Ours,,,,,"]
    assert "theirs" not in page("lina").get(f"{PAGE}people/export/").content.decode()


# ---------------------------------------------------------------- API
def send(client: Client, method: str, path: str, body: object) -> Any:
    return client.generic(method, API + path, __import__("json").dumps(body), content_type="application/json")


@pytest.mark.parametrize("kind", KINDS)
def test_the_api_adds_lists_changes_and_removes(api: Doors, kind: str) -> None:
    client = api("lea")
    added = send(client, "POST", f"{kind}/", BODIES[kind])
    assert added.status_code == 201, added.content
    body = added.json()
    assert {name: body[name] for name in BODIES[kind]} == BODIES[kind]
    assert [one["id"] for one in client.get(f"{API}{kind}/?team=blue").json()["results"]] == [body["id"]]
    label = "role" if kind == "people" else "owner"
    changed = send(client, "PATCH", f"{kind}/{body['id']}/", {label: "Others"})
    assert (changed.status_code, changed.json()[label]) == (200, "Others")
    assert changed.json() == body | {label: "Others"}
    assert client.delete(f"{API}{kind}/{body['id']}/").status_code == 204
    assert client.delete(f"{API}{kind}/{body['id']}/").status_code == 404


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("people", {"names": "mbrandt"}, "names"),
        ("people", {"names": ["m brandt"]}, "names"),
        ("people", {"names": []}, "names"),
        ("people", {"name": 7}, "name"),
        ("people", {"surname": "x"}, "surname"),
        ("allowed", {"expires": "soon"}, "expires"),
        ("changes", {"starts_at": "2026-11-24T22:00:00"}, "starts_at"),
        ("changes", {"hosts": None}, "hosts"),
    ],
)
def test_the_api_names_the_field(api: Doors, kind: str, changes: dict[str, Any], field: str) -> None:
    answer = send(api("lea"), "POST", f"{kind}/", BODIES[kind] | changes)
    assert answer.status_code == 422
    assert field in answer.json()["errors"]


def test_a_record_stays_with_its_team(api: Doors, blue: Team) -> None:
    row = AllowEntry.objects.create(team=blue, kind="user", value="x", reason="r", owner="o")
    assert send(api("lea"), "PATCH", f"allowed/{row.pk}/", {"team": "green"}).status_code == 422


def test_the_api_takes_a_file_and_answers_by_line(api: Doors) -> None:
    answer = send(api("lea"), "POST", "people/import/", {"csv": "names,name\nmbrandt,Mira Brandt\nnobody,\n"})
    body = answer.json()
    assert answer.status_code == 200
    assert (body["added"], body["refused"]) == (1, 1)
    assert body["lines"][1]["number"] == 3
    assert "write" in body["lines"][1]["text"]
