from __future__ import annotations

import pytest

from casebook.playbooks.match import Row, build_table, match

GENERAL = Row(1, 10, "general", None)
OWN = Row(2, 20, "T1589", "T1589", also_for=("T1110", "T1110.001"))
SUB = Row(3, 30, "T1595.002", "T1595.002")
TABLE = build_table([OWN, SUB, GENERAL], team=7)


@pytest.mark.parametrize(
    ("techniques", "version", "why"),
    [
        (["T1589"], 20, "exact: T1589"),
        (["T1589.003"], 20, "T1589.003 → parent T1589"),
        (["T1589003"], 20, "T1589.003 → parent T1589"),
        (["T1595.002"], 30, "exact: T1595.002"),
        (["T1110.001"], 20, "T1110.001 has no playbook of its own; T1589 also serves it"),
        (["T1110.003"], 20, "T1110.003 has no playbook of its own; T1589 also serves its parent T1110"),
        (["T1566.001"], 10, "T1566.001 has no playbook; its parent T1566 has none; the general card"),
        (["T1566"], 10, "T1566 has no playbook; the general card"),
        ([], 10, "the alert names no technique; the general card"),
        (["nonsense"], 10, "the alert names no technique; the general card"),
        (["T1110", "T1595.002"], 30, "exact: T1595.002"),
        (["T1110", "T1589.001"], 20, "T1589.001 → parent T1589"),
    ],
)
def test_levels(techniques: list[str], version: int, why: str) -> None:
    found = match(techniques, TABLE)
    assert found is not None
    assert (found.playbook_version_id, found.why) == (version, why)


def test_a_teams_own_goes_first_then_the_oldest() -> None:
    shared, later = Row(4, 40, "theirs", "T1046"), Row(6, 60, "later", "T1046")
    mine = Row(9, 90, "mine", "T1046", team=7)
    found = match(["T1046"], build_table([later, shared, mine], team=7))
    assert found is not None
    assert found.playbook_version_id == 90
    assert found.why == "exact: T1046 (mine of 3, the team's own; also: theirs, later)"
    other = match(["T1046"], build_table([later, shared, mine], team=8))
    assert other is not None
    assert other.playbook_version_id == 40
    assert other.why.endswith("(theirs of 2, the one that was there first; also: later)")


def test_nothing_to_match() -> None:
    assert match(["T1046"], build_table([], team=7)) is None
