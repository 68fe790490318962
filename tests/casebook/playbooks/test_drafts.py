"""Drafts: begun, saved, refused when stale, kept when broken, thrown away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from accounts.actors import PersonActor
from casebook.epoch import config_epoch
from casebook.errors import Conflict, Invalid, NotAllowed, NotFound
from casebook.models import Journal, Playbook, PlaybookVersion, Team
from casebook.playbooks import creating, drafts
from casebook.playbooks.importer import import_files
from casebook.playbooks.stored import steps_of
from casebook.playbooks.table import MEMORY

pytestmark = pytest.mark.django_db
ASKED = "Did sign-ins to the same accounts fail again and again?"


def test_a_draft_says_what_the_published_version_says_in_its_own_words(pia: PersonActor) -> None:
    draft = drafts.begin(actor=pia, slug="T1589")
    base = draft.based_on
    assert base is not None
    assert (draft.state, draft.number, draft.revision) == ("draft", base.number + 1, 1)
    assert draft.card == base.card  # comments and all
    assert [step.key for step in steps_of(draft)] == [step.key for step in steps_of(base)]
    assert draft.digest == base.digest
    assert Journal.objects.filter(verb="playbook.drafted", actor_name="pia").count() == 1


def test_who_begins_again_gets_the_same_draft(pia: PersonActor, lea: PersonActor) -> None:
    first = drafts.begin(actor=pia, slug="T1589")
    assert drafts.begin(actor=lea, slug="T1589").pk == first.pk
    with pytest.raises(Conflict, match="pia has a draft"):
        drafts.begin(actor=lea, slug="T1589", number=1)


def test_a_save_is_refused_once_somebody_else_saved(pia: PersonActor, lea: PersonActor) -> None:
    draft = drafts.begin(actor=pia, slug="T1589")
    theirs = draft.card.replace("again and again?", "over and over?")
    saved = drafts.save(actor=lea, slug="T1589", text=theirs, revision=1)
    assert (saved.revision, saved.created_by) == (2, "lea")
    with pytest.raises(Conflict, match="lea saved this draft") as refused:
        drafts.save(actor=pia, slug="T1589", text=draft.card.replace("Identity", "People"), revision=1)
    assert refused.value.extra["changed_by"] == "lea"
    assert refused.value.extra["revision"] == 2
    draft.refresh_from_db()
    assert draft.card == theirs


def test_saving_the_same_text_is_no_change(pia: PersonActor) -> None:
    draft = drafts.begin(actor=pia, slug="T1589")
    assert drafts.save(actor=pia, slug="T1589", text=draft.card, revision=1).revision == 1


def test_rewording_keeps_the_key_and_the_rules_that_speak_of_it(pia: PersonActor) -> None:
    draft = drafts.begin(actor=pia, slug="T1589")
    before = {step.key: step.expression for step in steps_of(draft)}
    drafts.save(
        actor=pia,
        slug="T1589",
        text=draft.card.replace(ASKED, ASKED.replace("again and again", "repeatedly")),
        revision=1,
    )
    draft.refresh_from_db()
    after = {step.key: step.expression for step in steps_of(draft)}
    assert after == before
    assert draft.steps.filter(text__contains="repeatedly").exists()


def test_a_text_that_cannot_be_read_is_kept_with_every_mistake_at_its_line(pia: PersonActor) -> None:
    draft = drafts.begin(actor=pia, slug="T1589")
    steps = steps_of(draft)
    broken = draft.card.replace("polarity: suspicious", "polarity: sinister", 2)
    saved = drafts.save(actor=pia, slug="T1589", text=broken, revision=1)
    assert saved.card == broken
    assert steps_of(saved) == steps  # those of the last text that could be read
    flaws = drafts.read(saved).flaws
    lines = [n for n, line in enumerate(broken.splitlines(), start=1) if "sinister" in line]
    assert [flaw.line for flaw in flaws] == lines
    assert "sinister" in flaws[0].reason


def test_a_playbook_keeps_its_slug(pia: PersonActor) -> None:
    draft = drafts.begin(actor=pia, slug="T1589")
    text = draft.card.replace("slug: T1589", "slug: T1590")
    flaws = drafts.read(drafts.save(actor=pia, slug="T1589", text=text, revision=1)).flaws
    assert [(text.splitlines()[flaw.line - 1], flaw.reason) for flaw in flaws] == [
        ("slug: T1590", "a playbook keeps its slug: this one is “T1589”")
    ]


def test_what_is_no_text_is_refused(pia: PersonActor) -> None:
    drafts.begin(actor=pia, slug="T1589")
    for text in ("casebook: 1\0", "x" * (300 << 10)):
        with pytest.raises(Invalid):
            drafts.save(actor=pia, slug="T1589", text=text, revision=1)


def test_a_draft_is_seen_and_matched_by_nobody_else(pia: PersonActor, lina: PersonActor) -> None:
    before = config_epoch()
    draft = drafts.begin(actor=pia, slug="T1589")
    assert config_epoch() == before
    found = MEMORY.match(["T1589"], Team.objects.get(slug="blue").pk, config_epoch())
    assert found is not None
    assert found.playbook_version_id != draft.pk
    with pytest.raises(NotAllowed):
        drafts.fetch(lina, "T1589")


def test_thrown_away_it_is_gone(pia: PersonActor) -> None:
    drafts.begin(actor=pia, slug="T1589")
    drafts.discard(actor=pia, slug="T1589")
    assert not PlaybookVersion.objects.filter(state="draft").exists()
    assert Journal.objects.filter(verb="playbook.discarded").exists()
    with pytest.raises(NotFound):
        drafts.discard(actor=pia, slug="T1589")


def test_a_new_playbook_begins_as_a_whole_card(pia: PersonActor) -> None:
    draft = creating.create(actor=pia, slug="", name="Lamp out", technique="T1489")
    assert draft.playbook.slug == "T1489"
    checked = drafts.read(draft)
    assert checked.card is not None
    assert checked.card.name == "Lamp out"
    assert set(checked.card.counts().values()) == {1}
    drafts.discard(actor=pia, slug="T1489")
    assert not Playbook.objects.filter(slug="T1489").exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"slug": "import", "name": "x"}, "slug"),
        ({"slug": "a b", "name": "x"}, "slug"),
        ({"slug": "", "name": "x"}, "slug"),
        ({"slug": "lamp", "name": " "}, "name"),
        ({"slug": "lamp", "name": "x", "technique": "brute force"}, "technique"),
        ({"slug": "lamp", "name": "x", "team": "green"}, "team"),
    ],
)
def test_a_new_playbook_says_what_it_needs(pia: PersonActor, given: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        creating.create(actor=pia, **given)
    assert field in refused.value.errors


def test_a_slug_is_given_once(pia: PersonActor) -> None:
    with pytest.raises(Conflict):
        creating.create(actor=pia, slug="T1589", name="Again")


def test_a_teams_playbook_is_its_own_authors(pia: PersonActor, lina: PersonActor) -> None:
    mine = creating.create(actor=pia, slug="lamp", name="Lamp", team="blue")
    assert mine.playbook.team is not None
    Playbook.objects.filter(pk=mine.playbook_id).update(team=Team.objects.get(slug="green"))
    with pytest.raises(NotFound):
        drafts.fetch(pia, "lamp")
    with pytest.raises(NotAllowed):
        creating.create(actor=lina, slug="lamp-2", name="Lamp")


def test_a_card_of_a_table_becomes_our_format(pia: PersonActor, found_cards: Path) -> None:
    import_files(pia, sorted(found_cards.glob("*.md"))[:6])
    playbook = Playbook.objects.filter(library="local").earliest("pk")
    draft = drafts.begin(actor=pia, slug=playbook.slug)
    assert draft.based_on is not None
    assert (draft.based_on.source_format, draft.source_format) == ("card", "yaml")
    before, after = ([replace(step, span=(0, 0)) for step in steps_of(version)] for version in (draft.based_on, draft))
    assert after == before


def test_of_a_version_whose_text_could_not_be_read_its_steps_are_there(pia: PersonActor) -> None:
    playbook = Playbook.objects.create(slug="half", base_slug="half")
    half = PlaybookVersion.objects.create(
        playbook=playbook, number=1, name="Half a card", technique="T1489", source_format="cacao", card="", sha256="0"
    )
    half.steps.create(section="question", position=1, key="question:0123456789ab", text="Who?", span_from=0, span_to=4)
    PlaybookVersion.objects.filter(pk=half.pk).update(state="published")
    draft = drafts.begin(actor=pia, slug="half")
    assert (draft.name, draft.technique) == ("Half a card", "T1489")
    assert [step.key for step in steps_of(draft)] == ["question:0123456789ab"]
    assert "text: Who?" in draft.card
