"""What another look at the evidence turned, in words and with the step each part opens."""

from __future__ import annotations

from dataclasses import replace

from triage.engine.changes import TOLD, Turn, told, turned
from triage.engine.decide import decide
from triage.engine.types import AlertView, BindingView, Decision, FindingView, StepView

D05 = (BindingView("D05"),)
STEPS = (
    StepView(1, "i:1", "indicator", 1, "A guess worked?", "suspicious", bindings=D05),
    StepView(2, "q:1", "question", 1, "Did a guess work?", "suspicious", required=True, bindings=D05),
    StepView(3, "c:1", "criterion", 2, "A guess worked.", confirmed=True,
             expression={"finding": {"detector": "D05", "answer": "yes", "at": "q:1"}}),
)  # fmt: skip


def side(*findings: FindingView, steps: tuple[StepView, ...] = STEPS) -> tuple[tuple[FindingView, ...], Decision]:
    return findings, decide(steps, {}, findings, (), AlertView())


def turns(before: tuple, after: tuple, steps: tuple[StepView, ...] = STEPS) -> list[tuple[str, object]]:
    return [(turn.text, turn.step) for turn in turned(steps, before, after)]


def test_a_log_that_tells_turns_answer_criterion_and_recommendation() -> None:
    found = turned(STEPS, side(FindingView("D05", "cannot_tell")), side(FindingView("D05", "yes")))
    assert [(turn.text, turn.step) for turn in found[:2]] == [("D05 cannot tell → yes", 2), ("criterion 2 now met", 3)]
    assert told(found) == "D05 cannot tell → yes; criterion 2 now met; recommendation now: escalate"


def test_a_first_cannot_tell_is_no_news_and_neither_is_the_same_again() -> None:
    yes = side(FindingView("D05", "yes"))
    assert turns(side(), side(FindingView("D05", "cannot_tell"))) == []
    assert turns(yes, yes) == []


def test_a_finding_nobody_makes_any_more_can_no_longer_be_told() -> None:
    found = turns(side(FindingView("D05", "yes")), side())
    assert found[:2] == [("D05 yes → cannot tell", 2), ("criterion 2 now cannot be told", 3)]


def test_what_no_step_asks_and_what_lies_elsewhere_turns_nothing() -> None:
    assert turns(side(), side(FindingView("D99", "yes"))) == []
    assert turns(side(), side(FindingView("D05", "yes", scope="elsewhere"))) == []


def test_a_suggestion_moves_nothing() -> None:
    steps = tuple(replace(step, confirmed=False) for step in STEPS)
    before, after = side(steps=steps), side(FindingView("D05", "yes"), steps=steps)
    assert "criterion" not in " ".join(text for text, _ in turns(before, after, steps))


def test_many_answers_never_hide_a_criterion() -> None:
    many = [Turn("answer", f"D{n:02}", n, None, "yes") for n in range(TOLD + 3)]
    said = told([*many, Turn("criterion", "criterion 1", 9, "not_met", "met")])
    assert said.endswith("3 more answers; criterion 1 now met")
