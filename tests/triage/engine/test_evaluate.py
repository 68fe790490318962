from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.engine.expression import evaluate
from triage.engine.facts import Facts, by_key
from triage.engine.types import AlertView, AnswerView, BindingView, FindingView, Kleene, LookupView, Proposal, StepView

YES, NO, UNKNOWN = Kleene.YES, Kleene.NO, Kleene.UNKNOWN
STEP = StepView(7, "q", "question", 1, "Was it so?", "suspicious", bindings=(BindingView("D01"),))
FOUND = FindingView("D01", "yes", sentence="5 failures.", figures={"attempts": 5})
FACTS = Facts(
    steps=by_key([STEP]),
    proposals={"q": Proposal("ready", "yes", sentence="5 failures.")},
    findings={("D01", "case"): FOUND},
)


def given_answer(value: str) -> Facts:
    return replace(FACTS, answers={"q": AnswerView(value, person="lina")})


def value_of(expression: dict[str, Any], facts: Facts = FACTS) -> Kleene:
    return evaluate(expression, facts).value


def answer_is(value: object) -> dict[str, Any]:
    return {"answer": {"step": "q", "value": value}}


def found_with(n: int, **more: object) -> dict[str, Any]:
    return {"finding": {"detector": "D01", "at": "q", "figure": "attempts", "op": ">=", "n": n, **more}}


def test_an_answer_stands_in_place_of_the_proposal() -> None:
    assert value_of(answer_is("yes")) is YES
    assert value_of(answer_is("yes"), given_answer("no")) is NO
    assert value_of(answer_is("yes"), given_answer("cannot_tell")) is UNKNOWN
    assert value_of(answer_is(["yes", "partly"]), given_answer("partly")) is YES
    assert value_of(answer_is("yes"), replace(FACTS, proposals={})) is UNKNOWN


def test_the_because_names_step_answer_and_evidence() -> None:
    proposed = evaluate(answer_is("yes"), FACTS).because[0]
    assert (proposed.step, proposed.answer, proposed.proposed, proposed.sentence) == (7, "yes", True, "5 failures.")
    answered = evaluate(answer_is("yes"), given_answer("no")).because[0]
    assert (answered.answer, answered.proposed, answered.sentence) == ("no", False, "answered by lina")


def test_an_overtaken_answer_is_unknown_until_given_afresh() -> None:
    stale = replace(given_answer("no"), stale=frozenset({"q"}))
    assert value_of(answer_is("yes"), stale) is UNKNOWN
    assert value_of(found_with(1), stale) is UNKNOWN


def test_a_finding_and_its_figure() -> None:
    assert value_of(found_with(5)) is YES
    assert value_of(found_with(30)) is NO
    assert value_of(found_with(5, figure="sources")) is UNKNOWN
    assert value_of({"finding": {"detector": "D02"}}) is UNKNOWN
    assert value_of({"finding": {"detector": "D01", "scope": "elsewhere"}}) is UNKNOWN
    assert value_of({"finding": {"detector": "D01", "answer": ["no", "partly"]}}) is NO
    assert "attempts 5, asked: >= 30" in evaluate(found_with(30), FACTS).because[0].sentence
    assert evaluate({"finding": {"detector": "D01"}}, FACTS).because[0].step == 7


def test_a_person_overrules_a_finding_but_accepting_it_does_not_inflate_it() -> None:
    assert value_of(found_with(30), given_answer("yes")) is NO
    assert value_of(found_with(5), given_answer("no")) is NO
    assert value_of(found_with(5), given_answer("cannot_tell")) is UNKNOWN
    says_no = replace(FACTS, proposals={"q": Proposal("ready", "no")}, answers={"q": AnswerView("yes")})
    assert value_of(found_with(30), says_no) is YES
    nothing_known = Facts(steps=by_key([STEP]), answers={"q": AnswerView("yes")})
    assert value_of(found_with(30), nothing_known) is YES
    assert value_of(found_with(5), given_answer("done")) is YES


@pytest.mark.parametrize(
    ("results", "value"),
    [
        ([], UNKNOWN),
        ([None], UNKNOWN),
        (["not_listed"], NO),
        (["not_listed", "limited"], UNKNOWN),
        (["not_listed", "error"], UNKNOWN),
        (["known_infrastructure"], NO),
        (["error", "listed"], YES),
    ],
)
def test_lookups(results: list[str | None], value: Kleene) -> None:
    lookups = tuple(LookupView("ip", f"203.0.113.{n}", result) for n, result in enumerate(results))
    facts = replace(FACTS, lookups=(*lookups, LookupView("hash", "ab", "listed")))
    assert value_of({"lookup": {"type": ["ip", "domain"], "result": "listed"}}, facts) is value


