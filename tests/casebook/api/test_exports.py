"""A playbook as a file over the API: the three formats, whose drafts, and what a file cannot hold."""

from __future__ import annotations

import json

import pytest

from casebook.models import Playbook, PlaybookVersion
from casebook.playbooks.parse.read import parse_bytes
from casebook.playbooks.stored import card_of
from casebook.playbooks.types import ParsedCard
from tests.casebook.api.conftest import problem

pytestmark = pytest.mark.django_db

EXPORT = "/api/v1/playbooks/T1589/export/"
TYPES = {"yaml": "application/yaml", "card": "text/markdown", "cacao": "application/json"}
ENDS = {"yaml": "yaml", "card": "md", "cacao": "json"}


def parsed(body: bytes) -> ParsedCard:
    card = parse_bytes(body, name="export")
    assert isinstance(card, ParsedCard)
    return card


@pytest.mark.parametrize("name", TYPES)
def test_each_format_is_a_file_to_keep(api, name):
    answer = api("lina").get(EXPORT, {"format": name})
    assert answer.status_code == 200
    assert answer["Content-Type"] == f"{TYPES[name]}; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="T1589-v1.{ENDS[name]}"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    stored = card_of(PlaybookVersion.objects.get(playbook__slug="T1589", number=1))
    assert [step.text for step in parsed(answer.content).steps] == [step.text for step in stored.steps]


def test_yaml_is_the_format_unless_asked_and_comes_as_it_was_imported(api, settings):
    answer = api("lina").get(EXPORT)
    assert answer.content.decode() == (settings.BASE_DIR / "cards" / "T1589.yaml").read_text()
    assert answer["X-Casebook-Not-Held"] == "0"


def test_what_a_file_cannot_hold_is_counted_and_told(api):
    client = api("lina")
    told = client.get(EXPORT, {"format": "card", "losses": "1"}).json()
    assert told["format"] == "card"
    assert "That the expression was confirmed of 3 steps." in told["not_held"]
    assert client.get(EXPORT, {"format": "card"})["X-Casebook-Not-Held"] == str(len(told["not_held"]))
    cacao = client.get(EXPORT, {"format": "cacao", "losses": "1"}).json()
    assert cacao["not_held"] == []
    assert "That an answer is required at 4 steps." in cacao["only_here"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"format": "json"}, 422),
        ({"format": "api"}, 422),
        ({"colour": "red"}, 422),
        ({"version": "99"}, 404),
        ({"version": "x"}, 404),
    ],
)
def test_what_is_refused(api, asked, status):
    problem(api("lina").get(EXPORT, asked), status)


def test_unknown_playbook_and_a_source(api, source_token, client):
    problem(api("lina").get("/api/v1/playbooks/T9999/export/"), 404)
    problem(client.get(EXPORT, headers={"Authorization": f"Bearer {source_token}"}), 403)


def test_a_draft_goes_to_authors_only(api):
    book = Playbook.objects.get(slug="T1589")
    one = book.versions.get(number=1)
    PlaybookVersion.objects.create(
        playbook=book, number=2, state="draft", name="Two", technique="T1589", source_format="yaml",
        card=one.card, cells=one.cells, sha256=one.sha256,
    )  # fmt: skip
    problem(api("lina").get(EXPORT, {"version": "2"}), 404)
    assert api("pia").get(EXPORT, {"version": "2"}).status_code == 200
    assert api("pia").get(EXPORT)["Content-Disposition"].endswith('"T1589-v1.yaml"')


def test_another_teams_playbook_is_not_there(api, green):
    book = Playbook.objects.create(team=green, library="local", base_slug="ours", slug="ours")
    PlaybookVersion.objects.create(
        playbook=book, number=1, state="published", name="Ours", source_format="yaml", card="", sha256="0" * 64
    )
    problem(api("lina").get("/api/v1/playbooks/ours/export/"), 404)
    assert api("otto").get("/api/v1/playbooks/ours/export/").status_code == 200


def test_the_same_version_is_the_same_bytes(api):
    bodies = {api("lina").get(EXPORT, {"format": "cacao"}).content for _ in range(2)}
    assert len(bodies) == 1
    playbook = json.loads(bodies.pop())
    version = PlaybookVersion.objects.get(playbook__slug="T1589", number=1)
    assert playbook["created"] <= playbook["modified"]
    assert playbook["modified"].startswith(version.published_at.strftime("%Y-%m-%dT%H:%M:%S."))


def test_the_page_offers_each_format_with_what_it_cannot_hold(page):
    html = page("lina").get("/playbooks/T1589/export/").content.decode()
    for name, end in ENDS.items():
        assert f"/api/v1/playbooks/T1589/export/?format={name}&amp;version=1" in html
        assert f'download="T1589-v1.{end}"' in html
    assert "That the expression was confirmed of 3 steps." in html
    assert page("lina").get("/playbooks/T9999/export/").status_code == 404
