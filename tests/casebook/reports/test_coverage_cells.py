"""Books and alerts laid over the matrix: which playbook serves a technique, what is uncovered, what is overdue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from casebook.attack.extract import read as read_extract
from casebook.attack.types import Attack, Tactic, Technique
from casebook.playbooks.digest import Summary
from casebook.playbooks.match import Row, build_table, match
from casebook.reports.coverage_cells import REVIEW_DAYS, Book, Coverage, Volume, coverage_of, volume_of

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ATTACK = Attack(
    "1.0",
    (Tactic("TA1", "recon", "Recon"), Tactic("TA2", "access", "Access")),
    {
        one.id: one
        for one in (
            Technique("T1110", "Brute Force", ("access",)),
            Technique("T1110.001", "Guessing", ("access",), "T1110"),
            Technique("T1110.003", "Spraying", ("access",), "T1110"),
            Technique("T1589", "Gather", ("recon", "access")),
            Technique("T1595", "Scan", ("recon",)),
            Technique("T1600", "Gone", ("recon",), retired=True),
        )
    },
    {"T1086": "T1110.001"},
)


def book(
    slug: str, *of: str, pk: int = 1, also: tuple[str, ...] = (), reviewed: datetime | None = NOW, **summary: int
) -> Book:
    return Book(pk, slug, slug.title(), 1, None, of, also, Summary(**summary), reviewed)


def laid(books: list[Book], lists: list[tuple[list[str], int]] | None = None) -> Coverage:
    return coverage_of(ATTACK, books, volume_of(lists or []), now=NOW, counted_at=NOW)


def test_a_sub_technique_is_covered_through_its_parent() -> None:
    found = laid([book("force", "T1110"), book("spray", "T1110.003", pk=2)])
    ways = {one: (cell.through, cell.book and cell.book.slug) for one, cell in found.cells.items()}
    assert ways == {
        "T1110": ("exact", "force"),
        "T1110.001": ("parent", "force"),
        "T1110.003": ("exact", "spray"),
        "T1589": (None, None),
        "T1595": (None, None),
    }
    assert found.count("exact") == 2
    assert found.count("parent") == 1


def test_a_card_that_also_serves_is_told_apart_and_is_no_cover() -> None:
    found = laid([book("gather", "T1589", also=("T1110",))], [(["T1110.001"], 3)])
    assert found.cells["T1110"].through == "also"
    assert found.cells["T1110.001"].through == "also_parent"
    assert [cell.id for cell in found.uncovered] == ["T1110.001"]


@pytest.mark.parametrize("technique", ["T1110", "T1110.001", "T1110.003", "T1589", "T1595", "T1003.001", "T1087.002"])
def test_the_first_book_is_the_one_a_case_would_open_with(technique: str) -> None:
    """Coverage and matching are two pieces of code and must never disagree, on the real matrix."""
    attack = read_extract().attack
    books = [
        book("force", "T1110", pk=1, also=("T1087",)),
        book("guess", "T1110.001", pk=2),
        book("late", "T1110", pk=3),
        book("gather", "T1589", "T1595", pk=4, also=("T1110.003", "T1003")),
    ]
    rows = [Row(one.playbook_id, one.playbook_id, one.slug, one.techniques, one.also_for) for one in books]
    matched = match([technique], build_table(rows, team=1))
    cell = coverage_of(attack, books, Volume({}, {}), now=NOW, counted_at=NOW).cells[technique]
    assert (matched and matched.playbook_version_id) == (cell.book and cell.book.playbook_id)


def test_uncovered_are_ranked_by_alerts_and_know_ids_beside_the_matrix() -> None:
    found = laid(
        [book("force", "T1110")],
        [(["T1595"], 5), (["T1086"], 9), (["T1110"], 50), (["T9999", "T1595"], 2), ([], 11)],
    )
    assert [(cell.id, cell.alerts) for cell in found.uncovered] == [("T1086", 9), ("T1595", 7), ("T9999", 2)]
    assert [(cell.id, cell.now) for cell in found.outside] == [("T1086", "T1110.001"), ("T9999", "")]
    assert found.volume.untagged == 11
    assert found.cell("T9999") is found.outside[1]
    assert found.cell("T4242") is None


def test_a_playbook_of_a_retired_technique_stands_beside_the_matrix() -> None:
    found = laid([book("gone", "T1600")])
    assert "T1600" not in found.cells
    assert [(cell.technique.name, cell.through) for cell in found.outside] == [("Gone", "exact")]


def test_an_alert_counts_once_for_a_family() -> None:
    volume = volume_of([(["T1110", "T1110.001"], 4), (["T1110.003", "T1110.001"], 2), (["T1110.001"], 1)])
    assert volume.techniques == {"T1110": 4, "T1110.001": 7, "T1110.003": 2}
    assert volume.families == {"T1110": 7}


@pytest.mark.parametrize(
    ("reviewed", "overdue"),
    [(NOW - timedelta(days=REVIEW_DAYS), False), (NOW - timedelta(days=REVIEW_DAYS, seconds=1), True), (None, True)],
)
def test_a_review_is_overdue_after_half_a_year(reviewed: datetime | None, overdue: bool) -> None:
    found = laid([book("force", "T1110", reviewed=reviewed)])
    assert [one.slug for one in found.overdue] == (["force"] if overdue else [])


@pytest.mark.parametrize(("automated", "questions", "share"), [(3, 4, 0.75), (0, 4, 0.0), (0, 0, None)])
def test_the_share_of_questions_automated(automated: int, questions: int, share: float | None) -> None:
    assert book("x", "T1110", automated=automated, questions=questions).automated_share == share
