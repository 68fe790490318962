from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from casebook.playbooks.assemble import steps_of_cell
from casebook.playbooks.diff import carry_keys, diff
from casebook.playbooks.parse.read import parse_bytes, parse_file
from casebook.playbooks.types import ParsedCard, ParsedStep

QUESTIONS = (
    "Did anybody fail to climb the tower at night?",
    "Was the keeper expected on the island today?",
    "Which ships passed the lighthouse before dawn?",
)


def questions(*texts: str) -> tuple[ParsedStep, ...]:
    cell = "\n".join(texts)
    spans, at = [], 0
    for text in texts:
        spans.append((at, at + len(text)))
        at += len(text) + 1
    return steps_of_cell("question", cell, tuple(spans))


def test_a_key_survives_spelling_and_rewording() -> None:
    old = questions(*QUESTIONS)
    new = questions(
        "was the keeper  expected on the ISLAND today",
        "Did anybody try and fail to climb the tower at night?",
        "Is the lamp's oil running out?",
    )
    carried = carry_keys(old, new)
    assert [step.key for step in carried] == [old[1].key, old[0].key, new[2].key]


def test_different_questions_about_one_subject_stay_two() -> None:
    old = questions("Were mails sent from the keeper's account?")
    new = questions("Was the keeper's account created this week?")
    assert carry_keys(old, new)[0].key == new[0].key


def test_expressions_follow_their_steps(good: Path) -> None:
    old = parse_file(good / "own.yaml")
    assert isinstance(old, ParsedCard)
    edited = (good / "own.yaml").read_text().replace("fail to climb the tower", "fail to climb the old tower")
    new = parse_bytes(edited.encode(), name="edited.yaml")
    assert isinstance(new, ParsedCard)
    carried = carry_keys(old.steps, new.steps)
    assert [step.key for step in carried] == [step.key for step in old.steps]
    assert [step.expression for step in carried] == [step.expression for step in old.steps]
    changes = diff(old.steps, carried)
    assert [(change.kind, change.what) for change in changes if change.kind != "same"] == [("changed", ("text",))]


def test_diff_names_what_changed() -> None:
    old = questions(*QUESTIONS)
    new = (replace(old[1], position=1, polarity="open"), *questions("Who lit the lamp?"))
    kinds = [(change.kind, change.what) for change in diff(old, new)]
    assert kinds == [("changed", ("polarity",)), ("added", ()), ("removed", ()), ("removed", ())]


def test_only_what_was_moved_is_said_to_have_moved() -> None:
    old = questions(*QUESTIONS, "Who lit the lamp?")
    new = tuple(replace(step, position=n) for n, step in enumerate((old[3], *old[:3]), start=1))
    changed = [change.new and change.new.text for change in diff(old, new) if change.what == ("position",)]
    assert changed == ["Who lit the lamp?"]
    assert [change.kind for change in diff(old, new)] == ["changed", "same", "same", "same"]


def test_a_step_put_before_others_moves_none_of_them() -> None:
    old = questions(*QUESTIONS)
    new = carry_keys(old, questions("Who lit the lamp?", *QUESTIONS))
    assert [change.kind for change in diff(old, new)] == ["added", "same", "same", "same"]


def test_a_key_the_card_gives_itself_outweighs_likeness() -> None:
    old = questions(*QUESTIONS)
    rewritten = replace(questions("Is the light tended by a stranger?")[0], key=old[0].key)
    like = questions("Did anybody ever fail to climb the tower at night?")[0]
    assert [step.key for step in carry_keys(old, (like, rewritten))] == [like.key, old[0].key]


_TEXTS = st.lists(st.sampled_from([*QUESTIONS, "Who?", "Who is it?", "Was it dark?", "Was it so dark?"]), max_size=6)


@given(_TEXTS, _TEXTS)
def test_keys_stay_unique(before: list[str], after: list[str]) -> None:
    carried = carry_keys(questions(*before), questions(*after))
    keys = [step.key for step in carried]
    assert len(set(keys)) == len(keys) == len(after)


@given(_TEXTS)
def test_the_same_card_keeps_its_keys(texts: list[str]) -> None:
    steps = questions(*texts)
    assert carry_keys(steps, questions(*texts)) == steps
