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
    assert kinds[0] == ("changed", ("position", "polarity"))
    assert kinds[1:] == [("added", ()), ("removed", ()), ("removed", ())]


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
