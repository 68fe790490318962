"""The table of decisions, row by row, on a small playbook of four questions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.engine.decide import decide
from triage.engine.types import AlertView, AnswerView, BindingView, Decision, FindingView, StepView

BREACH = StepView(1, "breach", "question", 1, "Did anybody get in?", "suspicious", True, (BindingView("D05"),))
PERMITTED = StepView(2, "permitted", "question", 2, "Was it permitted?", "benign", True)
WHO = StepView(3, "who", "question", 3, "Who was it?", "open", True)
MAIL = StepView(4, "mail", "question", 4, "Was mail sent?", "suspicious", True, (BindingView("D18"),))
SIGN = StepView(5, "sign", "indicator", 1, "It is loud.", "suspicious")
GOT_IN = StepView(
    6, "got-in", "criterion", 1, "Somebody got in.", "suspicious", confirmed=True,
    expression={"any": [{"finding": {"detector": "D05", "at": "breach"}}]},
)  # fmt: skip
HUNCH = StepView(7, "hunch", "criterion", 2, "It smells.", "suspicious")
STEPS = [BREACH, PERMITTED, WHO, MAIL, SIGN, GOT_IN, HUNCH]

NO_BREACH = FindingView("D05", "no", sentence="No success after 3 failures.")
A_BREACH = FindingView("D05", "yes", confidence="high", sentence="147 failures, then a success.")
NO_MAIL_LOG = FindingView("D18", "cannot_tell", sentence="There is no mail log.", missing=("a message trace",))

CLEAR = {
    "breach": AnswerView("no", proposal_answer="no", person="lina"),
    "permitted": AnswerView("yes", person="lina"),
    "who": AnswerView("noted", person="lina"),
    "mail": AnswerView("cannot_tell", unknowable=True, proposal_answer="cannot_tell", person="lina"),
}


def decided(
    answers: dict[str, AnswerView] | None = None,
    *findings: FindingView,
    steps: list[StepView] = STEPS,
    computing: frozenset[str] = frozenset(),
    accepted: bool = False,
) -> Decision:
    found = findings or (NO_BREACH, NO_MAIL_LOG)
    return decide(
        steps, CLEAR if answers is None else answers, found, [], AlertView(), computing=computing, accepted=accepted
    )


def test_close_when_all_is_answered_and_nothing_points_to_suspicion() -> None:
    decision = decided()
    assert decision.recommendation.decision == "close"
    assert decision.recommendation.verdict == "benign_positive"
    assert decision.progress.answered == decision.progress.required == 4
    assert decision.recommendation.because[0] == (
        "Question 1 “Did anybody get in?” is answered no (lina). No success after 3 failures."
    )
    assert "accepted as unknowable" in decision.recommendation.because[3]
    assert any("Criterion 2 “It smells.” is cannot tell" in line for line in decision.recommendation.because)


def test_without_a_harmless_explanation_it_is_a_false_positive() -> None:
    steps = [replace(step, polarity="open") if step is PERMITTED else step for step in STEPS]
    assert decided(steps=steps).recommendation.verdict == "false_positive"


def test_escalate_on_a_proposal_alone_and_say_so() -> None:
    decision = decided({}, A_BREACH)
    assert decision.recommendation.decision == "escalate"
    assert decision.recommendation.because == (
        "Criterion 1 “Somebody got in.” is met: Question 1 “Did anybody get in?” is yes (proposed): "
        "147 failures, then a success. (D05)",
    )
    assert decision.criteria[0].because[0].to_json() == {
        "step": 1, "answer": "yes", "proposed": True, "sentence": "147 failures, then a success. (D05)",
    }  # fmt: skip


def test_a_persons_no_takes_the_escalation_back() -> None:
    answers = {"breach": AnswerView("no", proposal_answer="yes", person="lina")}
    decision = decided(answers, A_BREACH)
    assert decision.criteria[0].state == "not_met"
    assert decision.recommendation.decision == "more_needed"


def test_a_criterion_without_expression_is_judged_by_a_person() -> None:
    decision = decided({"hunch": AnswerView("met", person="lina")})
    assert decision.recommendation.decision == "escalate"
    assert decision.recommendation.because == ("Criterion 2 “It smells.” is met: judged by lina.",)


def test_an_unconfirmed_expression_only_suggests() -> None:
    steps = [replace(step, confirmed=False) for step in STEPS]
    decision = decided({}, A_BREACH, steps=steps)
    assert (decision.criteria[0].state, decision.criteria[0].confirmed) == ("met", False)
    assert decision.recommendation.decision == "more_needed"


@pytest.mark.parametrize(
    ("key", "answer", "said"),
    [
        ("breach", AnswerView("partly", proposal_answer="no"), "points towards suspicion"),
        ("permitted", AnswerView("no"), "points towards suspicion"),
        ("permitted", AnswerView("partly"), "points towards suspicion"),
        ("mail", AnswerView("cannot_tell", proposal_answer="cannot_tell"), "not accepted as unknowable"),
        ("who", AnswerView("cannot_tell"), "not accepted as unknowable"),
    ],
)
def test_what_stands_in_the_way_of_closing(key: str, answer: AnswerView, said: str) -> None:
    decision = decided({**CLEAR, key: answer})
    assert decision.recommendation.decision == "more_needed"
    assert any(said in line for line in decision.recommendation.because)


@pytest.mark.parametrize("key", ["breach", "permitted", "who", "mail"])
def test_every_required_question_must_be_answered_by_a_person(key: str) -> None:
    decision = decided({name: answer for name, answer in CLEAR.items() if name != key})
    assert decision.recommendation.decision == "more_needed"
    assert decision.progress.answered == 3


def test_indicators_are_not_required_unless_the_card_says_so() -> None:
    assert decided().recommendation.decision == "close"
    steps = [replace(step, required=True) if step is SIGN else step for step in STEPS]
    assert decided(steps=steps).recommendation.decision == "more_needed"


def test_an_open_question_informs_but_never_decides() -> None:
    assert decided({**CLEAR, "who": AnswerView("yes")}).recommendation.decision == "close"


def test_changed_since_you_answered() -> None:
    decision = decided(None, A_BREACH, NO_MAIL_LOG)
    assert decision.stale == {"breach"}
    assert decision.criteria[0].state == "cannot_tell"
    assert decision.recommendation.decision == "more_needed"
    assert decision.recommendation.next_step == 1
    assert decision.recommendation.next
    assert "again: the evidence now says yes" in decision.recommendation.next
    assert decision.progress.answered == 3
    fresh = decided({**CLEAR, "breach": AnswerView("yes", proposal_answer="yes")}, A_BREACH, NO_MAIL_LOG)
    assert fresh.recommendation.decision == "escalate"


def test_the_l1_recommendation_ends_when_t2_accepts() -> None:
    decision = decided({}, A_BREACH, accepted=True)
    assert decision.recommendation.decision == "none"
    assert decision.criteria[0].state == "met"


def test_a_playbook_that_requires_nothing_clears_nothing() -> None:
    assert decided({}, steps=[SIGN]).recommendation.decision == "more_needed"


def test_the_cheapest_act_first() -> None:
    def act(answers: dict[str, AnswerView], *findings: FindingView, computing: frozenset[str] = frozenset()) -> str:
        return str(decided(answers, *findings, computing=computing).recommendation.next)

    assert act({}) == "Accept the proposal for Question 1 “Did anybody get in?”: no."
    without = {key: CLEAR[key] for key in ("breach",)}
    assert act(without) == "Answer Question 2 “Was it permitted?”."
    without = {key: CLEAR[key] for key in ("breach", "permitted", "who")}
    assert act(without) == "Attach a message trace: question 4 waits for them."
    assert act(without, NO_BREACH, computing=frozenset({"D18"})) == (
        "The evidence for Question 4 “Was mail sent?” is being read."
    )
    unsure = {**CLEAR, "who": AnswerView("cannot_tell")}
    assert act(unsure).startswith("Mend Question 3 “Who was it?”, or accept it as unknowable")
    leaning = {**CLEAR, "permitted": AnswerView("no")}
    assert act(leaning) == "Judge Criterion 2 “It smells.”: met or not met."
    assert "decide, and say why" in act({**leaning, "hunch": AnswerView("not_met")})


def test_the_log_most_questions_wait_for() -> None:
    steps = [
        StepView(n, f"q{n}", "question", n, f"Question {n}?", "suspicious", True, (BindingView(f"D{n:02}"),))
        for n in (1, 2, 3)
    ]
    kinds = (("web events",), ("authentication events",), ("authentication events",))
    findings = [FindingView(f"D{n:02}", "cannot_tell", missing=kind) for n, kind in enumerate(kinds, start=1)]
    decision = decide(steps, {}, findings, [], AlertView())
    assert decision.recommendation.next == "Attach authentication events: question 2 and question 3 wait for them."


def test_a_log_goes_before_a_thought_only_where_it_serves_more() -> None:
    def act(waiting: int, by_hand: int) -> str:
        steps = [
            StepView(n, f"q{n}", "question", n, f"Question {n}?", "suspicious", True, bindings)
            for n, bindings in enumerate([()] * by_hand + [(BindingView("D05"),)] * waiting, start=1)
        ]
        blind = [FindingView("D05", "cannot_tell", missing=("authentication events",))]
        return str(decide(steps, {}, blind, [], AlertView()).recommendation.next)

    assert act(2, 2) == "Attach authentication events: question 3 and question 4 wait for them."
    assert act(2, 3) == "Answer Question 1 “Question 1?”."
    assert act(1, 1) == "Answer Question 1 “Question 1?”."


_VALUES = st.sampled_from(["yes", "no", "partly", "cannot_tell", "noted", "done", "met", "not_met"])
_ANSWERS = st.dictionaries(
    st.sampled_from([*(step.key for step in STEPS), "gone"]),
    st.builds(AnswerView, _VALUES, st.booleans(), st.sampled_from([None, "yes", "no", "partly", "cannot_tell"])),
)
_FINDINGS = st.lists(
    st.builds(
        FindingView,
        st.sampled_from(["D05", "D18", "D99"]),
        st.sampled_from(["yes", "no", "partly", "cannot_tell"]),
        st.sampled_from(["case", "elsewhere"]),
        st.sampled_from(["low", "medium", "high"]),
    ),
    max_size=5,
)


@given(_ANSWERS, _FINDINGS, st.sets(st.sampled_from(["D05", "D18"])), st.randoms())
def test_it_always_ends_deterministically_and_loses_no_answer(
    answers: dict[str, AnswerView], findings: list[FindingView], computing: set[str], random: object
) -> None:
    decision = decide(STEPS, answers, findings, [], AlertView(), computing=computing)
    shuffled = list(findings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert decide(STEPS, answers, shuffled, [], AlertView(), computing=computing) == decision
    assert decision.recommendation.because
    assert decision.recommendation.next
    assert set(decision.proposals) == {step.key for step in STEPS}
    required = [step for step in STEPS if step.required]
    counted = sum(step.key in answers and step.key not in decision.stale for step in required)
    assert (decision.progress.answered, decision.progress.required) == (counted, len(required))
    if decision.recommendation.decision == "close":
        assert all(step.key in answers for step in required)
        assert not any(state.state == "met" and state.confirmed for state in decision.criteria)
