"""Changing a card step by step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.errors import Invalid, NotFound
from casebook.playbooks import edits
from casebook.playbooks.checking import check
from casebook.playbooks.export.yaml import write_yaml
from casebook.playbooks.expression import steps_of
from casebook.playbooks.step_change import StepChange
from casebook.playbooks.types import SECTIONS, Binding, ParsedCard, ParsedStep

CHECKOUT = Path(__file__).resolve().parents[3]


def own() -> ParsedCard:
    card = check((CHECKOUT / "tests/data/playbooks/good/own.yaml").read_text()).card
    assert card is not None
    return card


def named(card: ParsedCard, ref: str) -> ParsedStep:
    return next(step for step in card.steps if step.ref == ref)


def texts(card: ParsedCard, section: str) -> list[str]:
    return [step.text for step in card.steps if step.section == section]


def changed(ref: str, **said: Any) -> ParsedStep:
    card = own()
    key = named(card, ref).key
    return edits.step_of(edits.change(card, key, StepChange(**said), by="pia"), key)


def test_another_polarity_is_the_persons_and_its_meaning_follows() -> None:
    step = changed("failed", polarity="benign")
    assert (step.polarity, step.polarity_rule) == ("benign", "corrected by pia")
    assert step.means != named(own(), "failed").means
    assert changed("keeper", polarity="open").means == "The keeper may."  # somebody wrote that


def test_the_same_polarity_keeps_its_rule() -> None:
    assert changed("failed", polarity="suspicious", why="So.").polarity_rule == named(own(), "failed").polarity_rule


def test_a_detector_that_stays_keeps_its_rule_and_a_new_one_says_who() -> None:
    card = own()
    step = named(card, "flicker")
    bound = replace(step, bindings=(Binding("D02", True, "speaks of lamps"),))
    card = replace(card, steps=tuple(bound if one is step else one for one in card.steps))
    said = StepChange(deciding=["D02"], supporting=["D01", "D02"])
    now = edits.step_of(edits.change(card, step.key, said, by="pia"), step.key)
    assert now.bindings == (Binding("D02", True, "speaks of lamps"), Binding("D01", False, "bound by pia"))
    with pytest.raises(Invalid):
        edits.change(card, step.key, StepChange(deciding=[], supporting=["D01"]), by="pia")


def test_a_rule_that_is_taken_away_cannot_stay_confirmed() -> None:
    card = own()
    criterion = next(step for step in card.steps if step.section == "criterion")
    said = StepChange(has_expression=True, expression=None, confirmed=True)
    now = edits.step_of(edits.change(card, criterion.key, said, by="pia"), criterion.key)
    assert (now.expression, now.confirmed) == (None, False)


def test_no_step_without_words() -> None:
    with pytest.raises(Invalid):
        changed("failed", text="  ")


def test_a_new_step_stands_where_it_was_put_and_has_a_key_of_its_own() -> None:
    card = own()
    card, first = edits.add(card, "question", after=named(card, "failed").key)
    card, second = edits.add(card, "question")
    assert first != second
    assert texts(card, "question")[1::2] == [edits.NEW_STEP, edits.NEW_STEP]
    assert [step.position for step in card.steps if step.section == "question"] == [1, 2, 3, 4]


def test_a_step_a_rule_speaks_of_is_not_taken_out() -> None:
    card = own()
    with pytest.raises(Invalid, match="Somebody climbs"):
        edits.remove(card, named(card, "failed").key)


def test_a_section_keeps_a_step() -> None:
    card = own()
    only = named(card, "flicker")
    with pytest.raises(Invalid, match="at least one"):
        edits.remove(card, only.key)
    with pytest.raises(Invalid, match="at least one"):
        edits.move(card, only.key, "question", 1)
    card, new = edits.add(card, "indicator")
    assert texts(edits.remove(card, new), "indicator") == [only.text]


def test_moved_within_its_section_it_is_the_same_step() -> None:
    card = own()
    failed, keeper = named(card, "failed"), named(card, "keeper")
    moved, key = edits.move(card, keeper.key, "question", 1)
    assert key == keeper.key
    assert texts(moved, "question") == [keeper.text, failed.text]


def test_moved_to_another_section_it_is_of_that_kind_and_rules_follow_it() -> None:
    card = own()
    failed = named(card, "failed")
    assert edits.lost(failed, "t2_action") == ["detectors", "polarity"]
    moved, key = edits.move(card, failed.key, "indicator", 1)
    step = edits.step_of(moved, key)
    assert key.startswith("indicator:")
    assert (step.section, step.position, step.required, step.polarity) == ("indicator", 1, False, "suspicious")
    rule = next(one for one in moved.steps if one.section == "criterion").expression
    assert rule is not None
    assert key in steps_of(rule)
    assert failed.key not in steps_of(rule)


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        edits.change(own(), "question:000000000000", StepChange(why="x"), by="pia")


ACTS = st.tuples(
    st.sampled_from(["add", "remove", "move"]), st.integers(0, 30), st.sampled_from(SECTIONS), st.integers(-1, 9)
)


@given(st.lists(ACTS, max_size=8))
def test_whatever_is_done_the_card_still_reads_back_as_it_is(acts: list[tuple[str, int, str, int]]) -> None:
    card = own()
    for act, which, section, position in acts:
        step = card.steps[which % len(card.steps)]
        try:
            if act == "add":
                card, _ = edits.add(card, section, after=step.key)
            elif act == "remove":
                card = edits.remove(card, step.key)
            else:
                card, _ = edits.move(card, step.key, section, position)
        except Invalid:
            continue
    read = check(write_yaml(card)).card
    assert read is not None
    bare = [(one.section, one.position, one.text, one.key, one.polarity, one.expression) for one in card.steps]
    assert [(one.section, one.position, one.text, one.key, one.polarity, one.expression) for one in read.steps] == bare
