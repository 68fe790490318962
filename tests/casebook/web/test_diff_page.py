"""Two versions side by side on a page."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from accounts.actors import PersonActor
from casebook.playbooks import drafts, edits, versions
from casebook.playbooks.step_change import StepChange
from tests.casebook.web.test_playbook_pages import words

Page = Callable[[str], Client]
ASKED = "Did sign-ins to the same accounts fail again and again?"


def edit(pia: PersonActor, **said: object) -> int:
    draft = drafts.begin(actor=pia, slug="T1589")
    card = drafts.read(draft).card
    assert card is not None
    key = next(step.key for step in card.steps if step.text == ASKED)
    card = edits.change(card, key, StepChange(**said), by="pia")  # type: ignore[arg-type]
    return drafts.save_card(actor=pia, slug="T1589", card=card, revision=draft.revision).revision


def test_what_changed_is_marked_and_the_rest_is_folded(page: Page, pia: PersonActor) -> None:
    revision = edit(pia, text=ASKED.replace("again and again", "over and over"), polarity="benign")
    versions.publish(actor=pia, slug="T1589", revision=revision, note="softer")
    html = page("lina").get("/playbooks/T1589/diff/?from=1&to=2").content.decode()
    assert "<del>again and again</del><ins>over and over</ins>" in html
    said = words(html)
    assert "1 reworded, 1 changed" in said
    assert "suspicious" in said
    assert "benign" in said
    assert "3 unchanged" in said
    assert "softer" in said


def test_without_numbers_it_is_the_last_change(page: Page, pia: PersonActor) -> None:
    versions.publish(actor=pia, slug="T1589", revision=edit(pia, required=False))
    assert "v1, published by" in words(page("lina").get("/playbooks/T1589/diff/").content.decode())


def test_one_version_alone_differs_in_nothing(page: Page) -> None:
    assert "No step changed" in words(page("lina").get("/playbooks/T1589/diff/").content.decode())


def test_a_draft_is_compared_by_authors_only(page: Page, pia: PersonActor) -> None:
    edit(pia, why="Lamps go out.")
    said = words(page("pia").get("/playbooks/T1589/diff/?from=1&to=2").content.decode())
    assert "draft of pia" in said
    assert "Lamps go out" in said
    assert page("lina").get("/playbooks/T1589/diff/?from=1&to=2").status_code == 404


def test_what_is_not_there(page: Page) -> None:
    for query in ("from=1&to=9", "from=x&to=1", "from=1&to=99999999999"):
        assert page("pia").get(f"/playbooks/T1589/diff/?{query}").status_code == 404
