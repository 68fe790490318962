"""The cards that ship: complete, consistent with one another, and usable by an analyst on the day they are imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from casebook.playbooks.parse.read import parse_file
from casebook.playbooks.types import SECTIONS, ParsedCard
from tests.conftest import ROOT
from triage.engine.inputs import Inputs
from triage.engine.types import AlertView, AnswerView, BindingView, LookupView, StepView

FILES = sorted((ROOT / "cards").glob("*.yaml"))
PROMISED = {
    "T1589", "T1589.001", "T1589.002", "T1589.003", "T1110", "T1110.001", "T1110.002", "T1110.003", "T1110.004",
    "T1078", "T1078.004", "T1087", "T1087.001", "T1087.002", "T1087.003", "T1087.004", "T1595", "T1598", "T1566",
    "T1566.001", "T1566.002", "T1190", "T1059.001", "T1003", "T1021", "T1098", "T1114", "T1486", "T1567", "general",
}  # fmt: skip
MOST = {"log_source": 4, "indicator": 5, "question": 6, "criterion": 4, "l1_step": 5, "t2_action": 5, "containment": 5}
SYSTEMS = {"splunk", "elastic", "sentinel"}


def read(path: Path) -> ParsedCard:
    card = parse_file(path)
    assert isinstance(card, ParsedCard)
    return card


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def card(request: pytest.FixtureRequest) -> ParsedCard:
    return read(request.param)


def steps_of(card: ParsedCard) -> list[StepView]:
    return [
        StepView(
            id=step.key,
            key=step.key,
            section=step.section,
            position=step.position,
            text=step.text,
            polarity=step.polarity,
            required=step.required,
            bindings=tuple(BindingView(one.detector, one.deciding) for one in step.bindings),
            expression=step.expression,
            confirmed=step.confirmed,
        )
        for step in card.steps
    ]


def test_every_technique_promised_has_its_card_and_none_is_claimed_twice() -> None:
    cards = [read(path) for path in FILES]
    assert {one.slug for one in cards} == PROMISED
    own = {one.technique for one in cards}
    also = [technique for one in cards for technique in one.also_for]
    assert not own.intersection(also)
    assert len(also) == len(set(also))


def test_its_sections_are_as_long_as_a_shift_allows(card: ParsedCard) -> None:
    counts = card.counts()
    assert {section: counts[section] for section in SECTIONS if not 3 <= counts[section] <= MOST[section]} == {}


def test_every_criterion_is_executable(card: ParsedCard) -> None:
    for step in card.steps:
        if step.section == "criterion":
            assert step.expression
            assert step.confirmed


def test_every_question_and_every_criterion_says_why(card: ParsedCard) -> None:
    silent = [step.text for step in card.steps if step.section in ("question", "criterion") and not step.why]
    assert not silent


def test_no_two_steps_give_the_same_why(card: ParsedCard) -> None:
    given = [step.why for step in card.steps if step.why]
    assert len(given) == len(set(given))


def test_searches_are_given_for_every_system(card: ParsedCard) -> None:
    given = [set(step.options["searches"]) for step in card.steps if "searches" in step.options]
    assert given
    assert all(one == SYSTEMS for one in given)


def test_an_untouched_case_is_neither_escalated_nor_closed_by_it(card: ParsedCard) -> None:
    """Also where the alert is grave and an address stands on a list: that alone is noise."""
    grave = AlertView({"severity": "high", "assets.critical": True, "title": "x"})
    inputs = Inputs(alert=grave, lookups=(LookupView("ip", "203.0.113.7", "listed", "lists", 1.0),))
    assert inputs.decide(steps_of(card)).recommendation.decision == "more_needed"


def test_harmless_answers_close_it(card: ParsedCard) -> None:
    """Suspicious questions no, benign ones yes, open ones noted: then an analyst is told that it can be closed."""
    harmless = {"suspicious": "no", "benign": "yes", "open": "noted"}
    steps = steps_of(card)
    asked = [step for step in steps if step.section in ("question", "indicator")]
    inputs = Inputs(answers={step.key: AnswerView(harmless[step.polarity]) for step in asked})
    assert inputs.decide(steps).recommendation.decision == "close"


def test_people_alone_can_escalate_by_it(card: ParsedCard) -> None:
    """Without any log or detector: what people answered is enough for one criterion at least."""
    grave = {"suspicious": "yes", "benign": "no", "open": "yes"}
    steps = steps_of(card)
    asked = [step for step in steps if step.section in ("question", "indicator", "l1_step")]
    inputs = Inputs(answers={step.key: AnswerView(grave[step.polarity]) for step in asked})
    assert inputs.decide(steps).recommendation.decision == "escalate"
