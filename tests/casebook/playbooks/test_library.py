"""The library as it is searched: what is found, by whom, and how many questions a page asks of the database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actors import PersonActor
from casebook.models import Case, Playbook, PlaybookVersion, Team
from casebook.playbooks import drafts, library, versions

pytestmark = pytest.mark.django_db


def make(slug: str, *, team: Team | None = None, state: str = "published", text: str = "Who lit it?") -> Playbook:
    playbook = Playbook.objects.create(slug=slug, base_slug=slug, team=team, library="coast")
    version = PlaybookVersion.objects.create(
        playbook=playbook, number=1, name=f"Card {slug}", technique="T1489", techniques=["T1489", "T1490"],
        also_for=["T1491.001"], tactics=["Impact"], source_format="yaml", card="", sha256="0" * 64,
        digest={"steps": 2, "questions": [["D01"], []], "criteria": 1, "executable": 1},
    )  # fmt: skip
    version.steps.create(section="question", position=1, key="question:0123456789ab", text=text, span_from=0, span_to=1)
    PlaybookVersion.objects.filter(pk=version.pk).update(state=state)
    return playbook


def slugs(actor: PersonActor, **asked: str) -> set[str]:
    return {version.playbook.slug for version in library.search(actor, asked)}


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "card lamp"},
        {"q": "keeper of the coast"},
        {"q": "T1490"},
        {"q": "T1491001"},
        {"technique": "T148"},
        {"technique": "T1491.001"},
        {"tactic": "Impact"},
        {"library": "coast"},
    ],
)
def test_it_is_found_by_technique_tactic_text_and_library(lina: PersonActor, asked: dict[str, str]) -> None:
    make("lamp", text="Was the keeper of the coast awake?")
    assert "lamp" in slugs(lina, **asked)
    assert "general" not in slugs(lina, **asked)


def test_each_state_has_its_own_list(pia: PersonActor, lina: PersonActor) -> None:
    make("old", state="retired")
    draft = drafts.begin(actor=pia, slug="T1589")
    assert slugs(lina, state="retired") == {"old"}
    assert "old" not in slugs(lina)
    assert slugs(pia, state="draft") == {"T1589"}
    assert slugs(lina, state="draft") == set()
    text = draft.card.replace("name: Gather", "name: Gathering")
    revision = drafts.save(actor=pia, slug="T1589", text=text, revision=1).revision
    versions.publish(actor=pia, slug="T1589", revision=revision)
    assert slugs(lina, state="retired") == {"old"}  # one that a newer version replaced is not retired
    assert library.facets(pia).states["retired"] == 1


def test_a_teams_playbook_is_found_by_its_team_only(
    lina: PersonActor, otto: PersonActor, green: Team, blue: Team
) -> None:
    make("theirs", team=green)
    make("ours", team=blue)
    assert slugs(lina, library="coast") == {"ours"}
    assert slugs(otto, library="coast") == {"theirs"}
    assert slugs(lina, team="blue") == {"ours"}
    assert [slug for slug, _ in library.facets(lina).teams] == ["blue"]


def test_the_published_version_stands_for_a_playbook(pia: PersonActor, lina: PersonActor) -> None:
    draft = drafts.begin(actor=pia, slug="T1589")
    assert library.version_of(pia, "T1589").number == 1
    assert library.version_of(pia, "T1589", str(draft.number)).state == "draft"
    versions.retire(actor=pia, slug="T1589", reason="for the test")
    assert library.version_of(lina, "T1589").state == "retired"


def test_the_page_counts_open_cases_for_who_may_see_them(page: Callable[[str], Client], case: Case) -> None:
    assert "Open cases" in page("lina").get("/playbooks/").content.decode()
    assert "Open cases" not in page("pia").get("/playbooks/").content.decode()


def test_a_hundred_stand_on_a_page_and_ask_no_more_than_ten(page: Callable[[str], Client]) -> None:
    for number in range(130):
        make(f"card-{number:03}")
    client = page("lea")
    client.get("/playbooks/")
    with CaptureQueriesContext(connection) as caught:
        first = client.get("/playbooks/?library=coast").content.decode()
    assert len(caught) <= 12, "\n".join(query["sql"][:200] for query in caught)
    assert first.count("data-row=") == 100
    assert "card-099" in first
    assert 'rel="next"' in first
    second = client.get("/playbooks/?library=coast&page=2").content.decode()
    assert second.count("data-row=") == 30
    assert "card-129" in second
    assert 'rel="next"' not in second


def test_a_page_shows_what_a_detector_answers_and_what_is_executable(page: Callable[[str], Client]) -> None:
    make("lamp")
    html = page("lina").get("/playbooks/?q=card lamp").content.decode()
    assert "1 of 2" in html
    assert "1 of 1" in html
    assert "Service Stop" in html  # ATT&CK's own name
