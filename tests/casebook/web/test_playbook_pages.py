"""The library and a playbook's page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.actors import PersonActor
from casebook.models import Case, Playbook, PlaybookVersion
from casebook.playbooks import drafts, versions

Page = Callable[[str], Client]


@pytest.fixture
def proposed() -> PlaybookVersion:
    """A published card whose criterion a rule wrote."""
    playbook = Playbook.objects.create(slug="lamp", base_slug="lamp")
    version = PlaybookVersion.objects.create(
        playbook=playbook, number=1, name="Lamp out", source_format="card", card="", sha256="0" * 64
    )
    for section in ("log_source", "indicator", "question", "criterion", "l1_step", "t2_action", "containment"):
        rule = {"alert": {"field": "severity", "op": ">=", "value": "high"}} if section == "criterion" else None
        version.steps.create(
            section=section, position=1, key=f"{section}:0123456789ab", text=f"The {section}.", span_from=0, span_to=4,
            polarity_rule="asks whether it went out" if section == "question" else "", expression=rule,
        )  # fmt: skip
    version.state = "published"
    version.save()
    return version


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_library_says_how_much_of_a_card_is_computed(page: Page) -> None:
    said = words(page("pia").get("/playbooks/").content.decode())
    assert "T1589 Gather Victim Identity Information" in said
    assert "3 of 4" in said  # D01, D07 and D05 can look; D11 is to come
    assert "3 of 3" in said  # every criterion is executable and confirmed


def test_a_search_that_finds_nothing_says_so(page: Page) -> None:
    client = page("lina")
    assert "No playbook matches" in client.get("/playbooks/?q=nothing-of-the-kind").content.decode()
    assert "Gather Victim" in client.get("/playbooks/?q=identity").content.decode()


def test_a_playbook_shows_what_answers_each_step(page: Page) -> None:
    said = words(page("pia").get("/playbooks/T1589/").content.decode())
    for section in (
        "Log sources",
        "Indicators",
        "Questions",
        "L1 steps",
        "Escalation criteria",
        "T2 actions",
        "Containment",
    ):
        assert section in said
    assert "Did sign-ins to the same accounts fail again and again?" in said
    assert "a yes speaks for an attack" in said
    assert "D01 failures per user" in said
    assert "D14 directory enumeration" in said
    assert "D01 failures per user says yes, with attempts ≥ 30" in said
    assert "is answered yes or partly" in said
    assert "confirmed" in said


def test_what_a_rule_proposed_is_not_shown_as_in_force(page: Page, proposed: PlaybookVersion) -> None:
    said = words(page("pia").get("/playbooks/lamp/").content.decode())
    assert "Proposed by rule: met when" in said
    assert "not confirmed" in said
    assert "1 proposed rule" in said
    assert "asks whether it went out" in said  # the rule behind a polarity is shown


def test_an_author_confirms_a_rule_from_the_page(page: Page, proposed: PlaybookVersion) -> None:
    client = page("pia")
    answer = client.post("/playbooks/lamp/draft/", {"confirm": "criterion:0123456789ab"})
    assert answer.url == "/playbooks/lamp/edit/?step=criterion:0123456789ab"
    draft = PlaybookVersion.objects.get(playbook=proposed.playbook, state="draft")
    assert draft.steps.get(section="criterion").confirmed
    assert not proposed.steps.get(section="criterion").confirmed
    assert client.get(answer.url).status_code == 200


def test_an_author_opens_a_step_to_correct_it(page: Page) -> None:
    client = page("pia")
    key = PlaybookVersion.objects.get(playbook__slug="T1589").steps.filter(section="question")[0].key
    assert "Correct" in client.get("/playbooks/T1589/").content.decode()
    answer = client.post("/playbooks/T1589/draft/", {"step": key})
    assert f'value="{key}"' in client.get(answer.url).content.decode()
    assert "Open the draft" in client.get("/playbooks/T1589/").content.decode()


def test_who_does_not_write_playbooks_sees_none_of_it(page: Page, pia: PersonActor) -> None:
    drafts.begin(actor=pia, slug="T1589")
    client = page("lina")
    html = client.get("/playbooks/T1589/").content.decode()
    for control in ("Correct", "Retire", "Open the draft", "/replay/", ">draft<"):
        assert control not in html
    assert "Drafts" not in client.get("/playbooks/").content.decode()
    assert client.get("/playbooks/T1589/?version=2").status_code == 404
    for act in ("draft", "retire", "review", "discard", "publish"):
        assert client.post(f"/playbooks/T1589/{act}/", {"reason": "x"}).status_code == 403


def test_versions_say_who_when_and_why(page: Page, pia: PersonActor, lea: PersonActor) -> None:
    draft = drafts.begin(actor=pia, slug="T1589")
    drafts.save(actor=pia, slug="T1589", text=draft.card.replace("name: Gather", "name: Gathering"), revision=1)
    versions.publish(actor=lea, slug="T1589", revision=2, note="reads better")
    said = words(page("lina").get("/playbooks/T1589/").content.decode())
    assert "reads better" in said
    assert "published by lea" in said
    assert "written by pia" in said
    assert "retired by lea" in said
    assert "An earlier version" in words(page("lina").get("/playbooks/T1589/?version=1").content.decode())


def test_retired_says_so_and_can_be_drafted_again(page: Page) -> None:
    client = page("lea")
    client.post("/playbooks/T1589/retire/", {"reason": "merged"})
    said = words(client.get("/playbooks/T1589/").content.decode())
    assert "Retired lea" in said
    assert "Draft from it" in said
    assert 'data-row="T1589"' not in client.get("/playbooks/").content.decode()
    assert 'data-row="T1589"' in client.get("/playbooks/?state=retired").content.decode()
    answer = client.post("/playbooks/T1589/draft/", {"number": "1"})
    assert answer.url == "/playbooks/T1589/edit/"


def test_a_review_is_noted(page: Page) -> None:
    client = page("pia")
    client.post("/playbooks/T1589/review/")
    assert "reviewed by pia" in words(client.get("/playbooks/?q=T1589").content.decode())


def test_open_cases_stand_on_the_page_for_who_may_see_them(page: Page, case: Case) -> None:
    assert case.title in page("lina").get("/playbooks/T1589/").content.decode()
    for outsider in ("pia", "otto"):
        assert case.title not in page(outsider).get("/playbooks/T1589/").content.decode()


def test_no_such_playbook_or_version(page: Page) -> None:
    client = page("lina")
    for address in ("/playbooks/T0000/", "/playbooks/T1589/?version=99", "/playbooks/T1589/?version=x"):
        assert client.get(address).status_code == 404
