from __future__ import annotations

import pytest

from casebook.playbooks.assemble import steps_of_cell
from casebook.playbooks.parse.read import KNOWN_BY_WORDS as ALL
from casebook.playbooks.propose import propose_bindings, propose_expression, with_proposals


@pytest.mark.parametrize(
    ("text", "detectors"),
    [
        ("Have logins failed again for the usernames of the crew?", ["D01", "D03", "D04"]),
        ("Did logins fail from one IP address in a pattern?", ["D02", "D09"]),
        ("Did one host try username variations?", ["D03"]),
        ("Was there a success after failed sign-ins?", ["D05"]),
        ("Do ships come from outside the corporate harbour?", ["D07"]),
        ("Did it happen outside normal business hours?", ["D08"]),
        ("Are the addresses known to be malicious?", ["D22"]),
        ("Are there earlier alerts about this ship?", ["D24"]),
        ("Is the lamp lit?", []),
        ("Did the keeper fail to log the weather?", []),
        ("Was an e-mail address malicious?", []),
    ],
)
def test_precision_before_recall(text: str, detectors: list[str]) -> None:
    assert [binding.detector for binding in propose_bindings("question", text, ALL)] == detectors


def test_only_what_is_built_is_proposed() -> None:
    text = "Have logins failed again for the usernames of the crew?"
    assert [one.detector for one in propose_bindings("question", text, {"D01": {}, "D05": {}})] == ["D01"]
    assert propose_bindings("question", text, {"D03": {}}) == ()


def test_only_questions_and_indicators_are_bound() -> None:
    assert propose_bindings("t2_action", "Search for earlier alerts about this ship.", ALL) == ()


def test_a_criterion_is_judged_where_its_detector_is_bound() -> None:
    cell = "Are there earlier alerts about this ship?"
    asked = with_proposals(steps_of_cell("question", cell, ((0, len(cell)),)), ALL)
    expression = propose_expression("Escalate if there are related alerts.", ALL, asked)
    assert expression == {"any": [{"finding": {"detector": "D24", "answer": "yes", "at": asked[0].key}}]}
    assert propose_expression("Escalate if the lamp is out.", ALL, asked) is None
