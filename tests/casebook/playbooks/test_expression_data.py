from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.playbooks.expression import problems, rewrite_steps, steps_of

YES: dict[str, object] = {"answer": {"step": "a", "value": "yes"}}


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ([], "expression: must be an object"),
        ({}, "expression: must hold exactly one of"),
        ({"any": [YES], "all": [YES]}, "expression: must hold exactly one of"),
        ({"some": [YES]}, "expression: must hold exactly one of"),
        ({"any": []}, "any: must be a list with something in it"),
        ({"all": [YES, {"not": {"answer": {"step": "a"}}}]}, "all[1].not.answer.value: is missing"),
        ({"answer": {"step": "z", "value": "yes"}}, "answer.step: names no step of this card: 'z'"),
        ({"answer": {"step": "a", "value": "aye"}}, "answer.value: 'aye' is none of"),
        ({"finding": {"detector": "D01", "figure": "n", "op": ">="}}, "finding: needs figure, op, n together"),
        ({"finding": {"detector": "D01", "figure": "n", "op": "~", "n": 1}}, "finding.op: '~' is none of"),
        ({"finding": {"detector": "D01", "figure": "n", "op": ">", "n": "1"}}, "finding.n: must be a number"),
        ({"finding": {"detector": "D01", "scope": "moon"}}, "finding.scope: 'moon' is none of"),
        ({"lookup": {"type": "ip", "result": "error"}}, "lookup.result: 'error' is none of"),
        ({"alert": {"field": "severity", "op": ">="}}, "alert.value: is missing"),
        ({"alert": {"field": "severity", "op": "exists", "size": 1}}, "alert.size: is not known here"),
        ({**YES, "supporting": True}, "supporting: stands only directly inside"),
        ({"any": [YES, {**YES, "supporting": "yes"}]}, "any[1].supporting: is true or left out"),
        ({"not": {"any": [YES, {**YES, "supporting": True}]}}, "not.any[1].supporting: stands only"),
        ({"any": [{**YES, "supporting": True}]}, "any: has only supporting members"),
    ],
)
def test_problems_say_where(expression: object, said: str) -> None:
    assert any(said in str(problem) for problem in problems(expression, steps={"a"}))


def test_too_deep() -> None:
    expression = YES
    for _ in range(9):
        expression = {"not": expression}
    assert "nested deeper" in str(problems(expression)[0])


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["all", "any", "not", "answer", "finding", "lookup", "alert", "supporting", "step"]),
                inner,
            )
        ),
    )
)
def test_any_data_is_judged_without_an_error(data: object) -> None:
    problems(data)


def test_rewriting_reaches_every_step() -> None:
    expression = {
        "any": [{"all": [YES, {"not": YES}]}, {"finding": {"detector": "D01", "at": "b"}, "supporting": True}]
    }
    assert steps_of(expression) == ("a", "b")
    assert steps_of(rewrite_steps(expression, str.upper)) == ("A", "B")
    assert rewrite_steps(expression, str) == expression
