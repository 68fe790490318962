"""A card as the eleven-row Markdown table, in a cell style from which our own reader takes the same steps.

Where the stored cell still says the steps it is used as it is. Otherwise the first style that holds is: numbered
items, bare lines, prose, a list literal. A bar inside a text is escaped, or Markdown would end the cell there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from casebook.playbooks.parse.card import ROWS
from casebook.playbooks.split import lost_text, split
from casebook.playbooks.techniques import parent_of
from casebook.playbooks.types import SECTIONS, ParsedCard

LABELS = {
    "tactics": "MITRE Tactic",
    "technique": "MITRE TTP",
    "sub_technique": "MITRE Sub-TTP",
    "name": "Name",
    "log_source": "Log Sources to Investigate",
    "indicator": "Key Indicators",
    "question": "Questions for Analysis",
    "criterion": "Decision for Escalation",
    "l1_step": "Additional Analysis Steps for L1",
    "t2_action": "T2 Analyst Actions",
    "containment": "Containment and Further Analysis",
}
NOTHING = "N/A"


def write_card(card: ParsedCard) -> str:
    """The card as Markdown. A text on several lines is written on one: a cell has no second."""
    cells = {"tactics": ", ".join(card.tactics) or NOTHING, "name": card.name}
    cells["technique"], cells["sub_technique"] = _techniques(card)
    cells |= {section: _cell(card, section) for section in SECTIONS}
    rows = [f"| {LABELS[name]} | {_escaped(cells[name])} |" for name in ROWS.values()]
    return "\n".join(["| Column Name | Value |", "|---|---|", *rows]) + "\n"


def _techniques(card: ParsedCard) -> tuple[str, str]:
    """The technique and the sub-technique row. The reader takes the first sub-technique named for the card's own."""
    first, *rest = card.techniques or (NOTHING,)
    parent = parent_of(first)
    if parent and parent in rest:
        return ", ".join([parent, *(one for one in rest if one != parent)]), first
    return ", ".join([first, *rest]), NOTHING


def _cell(card: ParsedCard, section: str) -> str:
    texts = [" ".join(step.text.splitlines()) for step in card.steps if step.section == section]
    if not texts:
        return NOTHING
    stored = card.cells.get(section, "")
    if "\n" not in stored and _holds(stored, section, texts):
        return stored
    styled = (style(texts) for style in _STYLES)
    return next((cell for cell in styled if _holds(cell, section, texts)), _numbered(texts))


def _holds(cell: str, section: str, texts: Sequence[str]) -> bool:
    spans = split(cell, section)
    return [cell[start:stop] for start, stop in spans] == texts and lost_text(cell, spans) is None


def _numbered(texts: Sequence[str]) -> str:
    return "<br>".join(f"{number}. {text}" for number, text in enumerate(texts, start=1))


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"


_STYLES: tuple[Callable[[Sequence[str]], str], ...] = (
    _numbered,
    "<br>".join,
    " ".join,
    lambda texts: f"[{', '.join(map(_quoted, texts))}]",
)


def _escaped(cell: str) -> str:
    return cell.replace("\\|", "|").replace("|", "\\|")