def test_a_lookup_may_need_a_score() -> None:
    facts = replace(FACTS, lookups=(LookupView("ip", "203.0.113.1", "listed", "lists", 2),))
    atom = {"type": "ip", "result": "listed", "op": ">="}
    assert value_of({"lookup": {**atom, "score": 2}}, facts) is YES
    assert value_of({"lookup": {**atom, "score": 3}}, facts) is NO


@pytest.mark.parametrize(
    ("field", "op", "value", "expected"),
    [
        ("severity", ">=", "medium", YES),
        ("severity", "<", "info", NO),
        ("severity", "in", ["high", "critical"], YES),
        ("techniques", "contains", "T1110", YES),
        ("techniques", "contains", "T1046", NO),
        ("rule", "exists", None, NO),
        ("rule", "=", "x", UNKNOWN),
        ("count", ">", "many", UNKNOWN),
        ("count", ">", 2, YES),
        ("count", "!=", 3, NO),
    ],
)
def test_alert_facts(field: str, op: str, value: object, expected: Kleene) -> None:
    facts = replace(FACTS, alert=AlertView({"severity": "high", "techniques": ["T1110"], "rule": "", "count": 3}))
    assert value_of({"alert": {"field": field, "op": op, "value": value}}, facts) is expected


# Laws, over expressions whose atoms are steps answered yes, no or not at all.

_KEYS = ("a", "b", "c")
_ANSWERED = st.fixed_dictionaries({key: st.sampled_from(["yes", "no", "cannot_tell", None]) for key in _KEYS})
_ATOM = st.sampled_from(_KEYS).map(lambda key: {"answer": {"step": key, "value": "yes"}})


def _grown(inner: st.SearchStrategy[Any], *, negation: bool = True) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    grown = several.map(lambda members: {"all": members}) | several.map(lambda members: {"any": members})
    return grown | inner.map(lambda member: {"not": member}) if negation else grown


_EXPRESSION = st.recursive(_ATOM, _grown, max_leaves=8)


def _supported(members: tuple[list[Any], list[Any]]) -> dict[str, Any]:
    deciding, supporting = members
    return {"any": [*deciding, *({**member, "supporting": True} for member in supporting)]}


_SUPPORTED = st.recursive(
    _ATOM,
    lambda inner: (
        _grown(inner, negation=False)
        | st.tuples(st.lists(inner, min_size=1, max_size=2), st.lists(inner, max_size=2)).map(_supported)
    ),
    max_leaves=8,
)


def facts_of(answered: dict[str, str | None]) -> Facts:
    return Facts(answers={key: AnswerView(value) for key, value in answered.items() if value})


@given(_EXPRESSION, _EXPRESSION, _ANSWERED)
def test_kleene_laws(one: dict[str, Any], other: dict[str, Any], answered: dict[str, str | None]) -> None:
    facts = facts_of(answered)
    value = value_of(one, facts)
    assert value_of({"not": {"not": one}}, facts) is value
    assert value_of({"all": [one, other]}, facts) is value_of({"all": [other, one]}, facts)
    assert value_of({"any": [one, one]}, facts) is value
    assert value_of({"all": [one, {"any": [one, other]}]}, facts) is value
    assert value_of({"not": {"all": [one, other]}}, facts) is value_of({"any": [{"not": one}, {"not": other}]}, facts)


def told_more(answered: dict[str, str | None], more: dict[str, str | None]) -> dict[str, str | None]:
    """The same answers, with some that were not known told now."""
    return {key: more[key] if value in (None, "cannot_tell") else value for key, value in answered.items()}


@given(_EXPRESSION, _ANSWERED, _ANSWERED)
def test_more_information_never_turns_a_yes_or_a_no(
    expression: dict[str, Any], answered: dict[str, str | None], more: dict[str, str | None]
) -> None:
    before = value_of(expression, facts_of(answered))
    if before is not UNKNOWN:
        assert value_of(expression, facts_of(told_more(answered, more))) is before


@given(_SUPPORTED, _ANSWERED, _ANSWERED)
def test_with_supporting_members_a_yes_still_stays_and_a_no_says_what_it_left_aside(
    expression: dict[str, Any], answered: dict[str, str | None], more: dict[str, str | None]
) -> None:
    before = evaluate(expression, facts_of(answered))
    after = evaluate(expression, facts_of(told_more(answered, more)))
    if before.value is YES:
        assert after.value is YES
    if before.value is NO and after.value is not NO:
        assert any(one.supporting for one in before.because)


@given(_SUPPORTED, _ANSWERED)
def test_every_value_has_a_reason_and_the_same_one_twice(
    expression: dict[str, Any], answered: dict[str, str | None]
) -> None:
    outcome = evaluate(expression, facts_of(answered))
    assert outcome.because
    assert evaluate(expression, facts_of(answered)) == outcome
