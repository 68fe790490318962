"""An expression as an author types it."""

from __future__ import annotations

import pytest

from casebook.playbooks.expression_text import from_text, to_text

REFS = {"question:0123456789ab": "failed", "indicator:0123456789ab": "flicker"}
TYPED = """
any:
  - answer: {step: failed, value: ["yes", partly]}
  - not:
      finding: {detector: D02, at: flicker}
"""


def test_steps_are_named_shortly_and_kept_by_key() -> None:
    expression, faults = from_text(TYPED, REFS)
    assert faults == []
    assert expression == {
        "any": [
            {"answer": {"step": "question:0123456789ab", "value": ["yes", "partly"]}},
            {"not": {"finding": {"detector": "D02", "at": "indicator:0123456789ab"}}},
        ]
    }
    assert "step: failed" in to_text(expression, REFS)
    assert from_text(to_text(expression, REFS), REFS) == (expression, [])


def test_json_is_as_good() -> None:
    assert from_text('{"alert": {"field": "severity", "op": ">=", "value": "high"}}', REFS)[1] == []


def test_nothing_typed_is_no_rule() -> None:
    assert from_text("  \n", REFS) == (None, [])
    assert to_text(None, REFS) == ""


@pytest.mark.parametrize(
    ("text", "line", "path"),
    [
        ("any:\n  - answer: {step: failed, value: maybe}\n", 2, "any[0].answer.value"),
        ("any:\n  - alert: {field: severity, op: exists}\n  - answer:\n      step: fell\n      value: done\n", 4,
         "any[1].answer.step"),
        ("all: []\n", 1, "all"),
        ("any:\n  - finding: {answer: done}\n", 2, "any[0].finding.detector"),
        ("- a\n", 1, ""),
        ("any: [\n", 2, ""),
        ("a: &x 1\nb: *x\n", 2, ""),
    ],
)  # fmt: skip
def test_every_fault_has_its_line_and_place(text: str, line: int, path: str) -> None:
    expression, faults = from_text(text, REFS)
    assert expression is None
    assert (faults[0].line, faults[0].path) == (line, path)
