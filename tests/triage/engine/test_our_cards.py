"""What our own cards make of the cases they were written for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.triage.engine.conftest import Card
from triage.engine.decide import decide
from triage.engine.types import AlertView, AnswerView, Decision, FindingView, LookupView

BUILT = ("D01", "D02", "D03", "D05", "D07", "D24")
ATTACKER = {"D01": "yes", "D02": "yes", "D03": "yes", "D05": "yes", "D07": "yes", "D24": "no"}
OPERATOR = {"D01": "no", "D02": "no", "D03": "partly", "D05": "no", "D07": "no", "D24": "no"}
FIGURES: dict[str, dict[str, Any]] = {"D01": {"attempts": 148}, "D24": {"true_positives": 0}}


def findings(answers: dict[str, str], **figures: dict[str, Any]) -> list[FindingView]:
    return [
        FindingView(detector, answer, sentence=f"{detector} says so.", figures={**FIGURES, **figures}.get(detector, {}))
        for detector, answer in answers.items()
    ]


def decided(
    card: Card,
    found: list[FindingView],
    answers: dict[str, AnswerView] | None = None,
    lookups: Iterable[LookupView] = (LookupView("ip", "203.0.113.9", "not_listed", "lists"),),
) -> Decision:
    by_key = {card.keys[ref]: answer for ref, answer in (answers or {}).items()}
    return decide(card.steps, by_key, found, lookups, AlertView())


def states(decision: Decision) -> list[str]:
    return [state.state for state in decision.criteria]


def test_success_after_failures_escalates(t1589: Card) -> None:
    decision = decided(t1589, findings(ATTACKER))
    assert decision.recommendation.decision == "escalate"
    assert states(decision)[:2] == ["met", "met"]
    assert any("account" in line and "(D05)" in line for line in decision.recommendation.because)


def test_a_benign_operator_does_not(t1589: Card) -> None:
    decision = decided(t1589, findings(OPERATOR, D01={"attempts": 3}))
    assert states(decision) == ["not_met", "cannot_tell", "not_met"]
    assert decision.recommendation.decision == "more_needed"
    named = {one.sentence.split()[0] for one in decision.criteria[0].because if one.supporting}
    assert named == {"D09", "D12", "D13"}


def test_five_failures_are_a_forgotten_password_also_once_accepted(t1589: Card) -> None:
    few = findings({**OPERATOR, "D01": "yes", "D03": "no"}, D01={"attempts": 5})
    answers = {"repeated-failures": AnswerView("yes", proposal_answer="yes")}
    assert states(decided(t1589, few))[0] == "not_met"
    assert states(decided(t1589, few, answers))[0] == "not_met"


def test_a_person_who_knows_better_is_heard(t1589: Card) -> None:
    quiet = findings(OPERATOR)
    compromised = {"account-behaviour": AnswerView("yes", proposal_answer="no", person="lina")}
    assert decided(t1589, quiet, compromised).recommendation.decision == "escalate"
    was_me = {
        "account-behaviour": AnswerView("no", proposal_answer="yes"),
        "repeated-failures": AnswerView("no", proposal_answer="yes"),
        "login-bursts": AnswerView("no", proposal_answer="yes"),
    }
    assert decided(t1589, findings(ATTACKER), was_me).recommendation.decision != "escalate"


def test_intelligence_needs_activity_and_activity_needs_intelligence(t1589: Card) -> None:
    listed = [LookupView("ip", "203.0.113.9", "listed", "lists", 5)]
    assert states(decided(t1589, findings(OPERATOR), lookups=listed))[2] == "met"
    none = dict.fromkeys(BUILT, "no")
    assert states(decided(t1589, findings(none), lookups=listed))[2] == "not_met"
    before = findings({**ATTACKER, "D24": "yes"}, D24={"true_positives": 1})
    assert states(decided(t1589, before))[2] == "met"
    limited = [LookupView("ip", "203.0.113.9", "limited")]
    assert states(decided(t1589, findings(ATTACKER), lookups=limited))[2] == "cannot_tell"


def test_without_any_log_nothing_is_told(t1589: Card) -> None:
    blind = [
        FindingView(detector, "cannot_tell", missing=("authentication events",))
        for detector in BUILT
        if detector != "D24"
    ]
    decision = decided(t1589, blind, lookups=())
    assert states(decision) == ["cannot_tell"] * 3
    answered = {"public-endpoints": AnswerView("cannot_tell", unknowable=True)}
    for answers in ({}, answered):
        act = decided(t1589, blind, answers, lookups=()).recommendation.next
        assert act == "Attach authentication events: question 1, question 2 and question 4 wait for them."


def test_a_clear_case_closes(t1589: Card) -> None:
    none = dict.fromkeys(BUILT, "no")
    answers = {ref: AnswerView("no", proposal_answer="no") for ref in ("repeated-failures", "outside-ranges")}
    answers["account-behaviour"] = AnswerView("no", proposal_answer="no")
    answers["public-endpoints"] = AnswerView("cannot_tell", unknowable=True, proposal_answer="cannot_tell")
    recommendation = decided(t1589, findings(none), answers).recommendation
    assert (recommendation.decision, recommendation.verdict) == ("close", "false_positive")


def test_the_card_has_a_step_for_each_item(t1589: Card) -> None:
    sections = [step.section for step in t1589.steps]
    counts = [sections.count(name) for name in dict.fromkeys(sections)]
    assert counts == [3, 4, 4, 3, 4, 4, 5]


def test_the_general_card(general: Card) -> None:
    confirmed = {"confirmed": AnswerView("yes"), "permitted": AnswerView("no")}
    assert decided(general, [], confirmed).recommendation.decision == "escalate"
    explained = {
        "confirmed": AnswerView("no"),
        "permitted": AnswerView("yes"),
        "taken": AnswerView("no", proposal_answer="no"),
        "related": AnswerView("no", proposal_answer="no"),
    }
    recommendation = decided(general, findings({"D05": "no", "D24": "no"}), explained).recommendation
    assert (recommendation.decision, recommendation.verdict) == ("close", "benign_positive")
    assert decided(general, []).recommendation.decision == "more_needed"
