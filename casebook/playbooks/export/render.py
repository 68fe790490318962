"""A version as a file in one of the three formats.

A file that was imported goes out again as it came in, comments and all, as long as it still says what the version
says; a Markdown card always does, for no other text would hold more of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from casebook.playbooks.export.cacao import write_cacao
from casebook.playbooks.export.cacao_ids import Origin
from casebook.playbooks.export.card import write_card
from casebook.playbooks.export.losses import beyond_cacao, losses
from casebook.playbooks.export.yaml import write_yaml
from casebook.playbooks.types import ParsedCard


@dataclass(frozen=True, slots=True)
class Format:
    """``extension`` of the file, its ``media`` type, its ``name`` and what it is ``for``, as people read it."""

    extension: str
    media: str
    name: str
    purpose: str
    write: Callable[[ParsedCard, Origin], str]


FORMATS = {
    "yaml": Format(
        "yaml", "application/yaml", "YAML", "All a playbook can say; to edit, to review, to keep in a repository.",
        lambda card, _: write_yaml(card),
    ),
    "card": Format(
        "md", "text/markdown", "Card (Markdown)", "The eleven-row table, for people and for wikis.",
        lambda card, _: write_card(card),
    ),
    "cacao": Format(
        "json", "application/json", "CACAO 2.0", "The OASIS standard, for other security tools.", write_cacao
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Export:
    """A file's text. ``not_held``: what an import of it would miss. ``unread``: what only Casebook reads in it."""

    text: str
    not_held: list[str]
    unread: list[str]


def export(card: ParsedCard, name: str, origin: Origin) -> Export:
    """The card in the format called ``name``, one of `FORMATS`."""
    text = _as_it_came(card, name) or FORMATS[name].write(card, origin)
    return Export(text, losses(card, text), beyond_cacao(card) if name == "cacao" else [])


def _as_it_came(card: ParsedCard, name: str) -> str | None:
    if card.source_format != name:
        return None
    return card.text if name == "card" or not losses(card, card.text) else None
