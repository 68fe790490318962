"""The table itself: what product and contract say of it."""

from __future__ import annotations

from automation.containment import states
from automation.containment.moving import JOURNAL
from automation.models import IN_FORCE, OVER, ActionState
from casebook.journal.verbs import VERBS


def test_every_state_has_a_row_and_every_verb_leads_to_a_state() -> None:
    assert set(states.TABLE) == set(ActionState.values)
    assert {to for row in states.TABLE.values() for to in row.values()} <= set(ActionState.values)


def test_every_verb_is_in_the_journal() -> None:
    verbs = {verb for row in states.TABLE.values() for verb in row}
    assert verbs == set(JOURNAL)
    assert set(JOURNAL.values()) <= set(VERBS)


def test_nothing_is_sent_without_an_approval() -> None:
    assert [state for state, row in states.TABLE.items() if "applying" in row.values()] == ["approved"]
    assert [state for state, row in states.TABLE.items() if "approved" in row.values()] == ["requested"]


def test_only_a_person_leaves_unknown_and_nothing_is_sent_from_there() -> None:
    assert set(states.TABLE["unknown"].values()) == {"applied", "failed", "undone"}
    assert states.verbs("unknown") == ("resolve",)


def test_what_is_over_stays_over_but_for_a_lapsed_request() -> None:
    assert {state for state in OVER if states.TABLE[state]} == {ActionState.LAPSED}
    assert states.verbs("lapsed") == ("renew",)


def test_what_people_can_do() -> None:
    assert states.verbs("requested") == ("approve", "refuse", "withdraw")
    assert states.verbs("verified") == ("undo",)
    assert states.verbs("undo_failed") == ("retry",)
    assert states.verbs("applying") == ()
    assert set(IN_FORCE) | set(OVER) | {"requested", "approved"} == set(ActionState.values)
