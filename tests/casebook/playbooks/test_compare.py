"""Two versions side by side."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from casebook.playbooks import edits
from casebook.playbooks.clauses import Names
from casebook.playbooks.compare import compare, words
from casebook.playbooks.step_change import StepChange
from tests.casebook.playbooks.test_edits import named, own

NAMES = Names(step=lambda key: key, detector=lambda one: "", here=lambda one: True)


def test_the_words_that_changed_are_marked() -> None:
    pieces = words("Was the keeper on the island today?", "Was a stranger on the island today?")
    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("same", "Was "),
        ("removed", "the keeper"),
        ("added", "a stranger"),
        ("same", " on the island today?"),
    ]


TEXT = st.lists(st.sampled_from(["the", "lamp", "keeper", ",", "was", "lit", "?", "an island"]), max_size=12).map(
    " ".join
)


@given(TEXT, TEXT)
def test_no_word_is_lost_or_made_up(old: str, new: str) -> None:
    pieces = words(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new


def test_each_step_says_what_became_of_it() -> None:
    card = own()
    failed, keeper = named(card, "failed"), named(card, "keeper")
    new = edits.change(
        card, failed.key, StepChange(text="Did anybody fall off the tower?", polarity="benign"), by="pia"
    )
    new, _ = edits.move(new, keeper.key, "question", 1)
    new, _ = edits.add(new, "l1_step", text="Look at the tide.")
    found = compare(card.steps, new.steps, NAMES)
    by_text = {line.step.text: line for _, lines in found.sections for line in lines}
    assert by_text["Did anybody fall off the tower?"].kinds == ("reworded", "changed")
    assert ("a yes", "suspicious", "benign") in [
        (one.name, one.before, one.after) for one in by_text["Did anybody fall off the tower?"].said
    ]
    assert by_text[keeper.text].kinds == ("moved",)
    assert by_text["Look at the tide."].kinds == ("added",)
    assert by_text["The lamp flickers."].kinds == ()
    assert found.summary == "1 added, 1 reworded, 1 moved, 1 changed"


def test_a_rule_that_changed_stands_in_words_before_and_after() -> None:
    card = own()
    criterion = next(step for step in card.steps if step.section == "criterion")
    said = StepChange(has_expression=True, expression={"alert": {"field": "severity", "op": ">=", "value": "high"}})
    found = compare(card.steps, edits.change(card, criterion.key, said, by="pia").steps, NAMES)
    (line,) = [line for _, lines in found.sections for line in lines if line.rules]
    before, after = line.rules or (None, None)
    assert before is not None
    assert before.text == "any of these"
    assert after is not None
    assert after.text == "the alert's severity ≥ high"


def test_a_step_that_changed_its_section_was_moved_not_made_anew() -> None:
    card = own()
    moved, _ = edits.move(card, named(card, "failed").key, "l1_step", 1)
    found = compare(card.steps, moved.steps, NAMES)
    came = [line for _, lines in found.sections for line in lines if line.came_from]
    assert [(line.step.section, line.came_from, line.kinds) for line in came] == [("l1_step", "question", ("moved",))]
    assert not found.counts["added"] + found.counts["removed"]


def test_equal_cards_are_the_same() -> None:
    card = own()
    found = compare(card.steps, tuple(replace(step, span=(7, 9)) for step in card.steps), NAMES)
    assert found.same
    assert found.summary == "no step changed"
