"""Publishing, retiring, reviewing: who and when, what is refused, and what it does to cases that are under way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction

from accounts.actors import PersonActor
from casebook.epoch import config_epoch
from casebook.errors import Conflict, Invalid, NotAllowed, WrongState
from casebook.models import Case, Journal, Playbook, PlaybookVersion, StepCorrection
from casebook.playbooks import drafts, versions
from casebook.playbooks.edits import change
from casebook.playbooks.export.yaml import write_yaml
from casebook.playbooks.step_change import StepChange
from casebook.playbooks.stored import steps_of
from triage import answers, runs
from triage.models import Run

pytestmark = pytest.mark.django_db
NAME = "Gather Victim Identity Information"


def published() -> PlaybookVersion:
    return PlaybookVersion.objects.select_related("playbook").get(playbook__slug="T1589", state="published")


def edited(actor: PersonActor, name: str = "Gathering names") -> PlaybookVersion:
    draft = drafts.begin(actor=actor, slug="T1589")
    return drafts.save(actor=actor, slug="T1589", text=draft.card.replace(NAME, name), revision=draft.revision)


def test_a_published_draft_takes_the_place_of_the_version_before(pia: PersonActor, lea: PersonActor) -> None:
    former, epoch = published(), config_epoch()
    draft = edited(pia)
    now = versions.publish(actor=lea, slug="T1589", revision=draft.revision, note="a better name")
    assert (now.state, now.number, now.name) == ("published", former.number + 1, "Gathering names")
    assert (now.created_by, now.published_by, now.note) == ("pia", "lea", "a better name")
    assert now.published_at is not None
    former.refresh_from_db()
    assert (former.state, former.retired_by) == ("retired", "lea")
    assert config_epoch() == epoch + 1
    assert Journal.objects.get(verb="playbook.published", actor_name="lea").payload["note"] == "a better name"


def test_what_is_published_is_final(pia: PersonActor) -> None:
    now = versions.publish(actor=pia, slug="T1589", revision=edited(pia).revision)
    for change_it in (
        lambda: PlaybookVersion.objects.filter(pk=now.pk).update(name="Another"),
        lambda: now.steps.all().update(required=False),
        lambda: now.steps.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change_it()


def test_a_draft_that_cannot_be_read_is_not_published(pia: PersonActor) -> None:
    draft = drafts.begin(actor=pia, slug="T1589")
    broken = drafts.save(actor=pia, slug="T1589", text=draft.card.replace("polarity: s", "polarity: z", 1), revision=1)
    with pytest.raises(Invalid) as refused:
        versions.publish(actor=pia, slug="T1589", revision=broken.revision)
    (said,) = refused.value.errors["card"]
    assert said.startswith("line ")
    assert "polarity" in said
    assert published().number == 1


def test_one_publishes_only_what_one_has_seen(pia: PersonActor) -> None:
    draft = edited(pia)
    with pytest.raises(Conflict, match="pia saved this draft"):
        versions.publish(actor=pia, slug="T1589", revision=draft.revision - 1)


def test_nobody_publishes_over_a_version_they_do_not_know_of(pia: PersonActor, lea: PersonActor) -> None:
    versions.publish(actor=pia, slug="T1589", revision=edited(pia).revision)
    first = published()
    draft = edited(pia, "Names gathered")
    # Meanwhile another version was published past this draft, as an import does.
    with transaction.atomic():
        PlaybookVersion.objects.filter(pk=first.pk).update(state="retired")
        other = PlaybookVersion.objects.create(
            playbook=first.playbook, number=9, name="Imported", source_format="yaml", card=first.card, sha256="0" * 64,
            published_by="tests", state="published",
        )  # fmt: skip
    with pytest.raises(Conflict, match="tests published version 9") as refused:
        versions.publish(actor=lea, slug="T1589", revision=draft.revision)
    assert refused.value.extra["published"] == 9
    assert refused.value.extra["diff"] == {"removed": len(steps_of(first))}
    with pytest.raises(Conflict):
        versions.publish(actor=lea, slug="T1589", revision=draft.revision, over=first.number)
    now = versions.publish(actor=lea, slug="T1589", revision=draft.revision, over=9)
    assert now.number == 10
    other.refresh_from_db()
    assert other.state == "retired"


def test_a_draft_begun_from_an_older_version_replaces_the_published_one(pia: PersonActor) -> None:
    versions.publish(actor=pia, slug="T1589", revision=edited(pia).revision)
    draft = drafts.begin(actor=pia, slug="T1589", number=1)
    assert draft.name == NAME
    assert versions.publish(actor=pia, slug="T1589", revision=draft.revision, note="back").number == 3


def test_a_correction_made_by_hand_is_kept_for_later_imports(pia: PersonActor) -> None:
    draft = drafts.begin(actor=pia, slug="T1589")
    card = drafts.read(draft).card
    assert card is not None
    question = next(step for step in card.steps if step.section == "question")
    text = write_yaml(change(card, question.key, StepChange(polarity="benign"), by="pia"))
    draft = drafts.save(actor=pia, slug="T1589", text=text, revision=draft.revision)
    versions.publish(actor=pia, slug="T1589", revision=draft.revision)
    kept = StepCorrection.objects.get(playbook=draft.playbook, key=question.key, field="polarity")
    assert kept.by_id == pia.person_id
    assert "benign" in str(kept.value)


def test_retired_it_serves_no_new_case_and_can_be_drafted_again(
    pia: PersonActor, open_case: Callable[..., Case]
) -> None:
    with pytest.raises(Invalid):
        versions.retire(actor=pia, slug="T1589", reason=" ")
    versions.retire(actor=pia, slug="T1589", reason="merged into the general card")
    assert open_case().playbook_version.playbook.slug == "general"
    with pytest.raises(WrongState):
        versions.retire(actor=pia, slug="T1589", reason="again")
    with pytest.raises(WrongState):
        versions.review(actor=pia, slug="T1589")
    draft = edited(pia)
    versions.publish(actor=pia, slug="T1589", revision=draft.revision)
    assert open_case(rule={"id": "another"}).playbook_version.playbook.slug == "T1589"


def test_a_review_says_who_and_when_and_changes_nothing_else(lea: PersonActor) -> None:
    before = published()
    now = versions.review(actor=lea, slug="T1589", note="still right")
    assert (now.reviewed_by, now.number, now.sha256) == ("lea", before.number, before.sha256)
    assert now.reviewed_at is not None
    assert Journal.objects.get(verb="playbook.reviewed").payload["note"] == "still right"


def test_only_authors_publish(lina: PersonActor, pia: PersonActor) -> None:
    draft = edited(pia)
    for refused in (
        lambda: versions.publish(actor=lina, slug="T1589", revision=draft.revision),
        lambda: versions.retire(actor=lina, slug="T1589", reason="no"),
        lambda: versions.review(actor=lina, slug="T1589"),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_a_case_keeps_the_version_it_was_opened_with_and_its_run(
    pia: PersonActor, lina: PersonActor, open_case: Callable[..., Case]
) -> None:
    case = open_case()
    old = case.playbook_version
    step = old.steps.filter(section="question")[0]
    answers.answer(actor=lina, ref=case.ref, step_id=step.pk, value="yes", note="seen in the log")
    now = versions.publish(actor=pia, slug="T1589", revision=edited(pia).revision)

    case.refresh_from_db()
    assert case.playbook_version_id == old.pk  # what was begun goes on as it was begun
    assert open_case(external_id="later", rule={"id": "other"}).playbook_version_id == now.pk

    run = runs.change_playbook(actor=lina, ref=case.ref, slug="T1589", reason="the new one asks better")
    assert run.version_id == now.pk
    abandoned = Run.objects.get(case=case, version=old)
    assert abandoned.abandoned_reason == "the new one asks better"
    assert abandoned.answers.get(step=step).value == "yes"


def test_open_cases_that_keep_it_are_counted(pia: PersonActor, case: Case) -> None:
    playbook = Playbook.objects.get(slug="T1589")
    assert versions.cases_that_keep(playbook) == 1
    versions.publish(actor=pia, slug="T1589", revision=edited(pia).revision)
    assert versions.cases_that_keep(playbook) == 1
