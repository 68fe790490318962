from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casebook.playbooks.split import lost_text, split
from casebook.playbooks.types import SECTIONS


def texts(cell: str, section: str = "indicator") -> list[str]:
    spans = split(cell, section)
    assert lost_text(cell, spans) is None
    return [cell[start:stop] for start, stop in spans]


@pytest.mark.parametrize(
    "sentence",
    [
        "Look at hosts, e.g. The gate.",
        "Look at ports, i.e. Those open.",
        "Compare firmware 4.2.1 with 4.10.",
        "Fetch pier.example.net and 203.0.113.7 first.",
        "Restart gate.service Or do not.",
        "Look for .plist files in /var/log/*.log.",
        "Ask (Who? When? Where?) at once.",
        'He wrote "Stop. Now." twice.',
        "Compare crane vs. Ferry.",
        "See item No. 5 of the list.",
        "Run `a. B. c` once.",
        "Was it moved, and if so, by whom?",
        "Was it moved? If so, by whom?",
        "Ask the U.S. Coast Guard.",
        "Open invoice.pdf.exe in <code>Box. One.</code> only.",
    ],
)
def test_one_sentence_stays_one_step(sentence: str) -> None:
    assert texts(sentence) == [sentence]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Read the log. Ask the pilot.", ["Read the log.", "Ask the pilot."]),
        ("Count boats, buoys, etc. Ring the pilot.", ["Count boats, buoys, etc.", "Ring the pilot."]),
        ("Look. regsvc.exe must not run.", ["Look.", "regsvc.exe must not run."]),
        ("Use it on Unix. macOS too.", ["Use it on Unix.", "macOS too."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("An open ( bracket. Never closed.", ["An open ( bracket.", "Never closed."]),
        ("1. One.<br>2. Two. 3. Three.", ["One.", "Two.", "Three."]),
        ("1) One<br/>2) Two", ["One", "Two"]),
        ("- One. More of one.<br>- Two", ["One. More of one.", "Two"]),
        ("• One • Two", ["One", "Two"]),
        ("One\nTwo\n", ["One", "Two"]),
        ("A line that goes<br>on here.<br>Next.", ["A line that goes<br>on here.", "Next."]),
        ("See event 13. 14. Is no mark.", ["See event 13.", "14. Is no mark."]),
        ("Consider the following:<br>1. One<br>2. Two", ["One", "Two"]),
        ("Look for logs. Specifically: 1) One, 2) Two.", ["Look for logs.", "One", "Two."]),
        ("Signs include: gaps; jumps; and night work.", ["gaps", "jumps", "night work."]),
        ("Do this; Do that.", ["Do this", "Do that."]),
        ("Do this; or rather that.", ["Do this; or rather that."]),
        ("['One.', \"Two's.\", 'Three']", ["One.", "Two's.", "Three"]),
        ("['One. More.']", ["One. More."]),
        ("Escalate if:", ["Escalate if:"]),
        ("", []),
        (" - <br> ", []),
    ],
)
def test_cells(cell: str, expected: list[str]) -> None:
    assert texts(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Escalate if A fails, or if B fails.", ["Escalate if A fails", "if B fails."]),
        ("Escalate if A fails or also if B fails.", ["Escalate if A fails", "if B fails."]),
        ("Escalate if A, if B, or if C.", ["Escalate if A", "if B", "if C."]),
        ("Escalate on persistent or automated tries.", ["Escalate on persistent or automated tries."]),
        ("Escalate if A, especially if B.", ["Escalate if A, especially if B."]),
        ("Escalate if A (or if B).", ["Escalate if A (or if B)."]),
        ("Escalate if A; or if B.", ["Escalate if A", "if B."]),
        ("Escalate to Tier 2 if: 1. A goes.<br>2. B goes, or if C does.", ["A goes.", "B goes", "if C does."]),
        ("Escalate those that are: 1. early, 2. late, or 3. lost.", ["early", "late", "lost."]),
    ],
)
def test_criteria(cell: str, expected: list[str]) -> None:
    assert texts(cell, "criterion") == expected


def test_a_question_ends_at_its_mark_even_inside_an_item() -> None:
    cell = "1. Who came? Is he expected?<br>2. Did he leave?"
    assert texts(cell, "question") == ["Who came?", "Is he expected?", "Did he leave?"]


_MARKS = ["<br>", "\n", "1. ", "2) ", "3. ", "- ", "• ", "; ", ", or if ", "(", ")", '"', "`", "['", "', '", "']"]
_STOPS = [". ", "? ", ": ", "e.g. ", "Escalate if: ", "If so, why? ", "\\", "’"]
_WORDS = ["Gate", "pier ", "crane.exe ", "4.2.1", "Was it so"]
_ATOMS = st.sampled_from([*_MARKS, *_STOPS, *_WORDS])
_CELLS = st.one_of(st.lists(_ATOMS, max_size=30).map("".join), st.text(max_size=120))


@given(_CELLS, st.sampled_from(SECTIONS))
@example("A: 1. b", "criterion")
def test_spans_are_ordered_disjoint_and_lose_nothing(cell: str, section: str) -> None:
    spans = split(cell, section)
    at = 0
    rebuilt = ""
    for start, stop in spans:
        assert at <= start < stop <= len(cell)
        assert cell[start:stop] == cell[start:stop].strip()
        rebuilt += cell[at:start] + cell[start:stop]
        at = stop
    assert rebuilt + cell[at:] == cell
    assert lost_text(cell, spans) is None


@given(st.lists(st.sampled_from(["The gate jams.", "A crane moves.", "Ferry 4.2 is late (e.g. Monday)."]), min_size=1))
def test_sentences_joined_by_spaces_come_apart_again(sentences: list[str]) -> None:
    assert texts(" ".join(sentences)) == sentences
