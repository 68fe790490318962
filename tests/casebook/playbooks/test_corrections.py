"""What authors corrected of what rules proposed: kept by key, applied to every import, lost by none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from accounts.actors import PersonActor
from casebook.models import Playbook, PlaybookVersion, Step, StepCorrection
from casebook.playbooks import corrections
from casebook.playbooks.import_report import FileReport
from casebook.playbooks.importer import import_files
from casebook.playbooks.parse.read import parse_bytes
from casebook.playbooks.stored import steps_of
from casebook.playbooks.types import Binding, ParsedCard, ParsedStep
from tests.casebook.playbooks.importing import card

SLUG = "T9110"
BY_HAND = (Binding("D05", True, "said by the card's author"),)
Bring = Callable[..., FileReport]


@pytest.fixture
def bring(pia: PersonActor, tmp_path: Path) -> Bring:
    """Import the harbour card with some of its words changed."""

    def bring_one(text: str = "", **changes: str) -> FileReport:
        path = tmp_path / "gate.md"
        path.write_text(text or card(SLUG, **changes))
        [line] = import_files(pia, [path], library="test").files
        return line

    bring_one()
    return bring_one


def steps() -> list[ParsedStep]:
    return steps_of(PlaybookVersion.objects.get(playbook__slug=SLUG, state="published"))


def the(words: str) -> ParsedStep:
    return next(step for step in steps() if words in step.text)


def correct(pia: PersonActor, words: str, **changes: Any) -> int:
    """As publishing a draft does that changes one step."""
    before = steps()
    after = [replace(step, **changes) if words in step.text else step for step in before]
    return corrections.keep(actor=pia, playbook=Playbook.objects.get(slug=SLUG), before=before, after=after)


def test_what_is_kept_is_what_differs(bring: Bring, pia: PersonActor) -> None:
    assert correct(pia, "hall B") == 0
    assert correct(pia, "hall B", polarity="open", means="Nothing yet.") == 2
    kept = StepCorrection.objects.filter(playbook__slug=SLUG)
    assert {(one.key, one.field, one.value, one.by_id) for one in kept} == {
        (the("hall B").key, "polarity", "open", pia.person_id),
        (the("hall B").key, "means", "Nothing yet.", pia.person_id),
    }
    correct(pia, "hall B", polarity="suspicious")
    assert kept.get(field="polarity").value == "suspicious"


def test_steps_written_or_deleted_are_no_corrections(bring: Bring, pia: PersonActor) -> None:
    before = steps()
    new = replace(before[0], key="log_source:000000000000", why="new")
    book = Playbook.objects.get(slug=SLUG)
    assert corrections.keep(actor=pia, playbook=book, before=before, after=[*before[1:], new]) == 0


def test_every_field_comes_back_after_the_card_was_edited_elsewhere(bring: Bring, pia: PersonActor) -> None:
    plain = {"required": False, "why": "Ask.", "means": "-", "options": {"lookups": ["ip"]}}
    correct(pia, "hall B", polarity="open", bindings=BY_HAND, **plain)
    line = bring(Reissue="Renew")
    assert (line.outcome, line.version, line.note) == ("imported", 2, None)
    step = the("hall B")
    assert (step.polarity, step.polarity_rule) == ("open", "corrected by pia")
    assert (step.bindings, step.required, step.why, step.means) == (BY_HAND, False, "Ask.", "-")
    assert step.options == {"lookups": ["ip"]}
    untouched = the("again and again")
    assert (untouched.polarity, untouched.required) == ("suspicious", True)


def test_a_correction_follows_a_reworded_step(bring: Bring, pia: PersonActor) -> None:
    correct(pia, "hall B", polarity="open")
    bring(to_be_in_hall_B="to be inside hall B")
    assert (the("inside hall B").polarity, the("inside hall B").polarity_rule) == ("open", "corrected by pia")


def test_what_an_author_confirmed_stays_confirmed_while_the_clause_reads_the_same(
    bring: Bring, pia: PersonActor
) -> None:
    mine = {"any": [{"finding": {"detector": "D01", "answer": "yes"}}]}
    assert correct(pia, "for an hour", expression=mine, confirmed=True) == 2
    bring(Reissue="Renew")
    step = the("for an hour")
    assert (step.expression, step.confirmed, step.expression_rule) == (mine, True, "corrected by pia")


def test_confirming_keeps_the_expression_that_was_confirmed(bring: Bring, pia: PersonActor) -> None:
    """Else a rule that proposes another one later would find it confirmed."""
    proposed = the("for an hour").expression
    assert proposed is not None
    assert correct(pia, "for an hour", confirmed=True) == 2
    assert StepCorrection.objects.get(playbook__slug=SLUG, field="expression").value == proposed


def test_a_reworded_clause_is_to_be_confirmed_again_and_stays_so(bring: Bring, pia: PersonActor) -> None:
    mine = {"any": [{"finding": {"detector": "D01", "answer": "yes"}}]}
    correct(pia, "for an hour", expression=mine, confirmed=True)
    line = bring(continue_for_an_hour="continue for two hours")
    assert line.note == "1 confirmed criterion reads otherwise: confirm again"
    assert (the("two hours").expression, the("two hours").confirmed) == (mine, False)

    line = bring(continue_for_an_hour="continue for two hours", Reissue="Renew")
    assert line.note is None
    assert (the("two hours").expression, the("two hours").confirmed) == (mine, False)


def test_a_corrected_step_that_vanished_is_told_and_comes_back_corrected(bring: Bring, pia: PersonActor) -> None:
    correct(pia, "hall B", polarity="open")
    gone = {"_Is_the_badge_holder_authorised_to_be_in_hall_B?": ""}
    assert bring(**gone).note == "1 corrected step is not in the card any more"
    assert bring(Reissue="Renew").note is None
    assert the("hall B").polarity == "open"


def test_an_expression_that_speaks_of_a_step_that_is_gone_is_told_and_not_used(bring: Bring, pia: PersonActor) -> None:
    asked = the("hall B").key
    mine = {"not": {"answer": {"step": asked, "value": "yes"}}}
    correct(pia, "for an hour", expression=mine, confirmed=True)
    proposed = the("for an hour").expression
    line = bring(**{"_Is_the_badge_holder_authorised_to_be_in_hall_B?": ""})
    assert line.note == "1 corrected criterion speaks of a step that is gone"
    assert (the("for an hour").expression, the("for an hour").confirmed) == (proposed, False)


def test_an_expression_taken_away_stays_away(bring: Bring, pia: PersonActor) -> None:
    assert the("for an hour").expression is not None
    correct(pia, "for an hour", expression=None)
    bring(Reissue="Renew")
    assert the("for an hour").expression is None


def test_what_a_card_of_ours_says_itself_wins(bring: Bring, pia: PersonActor) -> None:
    own = (Path(__file__).resolve().parents[2] / "data" / "playbooks" / "good" / "own.yaml").read_text()
    bring(own)
    book = Playbook.objects.get(base_slug="lighthouse")
    before = steps_of(PlaybookVersion.objects.get(playbook=book, state="published"))
    after = [replace(step, polarity="open", why="Mine.", bindings=BY_HAND) for step in before]
    corrections.keep(actor=pia, playbook=book, before=before, after=after)

    bring(own.replace("Was it the keeper?", "Was it the keeper at all?"))
    keeper = Step.objects.get(version__playbook=book, version__state="published", text__contains="keeper at all")
    assert keeper.polarity == "benign"  # the card says so
    assert keeper.why == "Mine."  # the card says nothing
    assert keeper.bindings == [BY_HAND[0].to_json()]


def test_what_a_card_says_itself_is_known_of_each_step() -> None:
    own = (Path(__file__).resolve().parents[2] / "data" / "playbooks" / "good" / "own.yaml").read_bytes()
    parsed = parse_bytes(own, name="own.yaml")
    assert isinstance(parsed, ParsedCard)
    said = {step.ref or step.position: step.said for step in parsed.steps if step.section == "question"}
    assert said["keeper"] == {"polarity", "required", "means"}


def test_no_correction_of_another_playbook_counts(bring: Bring, pia: PersonActor, tmp_path: Path) -> None:
    correct(pia, "hall B", polarity="open")
    for name in ("Another", "Another one"):
        (tmp_path / "other.md").write_text(card("T9111", name=name))
        import_files(pia, [tmp_path / "other.md"], library="test")
    step = Step.objects.get(version__playbook__slug="T9111", version__number=2, text__contains="hall B")
    assert step.polarity == "benign"
