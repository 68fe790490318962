from __future__ import annotations

import pytest

from casebook.playbooks.match import Row, build_table, match

GENERAL = Row(1, 10, "general")
OWN = Row(2, 20, "T1589", ("T1589",), also_for=("T1110", "T1110.001"))
SUB = Row(3, 30, "T1595.002", ("T1595.002",))
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
    shared, later = Row(4, 40, "theirs", ("T1046",)), Row(6, 60, "later", ("T1046",))
    mine = Row(9, 90, "mine", ("T1046",), team=7)
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


NAMES = {
    "T1110": "Brute Force",
    "T1110.001": "Password Guessing",
    "T1059.001": "PowerShell",
    "T1059": "Command and Scripting Interpreter",
    "T1566": "Phishing {odd}",
}


@pytest.mark.parametrize(
    ("of", "also", "asked", "why"),
    [
        (("T1110",), (), "T1110.001", "T1110.001 Password Guessing → parent T1110 Brute Force"),
        (("T1110.001",), (), "T1110.001", "exact: T1110.001 Password Guessing"),
        (("T1059.001",), (), "T1086", "T1086 is now T1059.001; exact: T1059.001 PowerShell"),
        (("T1086",), (), "T1086", "exact: T1086"),
        (
            ("T1059",), (), "T1086",
            "T1086 is now T1059.001; T1059.001 PowerShell → parent T1059 Command and Scripting Interpreter",
        ),
        ((), ("T1110",), "T1110.001",
         "T1110.001 Password Guessing has no playbook of its own; one also serves its parent T1110 Brute Force"),
        (("T1566",), (), "T1566", "exact: T1566 Phishing {odd}"),
        (("T1003",), (), "T1086",
         "T1086 is now T1059.001; T1059.001 PowerShell has no playbook; its parent T1059 Command and Scripting "
         "Interpreter has none; the general card"),
    ],
)  # fmt: skip
def test_the_why_names_what_it_speaks_of(of: tuple[str, ...], also: tuple[str, ...], asked: str, why: str) -> None:
    card = Row(5, 50, "one", of or ("T1000",), also_for=also)
    table = build_table([card, GENERAL], team=7, names=NAMES, renamed={"T1086": "T1059.001"})
    found = match([asked], table)
    assert found is not None
    assert found.why == why


def test_a_card_of_several_techniques_is_found_by_each() -> None:
    table = build_table([Row(5, 50, "spray", ("T1110.003", "T1110.004")), GENERAL], team=7)
    for technique in ("T1110.003", "T1110.004"):
        found = match([technique], table)
        assert found is not None
        assert found.why == f"exact: {technique}"
