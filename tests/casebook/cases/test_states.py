"""The table of states is product.md §6, written here once more by hand."""

from __future__ import annotations

from itertools import product

import pytest

from casebook.cases import states
from casebook.models import State

PRODUCT = {
    ("new", "take"): "triage",
    ("new", "assign"): "triage",
    ("new", "close"): "closed",
    ("triage", "assign"): "triage",
    ("triage", "wait"): "waiting",
    ("triage", "escalate"): "escalated",
    ("triage", "close"): "closed",
    ("triage", "release"): "new",
    ("waiting", "assign"): "waiting",
    ("waiting", "resume"): states.BACK,
    ("waiting", "close"): "closed",
    ("escalated", "assign"): "escalated",
    ("escalated", "accept"): "investigating",
    ("escalated", "return"): "triage",
    ("escalated", "close"): "closed",
    ("investigating", "assign"): "investigating",
    ("investigating", "wait"): "waiting",
    ("investigating", "close"): "closed",
    ("investigating", "return"): "triage",
    ("investigating", "release"): "escalated",
    ("closed", "reopen"): states.BACK,
}
ACTING_TAKES = {
    # "Acting on an unowned case takes it": the verb of a state further on, and taking what nobody has.
    ("new", "escalate"): "escalated",
    ("new", "wait"): "waiting",
    ("triage", "take"): "triage",
    ("waiting", "take"): "waiting",
    ("investigating", "take"): "investigating",
}
VERBS = ("take", "assign", "wait", "resume", "escalate", "accept", "return", "close", "release", "reopen")


@pytest.mark.parametrize(("state", "verb"), list(product(State.values, VERBS)))
def test_every_cell(state: str, verb: str) -> None:
    move = states.move(state, verb)
    expected = (PRODUCT | ACTING_TAKES).get((state, verb))
    assert (move.to if move else None) == expected


def test_the_table_has_no_verb_beyond_these() -> None:
    assert {verb for verbs in states.TABLE.values() for verb in verbs} == set(VERBS)
    assert set(states.TABLE) == set(State.values)


@pytest.mark.parametrize("state", ["escalated", "investigating"])
def test_with_t2_every_verb_needs_t2(state: str) -> None:
    assert {move.needs for move in states.TABLE[state].values()} <= {"case.accept", "case.close_true"}


@pytest.mark.parametrize("state", ["new", "triage"])
def test_before_t2_no_verb_does(state: str) -> None:
    assert {move.needs for move in states.TABLE[state].values()} <= {"case.work", "case.close"}


@pytest.mark.parametrize(
    ("state", "waiting_from", "tier"),
    [("new", "", "l1"), ("triage", "", "l1"), ("waiting", "triage", "l1"), ("waiting", "investigating", "t2"),
     ("waiting", "new", "l1"), ("escalated", "", "t2"), ("investigating", "", "t2")],
)  # fmt: skip
def test_whose_queue_it_stands_in(state: str, waiting_from: str, tier: str) -> None:
    assert states.tier(state, waiting_from) == tier
