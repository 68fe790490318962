"""A criterion's expression in words, as the playbook's page shows it."""

from __future__ import annotations

from typing import Any

import pytest

from casebook.playbooks.clauses import Names, clause

NAMES = Names(
    step={"question:1": "Did sign-ins fail?", "question:2": "word " * 60}.__getitem__,
    detector=lambda detector: {"D01": "failures per user"}.get(detector, ""),
    here={"D01"}.__contains__,
)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (
            {"answer": {"step": "question:1", "value": ["yes", "partly"]}},
            "“Did sign-ins fail?” is answered yes or partly",
        ),
        ({"finding": {"detector": "D01", "answer": "cannot_tell"}}, "D01 failures per user says cannot tell"),
        (
            {"finding": {"detector": "D01", "answer": "yes", "figure": "true_positives", "op": ">=", "n": 1}},
            "D01 failures per user says yes, with true positives ≥ 1",
        ),
        (
            {"finding": {"detector": "D01", "answer": "yes", "scope": "elsewhere"}},
            "D01 failures per user says yes, elsewhere in the log",
        ),
        (
            {"lookup": {"type": ["ip", "domain", "url"], "result": "listed", "op": ">", "score": 3}},
            "a look-up of ip, domain or url says listed, with a score > 3",
        ),
        (
            {"alert": {"field": "severity", "op": "in", "value": ["high", "critical"]}},
            "the alert's severity is one of high or critical",
        ),
        ({"alert": {"field": "rule_id", "op": "exists"}}, "the alert has rule id"),
    ],
)
def test_an_atom_in_words(expression: dict[str, Any], text: str) -> None:
    assert clause(expression, NAMES).text == text


def test_joins_nest_and_keep_their_marks() -> None:
    later = {"finding": {"detector": "D12", "answer": "yes"}, "supporting": True}
    said = clause({"all": [{"any": [{"alert": {"field": "link", "op": "exists"}}, later]}, {"not": later}]}, NAMES)
    assert said.text == "all of these"
    first, second = said.under
    assert [one.text for one in first.under] == ["the alert has link", "D12 says yes"]
    assert (first.under[1].later, first.under[1].supporting) == (True, True)
    assert second.text == "not"


def test_a_long_step_is_cut_at_a_word() -> None:
    text = clause({"answer": {"step": "question:2", "value": "yes"}}, NAMES).text
    assert text.startswith("“word word")
    assert text.endswith("word …” is answered yes")
