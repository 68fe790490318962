from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

from casebook.playbooks.split import lost_text, split


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
        ("<ul><li>one</li><li>Two.</li></ul>", ["one", "Two."]),
        ("<p>One.</p><p>Two.</p>", ["One.", "Two."]),
        ("&bull; One<br>&bull;&nbsp; Two&nbsp;", ["One", "Two"]),
        ("✓ One<br>→ Two<br>– Three", ["One", "Two", "Three"]),
        ("- [ ] One.<br>- [x] Two.", ["One.", "Two."]),
        ("Step 1: One.<br>Step 2 - Two.", ["One.", "Two."]),
        ("Step 1: One. Step 2: Two.", ["One.", "Two."]),
        ("1: One<br>2: Two", ["One", "Two"]),
        ("1.One<br>2.Two", ["One", "Two"]),
        ("A. One.<br>B. Two.", ["One.", "Two."]),
        ("i. One.<br>ii. Two.<br>iii. Three.", ["One.", "Two.", "Three."]),
        ("Vitamin C. Helps.", ["Vitamin C.", "Helps."]),
        ("(a) one; (b) two; and (c) three.", ["one", "two", "three."]),
        ("1) One 2) Two 3) Three", ["One", "Two", "Three"]),
        ("1. One 2. Two and 3. Three", ["One", "Two", "Three"]),
        ("1. Move to TLS 2. Then rest.", ["Move to TLS 2. Then rest."]),
        ("1. Ask Tier 2. Then rest.", ["Ask Tier 2. Then rest."]),
        ("Count the file(s) a) now.", ["Count the file(s) a) now."]),
        ("- One\\n- Two", ["One", "Two"]),
        ("unusual lamps<br>odd hours<br>new boats", ["unusual lamps", "odd hours", "new boats"]),
        ("Read it (twice). (See the log.) Ask.", ["Read it (twice). (See the log.)", "Ask."]),
        (
            "At 5 p.m. the gate shuts. At 6 p.m. Nobody came.",
            ["At 5 p.m. the gate shuts.", "At 6 p.m.", "Nobody came."],
        ),
        ("['The pilot's log', 'Two']", ["The pilot's log", "Two"]),
        ("['1. One.', '2. Two.']", ["One.", "Two."]),
        ("('One', 'Two')", ["One", "Two"]),
        ("Key indicators: Gaps in the log.", ["Gaps in the log."]),
        ("Harbour logs: Look for gaps.", ["Harbour logs: Look for gaps."]),
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
        ("Escalate when A, or whenever B.", ["Escalate when A", "whenever B."]),
        ("Escalate if A, if B and if C.", ["Escalate if A, if B and if C."]),
        ("Escalate if (1) A, (2) B, or (3) C.", ["A", "B", "C."]),
        ("Escalate to Tier 2 if: 1. A goes.<br>2. B goes, or if C does.", ["A goes.", "B goes", "if C does."]),
        ("Escalate those that are: 1. early, 2. late, or 3. lost.", ["early", "late", "lost."]),
    ],
)
def test_criteria(cell: str, expected: list[str]) -> None:
    assert texts(cell, "criterion") == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1. Who came? Is he expected?<br>2. Did he leave?", ["Who came?", "Is he expected?", "Did he leave?"]),
        ("Did he come? was he late?", ["Did he come?", "was he late?"]),
        ("Did he come?Was he late?", ["Did he come?", "Was he late?"]),
        ("Did he come? By whom? Was he late?", ["Did he come? By whom?", "Was he late?"]),
        (
            "Did he come? If yes, how? If not, why? Is he late?",
            ["Did he come? If yes, how? If not, why?", "Is he late?"],
        ),
        ("Did he come? (e.g., by boat) Was he late?", ["Did he come? (e.g., by boat)", "Was he late?"]),
        ("Ask yourself: did he come? was he late?", ["did he come?", "was he late?"]),
        ("Was “is it late?” asked? Who asked?", ["Was “is it late?” asked?", "Who asked?"]),
        ("Is https://pier.example/?Id=4 known? Who owns it?", ["Is https://pier.example/?Id=4 known?", "Who owns it?"]),
        ("a) Who came? b) Who left?", ["Who came?", "Who left?"]),
        ("Q1: Who came? Q2: Who left?", ["Who came?", "Who left?"]),
    ],
)
def test_a_question_ends_at_its_mark(cell: str, expected: list[str]) -> None:
    assert texts(cell, "question") == expected


@pytest.mark.parametrize("unit", ["1. ", "(1) ", "? ", ", or if ", "<code>", "\na. ", "e.g. ", "(", "A b? (", "&nbsp;"])
def test_a_hostile_cell_costs_no_more_than_its_length(unit: str) -> None:
    """Ten times the text may cost some twenty times the work, never a hundred times."""
    took = [_took(unit * (length // len(unit))) for length in (6_000, 60_000)]
    assert took[1] < 40 * max(took[0], 0.005)


_HOSTILE: dict[str, Callable[[int], str]] = {
    "a row of stops": lambda n: "a " + "." * n + "x b",
    "a row of question marks": lambda n: "a " + "?" * n + "x b",
    "a literal that trails off": lambda n: "['a'" + " " * n + "x",
    "a literal that trails off behind a comma": lambda n: "['a', 'b'" + " " * n + ", " + " " * n + "x]",
    "a loose literal that trails off": lambda n: "['it's'" + " " * n + "x]",
    "nested parentheses": lambda n: "(" * (n // 2) + "a" + ")" * (n // 2),
    "nested quotes": lambda n: "“" * (n // 2) + "a" + "”" * (n // 2),
    "the first of a row over and over": lambda n: "a 1) " * (n // 5) + "2) x",
    "a stop and many closers": lambda n: "a." + ")" * n + "x",
    "a head and a row": lambda n: "if a " * (n // 5) + "(1) b (2) c",
}


@pytest.mark.parametrize("shape", _HOSTILE)
def test_no_shape_of_a_cell_costs_more_than_its_length(shape: str) -> None:
    """As above, and never a hundred times what prose of that length costs."""
    took = [_took(_HOSTILE[shape](length)) for length in (6_000, 60_000)]
    assert took[1] < 40 * max(took[0], 0.005)
    assert took[1] < 100 * _took("The gate jams at noon. " * (60_000 // 23))


def _took(cell: str) -> float:
    begun = process_time()
    lost_text(cell, split(cell, "criterion"))
    return process_time() - begun
