"""What holds for every cell: spans in order, and outside them only lead-ins, list marks and connectives."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casebook.playbooks.parse.card import parse_card
from casebook.playbooks.split import lost_text, split
from casebook.playbooks.types import SECTIONS

_MARKS = ["<br>", "\n", "1. ", "2) ", "3. ", "- ", "• ", "; ", ", or if ", "(", ")", '"', "`", "['", "', '", "']"]
_MORE_MARKS = ["(a) ", "b) ", "(i) ", "\nA. ", "<li>", "</li>", "&nbsp;", "Step 1: ", "Q2. ", "\\n- ", "- [ ] "]
_STOPS = [". ", "? ", ": ", "e.g. ", "Escalate if: ", "Escalate if ", "If so, why? ", "\\", "’"]
_WORDS = ["Gate", "pier ", "crane.exe ", "4.2.1", "Was it so", "when ", "and "]
_ATOMS = st.sampled_from([*_MARKS, *_MORE_MARKS, *_STOPS, *_WORDS])
_CELLS = st.one_of(st.lists(_ATOMS, max_size=30).map("".join), st.text(max_size=120))


def _check(cell: str, spans: tuple[tuple[int, int], ...]) -> None:
    at = 0
    for start, stop in spans:
        assert at <= start < stop <= len(cell)
        assert cell[start:stop] == cell[start:stop].strip()
        at = stop
    assert lost_text(cell, spans) is None


@given(_CELLS, st.sampled_from(SECTIONS))
@example("A: 1. b", "criterion")
@example(", or if • 1. ", "log_source")
def test_spans_are_ordered_disjoint_and_lose_nothing(cell: str, section: str) -> None:
    _check(cell, split(cell, section))


_ITEMS = st.lists(
    st.sampled_from(
        [
            "The gate jams.",
            "Look at ferry 4.2 (e.g. on Monday).",
            "Ask the pilot, i.e. Ann, twice.",
            "Read pier.example.net and /var/log/gate.log first.",
            "regsvc.exe ran at 5 p.m. that day.",
            'He said "stop." at once.',
            "Compare crane vs. Ferry, buoys, etc. before noon.",
        ]
    ),
    min_size=2,
    max_size=9,
)

_STYLES: dict[str, Callable[[list[str]], str]] = {
    "prose": " ".join,
    "lines": "\n".join,
    "br": "<br>".join,
    "double br": "<br/><br/>".join,
    "1.": lambda items: "<br>".join(f"{n}. {item}" for n, item in enumerate(items, start=1)),
    "1)": lambda items: "\n".join(f"{n}) {item}" for n, item in enumerate(items, start=1)),
    "1. in prose": lambda items: " ".join(f"{n}. {item}" for n, item in enumerate(items, start=1)),
    "(1) in prose": lambda items: " ".join(f"({n}) {item}" for n, item in enumerate(items, start=1)),
    "a) in prose": lambda items: " ".join(f"{chr(96 + n)}) {item}" for n, item in enumerate(items, start=1)),
    "A. lines": lambda items: "<br>".join(f"{chr(64 + n)}. {item}" for n, item in enumerate(items, start=1)),
    "step n": lambda items: "<br>".join(f"Step {n}: {item}" for n, item in enumerate(items, start=1)),
    "dashes": lambda items: "<br>".join(f"- {item}" for item in items),
    "bullets in prose": lambda items: " ".join(f"• {item}" for item in items),
    "html": lambda items: "<ol>" + "".join(f"<li>{item}</li>" for item in items) + "</ol>",
    "literal": repr,
    "lead-in": lambda items: "Consider the following: <br>" + "<br>".join(f"- {item}" for item in items),
}


@pytest.mark.parametrize("style", _STYLES)
@given(items=_ITEMS)
def test_a_list_comes_apart_as_it_was_put_together(style: str, items: list[str]) -> None:
    cell = _STYLES[style](items)
    spans = split(cell, "indicator")
    _check(cell, spans)
    assert [cell[start:stop] for start, stop in spans] == items


_LEADS_ON = re.compile(r":\s*(?:<br>|[\s\d.)(;,'\[-])*$")
_GLUE = re.compile(r"(?:<br>|\b(?:and|or)\b|[\s\d.)(;,'\[\]\"-])*")


def test_the_found_cards_lose_nothing(found_cards: Path) -> None:
    """Told apart by hand from what `lost_text` allows: between two steps stands glue, or a lead-in with its colon."""
    counts = dict.fromkeys(SECTIONS, 0)
    for file in sorted(found_cards.glob("T*.md")):
        card = parse_card(file.read_text(), file=file.name, capabilities={})
        for section, cell in card.cells.items():
            spans = [step.span for step in card.steps if step.section == section]
            _check(cell, tuple(spans))
            for (_, before), (after, _) in zip([(0, 0), *spans], [*spans, (len(cell), len(cell))], strict=True):
                gap = cell[before:after]
                assert _GLUE.fullmatch(gap) or _LEADS_ON.search(gap), (file.name, section, gap)
            counts[section] += len(spans)
    assert counts == {
        "log_source": 267,
        "indicator": 249,
        "question": 281,
        "criterion": 205,
        "l1_step": 243,
        "t2_action": 250,
        "containment": 303,
    }
