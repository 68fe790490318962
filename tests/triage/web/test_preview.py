"""What is being written, as L1 will see it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.actors import PersonActor
from casebook.models import Case, PlaybookVersion
from casebook.playbooks import drafts
from casebook.playbooks.stored import steps_of
from tests.casebook.web.test_playbook_pages import words

Page = Callable[[str], Client]
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def draft(pia: PersonActor) -> PlaybookVersion:
    return drafts.begin(actor=pia, slug="T1589")


def key(draft: PlaybookVersion, section: str) -> str:
    return next(step.key for step in steps_of(draft) if step.section == section)


def test_it_shows_what_is_typed_and_saves_none_of_it(page: Page, draft: PlaybookVersion) -> None:
    typed = {"do": "step", "key": key(draft, "question"), "text": "Did the lamp go out?", "polarity": "benign",
             "required": "1", "bind-D01": "deciding"}  # fmt: skip
    answer = page("pia").post("/playbooks/T1589/preview/", typed, headers=FRAGMENT)
    said = words(answer.content.decode())
    assert "Question 1 of 4 · a yes speaks against an attack · required" in said
    assert "Did the lamp go out?" in said
    assert "No authentication events in this case" in said  # what D01 says before there is a log
    assert "Accept: cannot tell" in said
    draft.refresh_from_db()
    assert draft.revision == 1
    assert not Case.objects.exists()


def test_a_source_is_shown_at_its_step(page: Page, draft: PlaybookVersion) -> None:
    text = draft.card.replace("Did sign-ins to the same accounts", "Did lamps of the same make")
    typed = {"do": "source", "text": text, "key": key(draft, "question")}
    answer = page("pia").post("/playbooks/T1589/preview/", typed, headers=FRAGMENT)
    assert "Did lamps of the same make fail" in answer.content.decode()
    broken = page("pia").post("/playbooks/T1589/preview/", typed | {"text": "casebook: 1"}, headers=FRAGMENT)
    assert broken.status_code == 200  # the page asked what is wrong, and is told
    assert "cannot be read yet: line 1" in broken.content.decode()


def test_a_criterion_is_shown_with_the_decision(page: Page, draft: PlaybookVersion) -> None:
    answer = page("pia").get(f"/playbooks/T1589/preview/?step={key(draft, 'criterion')}", headers=FRAGMENT)
    said = words(answer.content.decode())
    assert "Escalation criterion 1 of 3" in said
    assert "More is needed to decide" in said


def test_saved_searches_are_filled_in_as_they_will_be(page: Page, draft: PlaybookVersion) -> None:
    html = page("pia").get(f"/playbooks/T1589/preview/?step={key(draft, 'log_source')}").content.decode()
    assert "203.0.113.7" in html
    assert "{source_ip}" not in html


@pytest.mark.parametrize("section", ["t2_action", "containment"])
def test_what_tier_2_gets_is_shown_as_theirs(page: Page, draft: PlaybookVersion, section: str) -> None:
    said = words(page("pia").get(f"/playbooks/T1589/preview/?step={key(draft, section)}").content.decode())
    assert "Tier 2" in said


def test_nothing_in_it_can_be_pressed(page: Page, draft: PlaybookVersion) -> None:
    html = (
        page("pia").get(f"/playbooks/T1589/preview/?step={key(draft, 'question')}", headers=FRAGMENT).content.decode()
    )
    assert html.index("inert") < html.index("<form")
    assert "hx-disable" in html
